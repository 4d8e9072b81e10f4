"""Several accounts get other settings at once: what is due for one while another is told is judged by the new ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from risk_manager.config import Configuration
from risk_manager.daemon.reloading import Reloading
from tests.daemon.by_hand import NOBODY, Life, OwnClock
from tests.daemon.watched import FIRST, SECOND, configuration


def grace(seconds: int) -> Configuration:
    """Two accounts, each position with so much time to get a stop."""
    return configuration(NOBODY, {"no_stop_loss_grace": {"grace_period_seconds": seconds}}, FIRST, SECOND)


async def test_what_is_due_in_that_moment_is_the_same_in_a_replay(tmp_path: Path) -> None:
    clock = OwnClock(datetime.now(UTC))
    life = Life(tmp_path / "home", clock, grace(10))
    life.reads(account=FIRST)
    life.reads(held=1, opened_at=clock.at, account=SECOND)
    clock.at += timedelta(seconds=10, milliseconds=200)  # the second account's time was up a moment ago
    reloading = Reloading(tmp_path, lambda: grace(1000), life.guard, life.keeping, grace(10))
    assert (await reloading.reload()).is_applied
    assert life.commands == []
    await life.ends()  # which replays
