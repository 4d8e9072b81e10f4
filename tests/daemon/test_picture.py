"""One picture of the guard serves everybody, as long as it is true and fresh."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from risk_manager.config import settings_from_mapping
from risk_manager.core.commands import Close
from risk_manager.core.events import CommandRefused, Refusal, StoreLost
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.picture import FRESH_SECONDS, Picture
from tests.core.story import position

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


async def test_what_the_broker_said_to_a_close_is_shown_until_nothing_is_to_be_closed() -> None:
    clock = Hand()
    guard = Guard(
        {ACCOUNT: settings_from_mapping({"symbol_blocks": {"blocked_symbols": ["MNQ"]}})}, lambda _: None, clock
    )
    picture = Picture(guard, clock, lambda: 0)
    held = position("MNQ", 1)
    guard.put(held)
    (contract,) = guard.state.accounts[ACCOUNT].closings
    close = Close(account=ACCOUNT, contract=contract)
    guard.put(CommandRefused(account=ACCOUNT, command=close, refusal=Refusal.OTHER, why="In a halt."))
    await asyncio.sleep(0)
    assert picture.status().accounts[0].close_refused == {contract: "In a halt."}
    guard.put(position("MNQ", 0))
    await asyncio.sleep(0)
    guard.stop()
    assert picture.status().accounts[0].close_refused == {}


async def test_what_has_changed_is_shown_at_once() -> None:
    clock = Hand()
    guard = Guard({ACCOUNT: settings_from_mapping({})}, lambda _: None, clock)
    picture = Picture(guard, clock, lambda: 0)
    assert picture.status().is_saved
    guard.put(StoreLost(why="the disk is full"))
    await asyncio.sleep(0)  # listeners hear of it when the commands have left
    guard.stop()
    assert not picture.status().is_saved
