"""One fill is told three times, in any order, and counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from risk_manager.core.fills import forget, next_forgotten, settle
from risk_manager.core.model import OrderStatus
from risk_manager.core.state import Fills, Told
from tests.core.story import Story, cancel, ended, order, position, reduce, stop_order

NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def told(*quantities: int) -> tuple[Told, ...]:
    return tuple(Told(at=NOW, quantity=quantity, growth=abs(quantity)) for quantity in quantities)


@pytest.mark.parametrize(
    ("waiting", "quantity", "still", "left"),
    [
        ((), 3, (), 3),
        ((2,), 0, (2,), 0),
        ((2,), 2, (), 0),
        ((2,), 3, (), 1),
        ((3,), 2, (1,), 0),
        ((2,), -2, (2,), -2),
        ((-2,), -3, (), -1),
        ((1, 2, 3), 4, (2,), 0),  # the oldest first
        ((1, -2, 3), 2, (-2, 2), 0),  # the other direction is left alone
    ],
)
def test_what_waits_is_taken_off(waiting: tuple[int, ...], quantity: int, still: tuple[int, ...], left: int) -> None:
    kept, rest = settle(told(*waiting), quantity)
    assert ([one.quantity for one in kept], rest) == (list(still), left)
    assert all(one.growth <= abs(one.quantity) for one in kept)


def test_nothing_waits_longer_than_it_may() -> None:
    fills = Fills(trades=told(1), moves_for_orders=told(2))
    assert forget(fills, NOW).is_empty
    assert forget(fills, NOW - SECOND) == fills
    assert next_forgotten([fills], 2 * SECOND) == NOW + 2 * SECOND
    assert next_forgotten([Fills(), Fills(moves_for_trades=told(1))], SECOND) == NOW + SECOND
    assert next_forgotten([Fills()], SECOND) is None


def limited() -> Story:
    return Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})


def test_a_position_that_comes_before_its_orders_message_does_not_count_twice() -> None:
    story = limited()
    story.sees(order(1, "MNQ", 2, limit=100))
    story.sees(position("MNQ", 2), after="5s")
    assert story.asked_for == []  # the order has filled, though it has not said so
    story.sees(ended(1, OrderStatus.FILLED, filled=2), after="500ms")
    assert story.asked_for == []


def test_an_orders_message_that_comes_first_does_not_count_twice_either() -> None:
    story = limited()
    story.sees(order(1, "MNQ", 2, limit=100))
    story.sees(ended(1, OrderStatus.FILLED, filled=2), position("MNQ", 2), after="5s")
    assert story.asked_for == []


def test_growth_that_no_order_explains_after_two_seconds_is_not_taken_off_any_more() -> None:
    story = limited()
    story.sees(order(1, "MNQ", 2, limit=100))
    story.sees(position("MNQ", 2), after="5s")
    story.waits("1999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [cancel(1)]


def test_a_partial_fill_takes_off_only_its_part() -> None:
    story = limited()
    story.sees(order(1, "MNQ", 2, limit=100))
    story.sees(position("MNQ", 1), after="5s")
    assert story.asked_for == []
    story.sees(order(1, "MNQ", 2, limit=100, filled=1), after="100ms")
    assert story.asked_for == []
    story.sees(order(2, "MNQ", 1, limit=100), after="100ms")
    assert story.asked_for == [cancel(2)]


def test_the_oldest_order_is_taken_to_have_filled() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 3}})
    story.sees(order(1, "MNQ", 1, limit=100))
    story.sees(order(2, "MNQ", 2, limit=100), after="1s")
    story.sees(position("MNQ", 1), after="5s")
    assert story.asked_for == []


def test_a_shrinking_is_not_taken_off_stops() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 5})
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -2, 90))
    story.sees(position("MNQ", 1), after="10s")
    story.waits("60s")
    assert story.breaches == []


def test_counts_of_contracts_stay_the_gateways_last_word() -> None:
    story = limited()
    story.sees(position("MNQ", 3))
    assert story.asked_for == [reduce("MNQ", 1)]
    story.sees(story.trade("MNQ", -1, 5), after="100ms")
    assert story.asked_for == []
    story.waits("2.25s")
    assert story.asked_for == [reduce("MNQ", 1)]
