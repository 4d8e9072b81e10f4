"""A start with other settings, killed after each single thing that it has written: no waiver outlives its rule."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from risk_manager.config import Configuration
from risk_manager.core.events import Cleared
from tests.daemon.by_hand import NOBODY, AtOnce, Life, OwnClock, loss
from tests.daemon.watched import FIRST, SECOND, configuration

CLOCK: Final = OwnClock(datetime.now(UTC))
BOTH: Final = (FIRST, SECOND)


def limits(first: int, second: int) -> Configuration:
    """Two accounts, each with its own limit of the day's loss."""
    rows = [
        {"account_id": account, "account_name": f"No {account}", "rules": {"daily_realized_loss": {"limit": limit}}}
        for account, limit in zip(BOTH, (first, second), strict=True)
    ]
    return configuration(NOBODY, {}, *rows)


def reads(life: Life) -> None:
    """Both accounts have lost the day."""
    for account in BOTH:
        life.reads(loss(1, CLOCK.at), account=account)


def locks(life: Life) -> list[list[str]]:
    return [[lock.rule for lock in life.account(account).locks] for account in BOTH]


def waivers(life: Life) -> list[list[str]]:
    return [[waiver.rule for waiver in life.account(account).waivers] for account in BOTH]


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """Both accounts have lost the day, and the admin has waived that."""
    life = Life(tmp_path / "home", CLOCK, limits(-500, -500))
    reads(life)
    for account in BOTH:
        life.guard.put(Cleared(account=account, rule="RULE-003"))
    assert (locks(life), waivers(life)) == ([[], []], [["RULE-003"], ["RULE-003"]])
    await life.ends()
    return life.home


async def killed_anywhere(home: Path, chosen: Configuration) -> list[Path]:
    """The homes that a start with other settings leaves when it is killed after each thing that it has written."""
    left: list[Path] = []

    def written() -> None:
        left.append(Path(shutil.copytree(home, home.with_name(f"{home.name}{len(left)}"))))

    await Life(home, CLOCK, chosen, AtOnce(written)).ends()
    assert len(left) >= 2
    return [*left, home]


async def test_a_waiver_of_a_rule_that_has_changed_is_over_wherever_the_start_was_killed(home: Path) -> None:
    for left in await killed_anywhere(home, limits(-400, -300)):
        life = Life(left, CLOCK, limits(-400, -300))
        reads(life)
        assert (locks(life), waivers(life)) == ([["RULE-003"], ["RULE-003"]], [[], []])
        await life.ends()


async def test_a_waiver_of_a_rule_that_has_not_changed_stays_wherever_the_start_was_killed(home: Path) -> None:
    for left in await killed_anywhere(home, limits(-500, -300)):
        life = Life(left, CLOCK, limits(-500, -300))
        assert waivers(life) == [["RULE-003"], []]
        await life.ends()


async def test_a_start_that_ends_before_all_are_told_leaves_the_change_to_the_next_one(home: Path) -> None:
    first = Life(home, CLOCK, limits(-400, -300))
    first.guard.stop()
    first.keeping.close()  # in order, and before the next turn of the loop
    second = Life(home, CLOCK, limits(-400, -300))
    assert waivers(second) == [[], []]
    await second.ends()
