"""Orders of a position that the guard has closed, told of only when it was flat: they would open a new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from risk_manager.core.events import AnyEvent, OrderSeen
from risk_manager.core.model import OrderStatus
from tests.core.story import MORNING, Story, cancel, close, ended, position, quote, stop_order


def closed_by_the_guard(*late: AnyEvent) -> Story:
    """The loss of a position has reached its limit, and the guard has closed it; no lock stands."""
    story = Story(daily_unrealized_loss={"limit": -50, "scope": "position"})
    story.sees(position("MNQ", 2), quote("MNQ", 100))
    story.sees(quote("MNQ", 80), after="10s")
    assert story.asked_for == [close("MNQ")]
    story.sees(position("MNQ", 0), story.trade("MNQ", -2, pnl=-80), after="100ms")
    story.sees(*late, after="200ms")
    return story


def left_leg(created_at: datetime | None, **more: Any) -> OrderSeen:
    """A stop of two contracts, told of late."""
    return stop_order(7, "MNQ", -2, 90, created_at=created_at, **more)


@pytest.mark.parametrize("status", [OrderStatus.OPEN, OrderStatus.SUSPENDED])
def test_an_order_that_was_there_before_a_close_and_is_told_of_after_it_goes_too(status: OrderStatus) -> None:
    story = closed_by_the_guard(left_leg(MORNING, status=status))
    assert story.asked_for == [cancel(7)]
    story.waits("2250ms")
    assert story.asked_for == [cancel(7)]
    story.sees(ended(7))
    story.waits("1m")
    assert story.asked_for == []


def test_also_where_only_the_next_read_tells_of_it_after_a_restart() -> None:
    story = closed_by_the_guard()
    story.restarts(down="20s", orders=[left_leg(MORNING)])
    assert story.asked_for == [cancel(7)]


def test_what_was_placed_after_the_close_stays_and_what_has_no_time_too() -> None:
    for created_at in (MORNING + timedelta(seconds=10, milliseconds=101), None):
        story = closed_by_the_guard(left_leg(created_at))
        story.waits("1m")
        assert story.asked_for == []


def test_what_is_told_of_beside_a_new_position_stays() -> None:
    story = closed_by_the_guard(position("MNQ", 2, 80), left_leg(MORNING))
    story.waits("9s")
    assert story.asked_for == []
