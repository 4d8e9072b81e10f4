"""The real daemon against the real simulator, over real sockets, and what the simulator says of it afterwards.

The venue is merciless here: a second close executes, and a close that is too large turns the position round. So the
check at the end of each story, on the venue's own book, can fail.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from risk_manager.config import Configuration, load_texts
from risk_manager.core.state import Account as Believed
from risk_manager.daemon.clock import Clock, SystemClock
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.telling import sentences
from risk_manager.daemon.watch import Watch
from risk_manager.gateway.status import HubStatus
from risk_manager.gateway.tasks import end, start
from risk_manager.ipc.status import GuardStatus
from risk_manager.simulator.exchange import Account, Conditions, FeeTable, OrderType, Side, Ticket
from risk_manager.simulator.faults import Fault
from risk_manager.simulator.server import SimulatorServer
from risk_manager.simulator.world import API_KEY, USER_NAME

FIRST, SECOND = 465, 466
CLOSE: Final = "/api/Position/closeContract"
REDUCE: Final = "/api/Position/partialCloseContract"
CANCEL: Final = "/api/Order/cancel"
PRICE: Final = Decimal("25000.00")
TWO_MNQ: Final = {"max_contracts_per_instrument": {"limits": {"MNQ": 2, "ES": 1}, "unknown_symbol_action": "block"}}
DAY: Final = {"daily_realized_loss": {"limit": -500, "include_unrealized": True}}
_PATIENCE_SECONDS = 15.0
_LOOK_SECONDS = 0.003


def configuration(url: str, rules: Mapping[str, Any], *accounts: Mapping[str, Any] | int) -> Configuration:
    """The configuration that a home folder for the simulator at `url` would have. The day ends in twelve hours."""
    ends = datetime.now(UTC) + timedelta(hours=12)
    defaults = {"reset_time": f"{ends:%H:%M}", "timezone": "UTC", "confirm_within": 0.5}
    risk = {"version": 1, "defaults": {**defaults, **rules.get("defaults", {})}}
    login = {"username": USER_NAME, "api_key": API_KEY, "api_url": url}
    hubs = {"user_hub_url": f"{url}/hubs/user", "market_hub_url": f"{url}/hubs/market"}
    rows = [{"account_id": one, "account_name": f"No {one}"} if isinstance(one, int) else one for one in accounts]
    return load_texts(
        {
            "risk_config.json": json.dumps({**rules, **risk}),
            "accounts.json": json.dumps({"topstepx": {**login, **hubs}, "monitored_accounts": rows}),
        },
        environment={},
    )


class Open(SystemClock):
    """The system's clock, moved to an hour at which the market is open."""

    def __init__(self) -> None:
        self._ahead = datetime.fromisoformat("2026-11-18T18:00:00+00:00") - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead


