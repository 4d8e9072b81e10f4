"""The clock that jumps."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.storm.loop import GoingInCirclesError, NothingWillHappenError, VirtualClock, VirtualLoop

START = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)


def test_an_hour_passes_at_once_and_in_order() -> None:
    loop, told = VirtualLoop(), list[str]()
    clock = VirtualClock(loop, START)

    async def story() -> None:
        loop.call_later(1800, told.append, "half")
        await asyncio.sleep(3600)
        told.append("whole")

    loop.run_until_complete(story())
    loop.close()
    assert told == ["half", "whole"]
    assert clock.now() == START + timedelta(hours=1)


def test_waiting_for_nobody_is_an_error_and_not_for_ever() -> None:
    loop = VirtualLoop()
    with pytest.raises(NothingWillHappenError):
        loop.run_until_complete(loop.create_future())
    loop.close()


def test_being_busy_without_end_is_an_error() -> None:
    loop = VirtualLoop()

    def again() -> None:
        loop.call_soon(again)

    loop.call_soon(again)
    with pytest.raises(GoingInCirclesError):
        loop.run_until_complete(loop.create_future())
    loop.close()
