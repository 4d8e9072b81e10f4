"""A start with other settings, killed after each single thing that it has written: no waiver outlives its rule."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from risk_manager.audit.past import read
from risk_manager.config import Configuration
from risk_manager.core.events import AccountRead, Cleared
from risk_manager.core.model import Side, Trade
from risk_manager.core.state import Account
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from risk_manager.store import replay, verify
from tests.daemon.watched import FIRST, SECOND, configuration

NOBODY: Final = "http://127.0.0.1:9"
CLOCK: Final = SystemClock()


class AtOnce:
    """A pace that writes whatever is handed over in the same moment, and notes how the folder looks after it."""

    def __init__(self, folder: Path, copies: Path) -> None:
        self.copies: list[Path] = []
        self._folder = folder
        self._into = copies
        self._turn: Callable[[], None] = lambda: None
        self._last_turn = self._turn
        self._seconds = 0.0

    def monotonic(self) -> float:
        return self._seconds

    def begin(self, turn: Callable[[], None], last_turn: Callable[[], None]) -> None:
        self._turn, self._last_turn = turn, last_turn
        self.hurry(is_urgent=True)

    def hurry(self, *, is_urgent: bool) -> None:
        del is_urgent
        self._turn()
        self.copies.append(Path(shutil.copytree(self._folder, self._into / str(len(self.copies)))))

    def breathe(self, waiting: int = 0) -> None: ...

    def aside(self, work: Callable[[], None], name: str) -> None: ...

    def finish(self, timeout_seconds: float) -> bool:
        del timeout_seconds
        self._last_turn()
        return True

    def finish_aside(self, timeout_seconds: float) -> None: ...


def limits(first: int, second: int) -> Configuration:
    """Two accounts, each with its own limit of the day's loss."""
    rows = [
        {"account_id": account, "account_name": f"No {account}", "rules": {"daily_realized_loss": {"limit": limit}}}
        for account, limit in ((FIRST, first), (SECOND, second))
    ]
    return configuration(NOBODY, {}, *rows)


def loss(account: int) -> AccountRead:
    """The first read: a day that is lost."""
    now = CLOCK.now()
    trade = Trade(
        id=account,
        order=1,
        contract="CON.F.US.MNQ.Z26",
        side=Side.SELL,
        size=1,
        price=Decimal(25000),
        profit_and_loss=Decimal(-600),
        costs=Decimal(0),
        at=now - timedelta(seconds=1),
    )
    return AccountRead(
        account=account, asked_at=now, positions=(), orders=(), trades=(trade,), can_trade=True, after_restart=True
    )


def starts(folder: Path, chosen: Configuration, pace: AtOnce | None = None) -> tuple[Keeping, Guard]:
    """A guard that has not read anything yet."""
    keeping = Keeping(folder, CLOCK, pace)
    guard = Guard(chosen.settings, lambda _: None, CLOCK, keeping.recover(chosen).state)
    keeping.attach(guard, chosen)
    return keeping, guard


async def ends(keeping: Keeping, guard: Guard) -> None:
    await asyncio.sleep(0)  # what was told to nobody yet is told in the next turn of the loop
    guard.stop()
    keeping.close()


@pytest.fixture
async def waived(tmp_path: Path) -> Path:
    """A folder in which both accounts have lost the day, and the admin has waived that."""
    keeping, guard = starts(tmp_path / "data", limits(-500, -500))
    for account in (FIRST, SECOND):
        guard.put(loss(account))
        guard.put(Cleared(account=account, rule="RULE-003"))
        assert (locks(guard.state.accounts[account]), len(guard.state.accounts[account].waivers)) == ([], 1)
    await ends(keeping, guard)
    return tmp_path


def locks(account: Account) -> list[str]:
    return [lock.rule for lock in account.locks]


async def test_a_waiver_of_a_rule_that_has_changed_is_over_wherever_the_start_was_killed(waived: Path) -> None:
    pace = AtOnce(waived / "data", waived / "copies")
    keeping, guard = starts(waived / "data", limits(-400, -300), pace)
    await ends(keeping, guard)
    assert len(pace.copies) >= 2
    for folder in [*pace.copies, waived / "data"]:
        keeping, guard = starts(folder, limits(-400, -300))
        for account in (FIRST, SECOND):
            guard.put(loss(account))
            assert (locks(guard.state.accounts[account]), guard.state.accounts[account].waivers) == (["RULE-003"], ())
        await ends(keeping, guard)
        assert verify(folder / "state.db").is_whole
        assert replay(folder / "state.db", {}, read).is_same


async def test_a_start_that_ends_before_all_are_told_leaves_the_change_to_the_next_one(waived: Path) -> None:
    keeping, guard = starts(waived / "data", limits(-400, -300))
    guard.stop()
    keeping.close()  # in order, and before the next turn of the loop
    keeping, guard = starts(waived / "data", limits(-400, -300))
    assert [guard.state.accounts[account].waivers for account in (FIRST, SECOND)] == [(), ()]
    await ends(keeping, guard)


async def test_a_waiver_of_a_rule_that_has_not_changed_stays_wherever_the_start_was_killed(waived: Path) -> None:
    pace = AtOnce(waived / "data", waived / "copies")
    keeping, guard = starts(waived / "data", limits(-500, -300), pace)
    await ends(keeping, guard)
    for folder in pace.copies:
        keeping, guard = starts(folder, limits(-500, -300))
        assert [len(guard.state.accounts[account].waivers) for account in (FIRST, SECOND)] == [1, 0]
        await ends(keeping, guard)
