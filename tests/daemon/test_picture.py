"""One picture of the guard serves everybody, as long as it is true and fresh."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from risk_manager.config import settings_from_mapping
from risk_manager.core.events import StoreLost
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.picture import FRESH_SECONDS, Picture

ACCOUNT = 465


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """What it shows."""
        return self.at


async def test_what_has_not_changed_is_shown_as_it_was_made_for_a_quarter_of_a_second() -> None:
    clock = Hand()
    guard = Guard({ACCOUNT: settings_from_mapping({})}, lambda _: None, clock)
    picture = Picture(guard, clock, lambda: 0)
    first = picture.status()
    assert picture.status() is first
    clock.at += timedelta(seconds=FRESH_SECONDS)
    second = picture.status()
    assert (second is first, second.at) == (False, clock.at)
    clock.at -= timedelta(seconds=5)
    assert picture.status().at == clock.at, "a clock that was set back makes no picture last"


async def test_what_has_changed_is_shown_at_once() -> None:
    clock = Hand()
    guard = Guard({ACCOUNT: settings_from_mapping({})}, lambda _: None, clock)
    picture = Picture(guard, clock, lambda: 0)
    assert picture.status().is_saved
    guard.put(StoreLost(why="the disk is full"))
    await asyncio.sleep(0)  # listeners hear of it when the commands have left
    guard.stop()
    assert not picture.status().is_saved
