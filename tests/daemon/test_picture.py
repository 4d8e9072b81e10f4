"""One picture of the guard serves everybody, as long as it is true and fresh."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from risk_manager.config import settings_from_mapping
from risk_manager.core.commands import Close, Reduce
from risk_manager.core.events import CommandRefused, Refusal, StoreLost, TimePassed
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.picture import FRESH_SECONDS, Picture
from risk_manager.ipc.status import ClosingStatus
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
    told = ClosingStatus(contract=contract, is_overdue=True, refused="In a halt.")
    assert picture.status().accounts[0].closings == (told,)
    guard.put(position("MNQ", 0))
    await asyncio.sleep(0)
    guard.stop()
    assert picture.status().accounts[0].closings == ()


async def test_a_close_is_overdue_when_its_time_is_over_and_stays_so_while_it_is_tried_again() -> None:
    clock, asked = Hand(), list[Any]()
    settings = settings_from_mapping({"max_contracts": {"limit": 2, "reduce_to_limit": True}})
    guard = Guard({ACCOUNT: settings}, asked.extend, clock)
    picture = Picture(guard, clock, lambda: 0)
    guard.put(position("MNQ", 5))
    await asyncio.sleep(0)
    (told,) = picture.status().accounts[0].closings
    assert (told.size, told.is_overdue, told.refused) == (3, False, None)
    for seconds in (1.9, 0.1, 0.25, 1.0):  # within its time, over it, at the second try, within the time of that
        clock.at += timedelta(seconds=seconds)
        guard.put(TimePassed())
        await asyncio.sleep(0)
        (told,) = picture.status().accounts[0].closings
        assert told.is_overdue == (seconds != 1.9), seconds
    assert len([one for one in asked if isinstance(one, Reduce)]) == 2
    guard.put(position("MNQ", 2))
    await asyncio.sleep(0)
    guard.stop()
    assert picture.status().accounts[0].closings == ()


async def test_a_reduction_of_all_that_is_there_is_shown_as_a_close() -> None:
    clock = Hand()
    settings = settings_from_mapping({"max_contracts_per_instrument": {"limits": {"MNQ": 2}}})
    guard = Guard({ACCOUNT: settings}, lambda _: None, clock)
    picture = Picture(guard, clock, lambda: 0)
    guard.put(position("RTY", 1))
    await asyncio.sleep(0)
    guard.stop()
    assert [one.size for one in picture.status().accounts[0].closings] == [None]


async def test_what_has_changed_is_shown_at_once() -> None:
    clock = Hand()
    guard = Guard({ACCOUNT: settings_from_mapping({})}, lambda _: None, clock)
    picture = Picture(guard, clock, lambda: 0)
    assert picture.status().is_saved
    guard.put(StoreLost(why="the disk is full"))
    await asyncio.sleep(0)  # listeners hear of it when the commands have left
    guard.stop()
    assert not picture.status().is_saved
