"""The real guard: the daemon's own parts, all thirteen rules on, the journal too.

python -m benchmarks._guard URL CONNECTIONS
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks._messages import ACCOUNT, ES, LIMIT, MANY, MNQ, OPEN_LOSS
from benchmarks._process import ended, ready
from benchmarks.engine_step import ALL_RULES
from risk_manager.config import Configuration, load_texts
from risk_manager.core import believing
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import PositionSeen
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.publishing import Publisher
from risk_manager.daemon.telling import sentences
from risk_manager.daemon.watch import Watch
from risk_manager.gateway.tasks import end, start
from risk_manager.store.opening import FILE

SYMBOLS: Final = [symbol_of(contract) for contract in (MNQ, ES, *MANY)]


def configuration(url: str) -> Configuration:
    """All thirteen rules, with limits of which only two are ever reached: the size of one symbol, and the open loss of
    one position."""
    now = datetime.now(UTC)
    window = {"start": f"{now - timedelta(hours=11):%H:%M}", "end": f"{now + timedelta(hours=11):%H:%M}"}
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    rules: dict[str, Any] = {
        **ALL_RULES,
        "max_contracts": {"limit": 1000, "count_type": "gross", "micro_weight": Decimal("0.1")},
        "daily_unrealized_loss": {"limit": OPEN_LOSS, "scope": "position"},
        "max_contracts_per_instrument": {"limits": dict.fromkeys(SYMBOLS, LIMIT), "unknown_symbol_action": "block"},
        "session_block_outside": {
            "global_session": {**window, "timezone": "UTC", "days": days},
            "respect_holidays": False,
        },
        # The messages of the breaches wait for trades that never come; real ones come within milliseconds.
        "defaults": {"confirm_within": 0.05, "reset_time": window["end"], "timezone": "UTC"},
    }
    login = {"username": "bench", "api_key": "bench", "api_url": url}
    hubs = {"user_hub_url": f"{url}/hubs/user", "market_hub_url": f"{url}/hubs/market"}
    accounts = {"topstepx": {**login, **hubs}, "monitored_account": {"account_id": ACCOUNT, "account_name": "Bench"}}
    risk = json.dumps({"version": 1, **rules}, default=float)
    texts = {"risk_config.json": risk, "accounts.json": json.dumps(accounts)}
    loaded = load_texts(texts, environment={})
    assert len(loaded.settings[ACCOUNT].rules) == 13
    return loaded


def without_reads() -> None:
    """Here a fill is told by its position alone; real ones are told by all their messages within milliseconds, so that
    nothing is read because of them."""
    forget = believing.forget_fills

    def forget_silently(account: Account, settings: Settings, now: datetime, why: str = "") -> tuple[Account, str]:
        return forget(account, settings, now)[0], why

    believing.forget_fills = forget_silently


def _lines(folder: Path) -> int:
    """How long the journal has become: what is measured has been written down."""
    with closing(sqlite3.connect(folder / FILE)) as journal:
        return int(journal.execute("SELECT count(*) FROM journal").fetchone()[0])


async def main(url: str, connections: int) -> None:
    """The daemon's own parts, put together as `risk-manager run` does: the store writes every step down."""
    without_reads()
    clock = SystemClock()
    chosen = configuration(url)
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        keeping = Keeping(Path(folder), clock)
        watch = Watch(chosen, clock, keeping.recover(chosen).state)

        def tell(taken: Taken) -> None:
            for sentence in sentences(taken):
                print(sentence, file=nowhere)

        def allow(taken: Taken) -> None:
            """The breaker and the allowance of 200 requests a minute would rightly stop a benchmark."""
            if isinstance(taken.event, PositionSeen):
                watch.enforcement._owners.clear()
                watch.gateway._lanes.budget._all._sent.clear()

        watch.guard.listen(tell)
        watch.guard.listen(allow)
        keeping.attach(watch.guard, chosen)
        picture = Picture(watch.guard, clock, watch.reconnects)
        publisher = Publisher(Path(folder) / "status.json", watch.guard, picture)
        running = [start(watch.run(), "bench: watch"), start(publisher.run(), "bench: publish")]
        try:
            await watch.is_ready()
            gc.collect()
            gc.freeze()  # as the daemon does when it guards
            while watch.gateway.status().warm_connections < connections:
                await asyncio.sleep(0.01)
            ready()
            await asyncio.wait([*running, start(ended(), "bench: end")], return_when=asyncio.FIRST_COMPLETED)
            if running[0].done():
                running[0].result()
        finally:
            await end(*running)
            keeping.close()
            print(_lines(Path(folder)))


if __name__ == "__main__":
    _, address, count = sys.argv
    asyncio.run(main(address, int(count)))
