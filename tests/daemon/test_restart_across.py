"""Killed before, started after: a reset, a session's end and start, a change of the clocks, a clock that was set.

The store is real, the clock is the test's. Each journal leads to its tables at the end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from risk_manager.core import pnl
from risk_manager.core.commands import Close
from risk_manager.core.events import Cleared
from tests.crash.house import rows
from tests.daemon.by_hand import MNQ, Life, OwnClock, chosen, loss
from tests.daemon.watched import FIRST

CHICAGO: Final = ZoneInfo("America/Chicago")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOSS: Final[dict[str, Any]] = {"daily_realized_loss": {"limit": -500}}
SESSION: Final[dict[str, Any]] = {
    "session_block_outside": {
        "global_session": {"start": "08:30", "end": "15:00", "timezone": "America/Chicago"},
        "respect_holidays": False,
    }
}
SET_AT: Final[dict[str, Any]] = {
    "cooldown_after_loss": {"loss_thresholds": [{"loss_amount": -500, "cooldown_duration": 1800}]}
}


def chicago(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """A time of 2026 in Chicago."""
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


def closes(life: Life) -> list[str]:
    return [command.contract for command in life.commands if isinstance(command, Close)]


async def test_a_reset_that_nobody_saw_happens_once(tmp_path: Path) -> None:
    clock = OwnClock(chicago(23, 16, 30))
    first = Life(tmp_path / "home", clock, chosen(**LOSS))
    first.reads(loss(1, clock.at))
    assert first.locks == [("RULE-003", chicago(23, 17))]
    home = await first.killed()
    clock.at = chicago(23, 17, 10)
    second = Life(home, clock, chosen(**LOSS))
    second.reads(loss(1, chicago(23, 16, 30)), held=1)
    assert (second.locks, closes(second)) == ([], [])
    assert pnl.realized(second.account()) == 0
    clock.at += MINUTE
    second.reads(loss(1, chicago(23, 16, 30)), loss(2, clock.at), held=1)
    locked = [("RULE-003", chicago(24, 17))]
    assert (second.locks, closes(second)) == (locked, [MNQ])
    home = await second.killed()
    clock.at += MINUTE
    third = Life(home, clock, chosen(**LOSS))
    third.reads(loss(1, chicago(23, 16, 30)), loss(2, clock.at - MINUTE))
    assert (third.locks, pnl.realized(third.account())) == (locked, Decimal(-600))
    await third.ends()
    days = rows(home, "SELECT realized FROM daily_pnl ORDER BY start")
    assert [Decimal(row["realized"]) for row in days] == [-600, -600]
    ended = rows(home, "SELECT ended_at IS NULL AS stands FROM lockouts ORDER BY since")
    assert [row["stands"] for row in ended] == [0, 1]


async def test_a_waiver_ends_with_a_reset_that_nobody_saw(tmp_path: Path) -> None:
    clock = OwnClock(chicago(23, 16, 30))
    first = Life(tmp_path / "home", clock, chosen(**LOSS))
    first.reads(loss(1, clock.at))
    first.guard.put(Cleared(account=FIRST, rule="RULE-003"))
    home = await first.killed()
    clock.at = chicago(23, 17, 10)
    second = Life(home, clock, chosen(**LOSS))
    second.reads(loss(2, clock.at))
    assert second.account().waivers == ()
    assert second.locks == [("RULE-003", chicago(24, 17))]
    await second.ends()


@pytest.mark.parametrize("opened_at", [chicago(23, 14), chicago(23, 15, 5)], ids=["before the end", "after it"])
async def test_a_session_that_ended_while_nobody_watched_is_over(tmp_path: Path, opened_at: datetime) -> None:
    clock = OwnClock(chicago(23, 14, 30))
    first = Life(tmp_path / "home", clock, chosen(**SESSION))
    first.reads(held=1, opened_at=chicago(23, 14))
    assert (first.locks, first.commands) == ([], [])
    home = await first.killed()
    clock.at = chicago(23, 15, 10)
    second = Life(home, clock, chosen(**SESSION))
    second.reads(held=1, opened_at=opened_at)
    assert (second.locks, closes(second)) == ([("RULE-009", chicago(24, 8, 30))], [MNQ])
    home = await second.killed()
    clock.at = chicago(24, 8, 31)
    third = Life(home, clock, chosen(**SESSION))
    third.reads(held=1, opened_at=clock.at)
    assert (third.locks, third.commands) == ([], [])
    await third.ends()


@pytest.mark.parametrize(
    ("lost_at", "reset", "hours"),
    [
        (chicago(31, 17, 30, month=10), chicago(1, 17), 25),
        (chicago(7, 17, 30, month=3), chicago(8, 17, month=3), 23),
    ],
    ids=["the clocks go back", "the clocks go forward"],
)
async def test_a_lock_through_a_night_in_which_the_clocks_change(
    tmp_path: Path, lost_at: datetime, reset: datetime, hours: int
) -> None:
    clock = OwnClock(lost_at)
    first = Life(tmp_path / "home", clock, chosen(**LOSS))
    first.reads(loss(1, clock.at))
    assert first.locks == [("RULE-003", reset)]
    assert reset - lost_at == timedelta(hours=hours) - timedelta(minutes=30)
    home = await first.killed()
    clock.at = reset - MINUTE
    second = Life(home, clock, chosen(**LOSS))
    second.reads(loss(1, lost_at), held=1)
    assert (second.locks, closes(second)) == ([("RULE-003", reset)], [MNQ])
    home = await second.killed()
    clock.at = reset
    third = Life(home, clock, chosen(**LOSS))
    third.reads(loss(1, lost_at), held=1)
    assert (third.locks, closes(third)) == ([], [])
    assert pnl.realized(third.account()) == 0
    await third.ends()


async def test_a_clock_that_was_set_back_an_hour_ends_no_lock_sooner_and_holds_up_no_close(tmp_path: Path) -> None:
    clock = OwnClock(chicago(23, 12))
    first = Life(tmp_path / "home", clock, chosen(**LOSS))
    first.reads(loss(1, clock.at))
    clock.at -= HOUR
    first.reads(loss(1, clock.at + HOUR), held=1)
    assert (first.locks, closes(first)) == ([("RULE-003", chicago(23, 17))], [MNQ])
    home = await first.killed()
    second = Life(home, clock, chosen(**LOSS))  # and the next guard begins an hour before the last one ended
    second.reads(loss(1, clock.at + HOUR), held=2)
    assert (second.locks, closes(second)) == ([("RULE-003", chicago(23, 17))], [MNQ])
    assert pnl.realized(second.account()) == -600
    clock.at = chicago(23, 16, 59)
    second.reads(loss(1, chicago(23, 12)))
    assert second.locks
    clock.at = chicago(23, 17)
    second.reads(loss(1, chicago(23, 12)))
    assert second.locks == []
    await second.ends()
    times = [row["at"] for row in rows(home, "SELECT at FROM journal ORDER BY seq")]
    assert times == sorted(times)


@pytest.mark.parametrize("is_killed", [False, True], ids=["while it runs", "while it is down"])
async def test_a_clock_that_was_set_forward_an_hour_ends_what_ends_by_then_and_nothing_else(
    tmp_path: Path, is_killed: bool
) -> None:
    rules = {**LOSS, **SET_AT}
    clock = OwnClock(chicago(23, 12))
    life = Life(tmp_path / "home", clock, chosen(**rules))
    life.reads(loss(1, clock.at))
    assert [rule for rule, _ in life.locks] == ["RULE-003", "RULE-007"]
    clock.at += HOUR
    if is_killed:
        clock.at -= HOUR
        home = await life.killed()
        clock.at += HOUR
        life = Life(home, clock, chosen(**rules))
    life.reads(loss(1, chicago(23, 12)), held=1)
    assert (life.locks, closes(life)) == ([("RULE-003", chicago(23, 17))], [MNQ])
    clock.at -= HOUR  # somebody has noticed
    life.reads(loss(1, chicago(23, 12)))
    assert life.locks == [("RULE-003", chicago(23, 17))]
    await life.ends()
