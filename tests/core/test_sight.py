"""What is left of positions and orders, after all that is under way and all that this step has planned."""

from __future__ import annotations

import pytest

from risk_manager.core.model import OrderStatus
from risk_manager.core.rule import CancelOrder, CloseContract, CutOrder, ReduceContract
from tests.core.story import Story, contract, market_order, order, position, reduce, resize, stop_order

MNQ = contract("MNQ")


def test_of_a_flat_contract_nothing_is_left() -> None:
    sight = Story().sight
    assert (sight.size_left(MNQ), sight.closing_by_us(MNQ), sight.going_out(MNQ)) == (0, 0, 0)


@pytest.mark.parametrize(("size", "out", "left"), [(3, 0, 3), (3, 2, 1), (1, 1, 0), (2, 2, 0), (-2, -1, 1)])
def test_an_exit_under_way_is_not_left(size: int, out: int, left: int) -> None:
    story = Story()
    story.sees(position("MNQ", size))
    if out:
        story.sees(market_order(1, "MNQ", -out), after="5s")
    assert story.sight.size_left(MNQ) == left


def test_what_is_planned_is_seen_by_whoever_looks_next() -> None:
    story = Story()
    story.sees(position("MNQ", 5))
    sight = story.sight
    left = []
    for _ in range(3):
        left.append((sight.size_left(MNQ), sight.closing_by_us(MNQ)))
        sight.outcome.add(ReduceContract(MNQ, 1), "a test")
    sight.outcome.add(CloseContract(MNQ), "a test")
    assert [*left, (sight.size_left(MNQ), sight.closing_by_us(MNQ))] == [(5, 0), (4, 1), (3, 2), (0, 5)]


def test_what_is_under_way_and_what_is_planned_add_up() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 3}})
    story.sees(position("MNQ", 5))
    assert story.asked_for == [reduce("MNQ", 2)]
    sight = story.sight
    assert (sight.size_left(MNQ), sight.closing_by_us(MNQ)) == (3, 2)
    sight.outcome.add(ReduceContract(MNQ, 2), "a test")
    assert (sight.size_left(MNQ), sight.closing_by_us(MNQ)) == (1, 4)


def adding(story: Story) -> list[tuple[int, int]]:
    """The orders that would add, each with what may still fill."""
    return [(line.order.id, line.left) for line in story.sight.adding()]


def test_orders_that_cannot_fill_or_are_being_cancelled_add_nothing_and_hide_no_other() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2, "ES": 9}})
    story.sees(order(1, "MNQ", 3, limit=90))  # is being cancelled
    story.sees(order(2, "ES", 1, limit=90, status=OrderStatus.SUSPENDED), order(3, "ES", 1, limit=90))
    story.sees(position("NQ", 2), market_order(4, "NQ", -2), after="5s")
    story.sees(order(5, "ES", 4, filled=1, limit=90))
    assert adding(story) == [(3, 1), (5, 3)]


def test_a_resize_under_way_counts_as_done_less_what_has_filled() -> None:
    story = Story(max_contracts={"limit": 3, "count_type": "gross"})
    story.sees(position("MNQ", 1))
    story.sees(order(1, "MNQ", -6, filled=1, limit=110), after="5s")
    assert story.asked_for == [resize(1, 2)]
    assert story.sight.may_fill(story.account.orders[1]) == 1
    story.sees(order(1, "MNQ", -6, filled=2, limit=110))
    assert story.sight.may_fill(story.account.orders[1]) == 0


def test_what_is_planned_for_orders_is_seen_too() -> None:
    story = Story()
    story.sees(position("MNQ", 2))
    story.sees(order(1, "MNQ", 1, limit=90), order(2, "MNQ", -5, limit=110), after="5s")
    sight = story.sight
    assert [(line.order.id, line.left, line.increase) for line in sight.adding()] == [(1, 1, 1), (2, 5, 3)]
    sight.outcome.add(CutOrder(2), "a test")
    assert [(line.order.id, line.left) for line in sight.adding()] == [(1, 1)]
    assert [left for _, left in sight.orders()] == [1, 2]
    sight.outcome.add(CancelOrder(1), "a test")
    assert [left for _, left in sight.orders()] == [2]


def test_the_stops_of_a_contract_are_its_working_stop_orders_on_either_side() -> None:
    story = Story()
    story.sees(
        position("MNQ", 2), stop_order(1, "MNQ", -2, 80), stop_order(2, "MNQ", 1, 99), order(3, "MNQ", 1, limit=90)
    )
    story.sees(stop_order(4, "ES", -1, 80), stop_order(5, "MNQ", -1, 80, status=OrderStatus.SUSPENDED))
    assert [one.id for one in story.sight.stops(MNQ)] == [1, 2]
    assert story.sight.stops("CON.F.US.RTY.Z25") == []
