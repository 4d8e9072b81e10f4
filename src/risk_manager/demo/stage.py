"""What the demo plays on: the simulator and the guard over real sockets, and a home folder of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from risk_manager.config import load_home
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.door import Door
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.publishing import Publisher
from risk_manager.daemon.watch import Watch
from risk_manager.gateway.tasks import end, start
from risk_manager.simulator.exchange import Trade
from risk_manager.simulator.server import SimulatorServer
from risk_manager.simulator.world import API_KEY, USER_NAME

ACCOUNT = 465
RISK_CONFIG = """\
version: 1
max_contracts_per_instrument:
  enabled: true
  limits: {MNQ: 2, ES: 1}
  enforcement: reduce_to_limit
daily_realized_loss:
  enabled: true
  limit: -500
  include_unrealized: true
"""
_ACCOUNTS = """\
topstepx:
  username: "{user}"
  api_key: "{key}"
  api_url: {url}
  user_hub_url: {url}/hubs/user
  market_hub_url: {url}/hubs/market
monitored_account: {{account_id: {account}, account_name: "Demo"}}
"""
ANY_PORT = 0
_LOOK_SECONDS = 0.002


class Stage:
    """The simulator's own truth, and what the guard has recorded."""

    def __init__(self, server: SimulatorServer, watch: Watch, home: Path) -> None:
        self.home = home
        self.server = server
        self.trader = server.trader
        self.watch = watch
        self.taken: list[Taken] = []
        watch.guard.listen(self.taken.append)

    def trades(self) -> list[Trade]:
        """The account's fills as the venue has booked them."""
        return self.server.exchange.ledger.trades_of(ACCOUNT)

    def is_quiet(self) -> bool:
        """True when the account is flat and without orders, by the venue's own book."""
        return not self.server.exchange.ledger.open_positions(ACCOUNT) and not self.trader.working(ACCOUNT)

    def reaction_milliseconds(self, happened_at: datetime, since_number: int, path: str) -> float | None:
        """From what happened at the venue to the first request of the guard about it."""
        requests = [
            one
            for one in self.trader.requests(since=since_number)
            if one.at >= happened_at and one.path.startswith(path)
        ]
        since = happened_at
        return (requests[0].at - since).total_seconds() * 1000 if requests else None

    async def until(self, is_so: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait until something is so; False where it is not in time."""
        end_at = asyncio.get_running_loop().time() + seconds
        while not is_so():
            if asyncio.get_running_loop().time() > end_at:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        return True


@asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Simulator and guard, connected and guarding."""
    async with SimulatorServer(quotes_per_second=4.0) as server:
        with tempfile.TemporaryDirectory(prefix="risk-manager-demo-") as folder:
            home = Path(folder)
            (home / "config").mkdir()
            accounts = _ACCOUNTS.format(user=USER_NAME, key=API_KEY, url=server.url, account=ACCOUNT)
            (home / "config" / "accounts.yaml").write_text(accounts)
            (home / "config" / "risk_config.yaml").write_text(RISK_CONFIG)
            clock = SystemClock()
            watch = Watch(load_home(home), clock)
            picture = Picture(watch.guard, clock, watch.reconnects)
            publisher = Publisher(home / "data" / "status.json", watch.guard, picture)
            stage = Stage(server, watch, home)
            screens = (watch.guard, watch.gateway.status, watch.is_guarding.is_set, picture)
            door = Door(*screens, clock, home / "data", ANY_PORT)
            tasks = [
                start(watch.run(), "demo: guard"),
                start(publisher.run(), "demo: publish"),
                start(door.run(), "demo: door"),
            ]
            try:
                await asyncio.wait([tasks[0], start(watch.is_ready(), "demo: ready")], return_when="FIRST_COMPLETED")
                yield stage
            finally:
                await end(*tasks)
