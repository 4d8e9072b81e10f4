"""Several accounts get other settings at once: what is due for one while another is told is judged by the new ones."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from risk_manager.audit.past import read
from risk_manager.config import Configuration
from risk_manager.core.events import AccountRead, PositionSeen
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.reloading import Reloading
from risk_manager.store import replay
from tests.daemon.watched import FIRST, SECOND, configuration


class OwnClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at


def grace(seconds: int) -> Configuration:
    """Two accounts, each position with so much time to get a stop."""
    rules = {"no_stop_loss_grace": {"grace_period_seconds": seconds}}
    return configuration("http://127.0.0.1:9", rules, FIRST, SECOND)


def held(account: int, at: datetime) -> AccountRead:
    position = PositionSeen(
        account=account, contract="CON.F.US.MNQ.Z26", signed_size=1, average_price=Decimal(25000), opened_at=at
    )
    return AccountRead(
        account=account,
        asked_at=at,
        positions=(position,) if account == SECOND else (),
        orders=(),
        trades=(),
        can_trade=True,
        after_restart=True,
    )


async def test_what_is_due_in_that_moment_is_the_same_in_a_replay(tmp_path: Path) -> None:
    clock = OwnClock()
    keeping = Keeping(tmp_path / "data", clock)
    guard = Guard(grace(10).settings, lambda _: None, clock, keeping.recover(grace(10)).state)
    keeping.attach(guard, grace(10))
    for account in (FIRST, SECOND):
        guard.put(held(account, clock.at))
    clock.at += timedelta(seconds=10, milliseconds=200)  # the second account's time was up a moment ago
    reloaded = await Reloading(tmp_path, lambda: grace(1000), guard, keeping, grace(10)).reload()
    assert reloaded.is_applied
    await asyncio.sleep(0)
    guard.stop()
    keeping.close()
    assert replay(tmp_path / "data" / "state.db", {}, read).differences == ()
    assert guard.state.accounts[SECOND].closings == {}