class Watched:
    """A simulator, the guard on it, and a trader who is not the guard."""

    def __init__(self, server: SimulatorServer, watch: Watch, clock: Clock) -> None:
        self.server, self.watch = server, watch
        self.venue = server.trader
        self.steps: list[Taken] = []
        self.by_hand: set[int] = set()
        self.bugs: list[str] = []
        """What the loop was told of errors that nobody took."""
        asyncio.get_running_loop().set_exception_handler(lambda _, told: self.bugs.append(f"{told}"))
        watch.guard.listen(self.steps.append)
        self.picture = Picture(watch.guard, clock, watch.reconnects)

    # What the trader does

    def order(
        self,
        size: int,
        root: str = "MNQ",
        account: int = FIRST,
        price: Decimal | None = None,
        stop: Decimal | None = None,
    ) -> int:
        """Buy (or sell, where the size is negative): at the market, with a limit, or with a stop."""
        kind = OrderType.LIMIT if price is not None else OrderType.STOP if stop is not None else OrderType.MARKET
        ticket = Ticket(
            account_id=account,
            contract_id=self.contract(root),
            type=kind,
            side=Side.BUY if size > 0 else Side.SELL,
            size=abs(size),
            limit_price=price,
            stop_price=stop,
        )
        placed = self.venue.place(ticket)
        assert placed.order_id is not None
        assert placed.refusal is None
        self.by_hand.add(placed.order_id)
        return placed.order_id

    def price(self, price: Decimal | int, root: str = "MNQ") -> None:
        """Put the market somewhere: one price, to sell and to buy."""
        self.venue.set_price(self.contract(root), price, price, price)

    def fault(self, fault: Fault) -> int:
        """Make something go wrong."""
        return self.venue.install(fault)

    # What the venue says

    def contract(self, root: str) -> str:
        """The month of a product that is traded now."""
        code = {"ES": "EP"}.get(root, root)
        return next(name for name in self.server.exchange.quoted if name.split(".")[3] == code)

    def net(self, root: str = "MNQ", account: int = FIRST) -> int:
        """What is really held."""
        return self.venue.net(account, self.contract(root))

    def fills(self, account: int = FIRST) -> int:
        """How many half-turns the account has had."""
        return len(self.server.exchange.ledger.trades_of(account))

    def is_quiet(self, account: int = FIRST) -> bool:
        """Flat and without orders."""
        return not self.server.exchange.ledger.open_positions(account) and not self.venue.working(account)

    def asked(self, *paths: str, since: int = 0) -> list[Any]:
        """The bodies of the requests for these paths, in order of arrival."""
        return [json.loads(one.body) for one in self.venue.requests(since=since) if one.path in paths]

    def wrongs(self) -> list[str]:
        """Fills of the guard's own orders that did anything but bring a position nearer to flat."""
        wrongs: list[str] = []
        held: dict[tuple[int, str], int] = defaultdict(int)
        for trade in self.server.exchange.ledger.trades:
            key = (trade.account_id, trade.contract.id)
            before = held[key]
            held[key] = before + trade.side.sign * trade.size
            if trade.order_id not in self.by_hand and (before * trade.side.sign >= 0 or trade.size > abs(before)):
                wrongs.append(f"order {trade.order_id} of the guard took {key} from {before} to {held[key]}")
        return wrongs

    # What the guard says

    def account(self, account: int = FIRST) -> Believed:
        """What the guard believes of an account."""
        return self.watch.guard.state.accounts[account]

    def status(self) -> GuardStatus:
        """What the guard publishes now."""
        return self.picture.status()

    def said(self, text: str) -> bool:
        """Whether the guard has said something like it."""
        return any(text in sentence for taken in self.steps for sentence in sentences(taken))

    def agrees(self, account: int = FIRST) -> bool:
        """Whether the guard believes what is true at the venue."""
        ledger = self.server.exchange.ledger
        held = {position.contract.id: position.signed_size for position in ledger.open_positions(account)}
        believed = {key: position.signed_size for key, position in self.account(account).positions.items()}
        alive = {order.id for order in self.venue.working(account)}
        return held == believed and alive == set(self.account(account).orders)

    async def until(self, is_so: Callable[[], bool], what: str = "") -> None:
        """Wait until something is so."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not is_so():
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise AssertionError(f"It did not come true: {what or is_so}. Status: {self.status()}") from None

    async def settled(self) -> None:
        """Wait until nothing is under way: no request, no read, nothing pursued, and the guard knows what is true."""

        def is_settled() -> bool:
            accounts = self.watch.guard.state.accounts
            is_pursuing = any(one.closings or one.changes or one.placings for one in accounts.values())
            now = self.watch.guard.state.now
            is_pursuing |= any(spent.until > now for one in accounts.values() for spent in one.spent.values())
            return not self.watch.enforcement.under_way and not is_pursuing and all(map(self.agrees, accounts))

        await self.until(is_settled, "settled")


def hubs_of(watch: Watch) -> tuple[HubStatus, HubStatus]:
    """The counters of both hubs."""
    status = watch.gateway.status()
    return status.user_hub, status.market_hub


@asynccontextmanager
async def watched(
    *rules: Mapping[str, Any],
    accounts: tuple[Mapping[str, Any] | int, ...] = (FIRST,),
    before: Callable[[Watched], None] = lambda _: None,
    up: bool = True,
    clock: Clock | None = None,
    **conditions: Any,
) -> AsyncIterator[Watched]:
    """The guard at work; `before` is what has happened when it starts. At the end the venue's book is judged."""
    settings = {"fill_latency": timedelta(milliseconds=2), "fees": FeeTable.free(), **conditions}
    harsh = Conditions(second_close="executes", close_is_capped=False, **settings)
    async with SimulatorServer(
        accounts=[Account(FIRST, "PRAC-V2-1"), Account(SECOND, "50KTC-V2-2")], conditions=harsh
    ) as server:
        merged = {key: value for rule in rules for key, value in rule.items()}
        time = clock or SystemClock()
        watch = Watch(configuration(server.url, merged, *accounts), time)
        house = Watched(server, watch, time)
        for root in ("MNQ", "ES", "RTY"):
            house.price(PRICE, root)
        before(house)
        watching = start(watch.run(), "test: watch")
        try:
            if up:
                ready = start(watch.is_ready(), "test: ready")
                await asyncio.wait({watching, ready}, timeout=_PATIENCE_SECONDS, return_when="FIRST_COMPLETED")
                await end(ready)
                assert watch.is_guarding.is_set(), "the guard did not start"
            yield house
            assert not watching.done(), "the guard has ended by itself"
            assert all(hub.sink_errors == 0 for hub in hubs_of(watch))
        finally:
            await end(watching)
        assert not house.wrongs()
        assert not house.bugs
