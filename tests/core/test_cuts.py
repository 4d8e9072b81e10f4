"""Orders that get out are cut to the position that they get out of, no more often and no further than that."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from risk_manager.core import plan
from risk_manager.core.commands import Cancel
from risk_manager.core.model import OrderStatus
from risk_manager.core.rule import CancelOrder, ChangeStop, CutOrder, ReduceContract, Wish
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    contract,
    in_short,
    market_order,
    move_stop,
    order,
    position,
    reduce,
    resize,
    stop_order,
)

TWO = {"limits": {"MNQ": 2}}
STOP = {"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}}


def leaves(story: Story, *wishes: Wish) -> list[tuple[object, ...]]:
    """What leaves where somebody wishes for this now."""
    sight = story.sight
    for wish in wishes:
        sight.outcome.add(wish, "a test")
    return [in_short(command) for command in plan.leave(sight, story.now).commands()]


# What may stay of an order


@pytest.mark.parametrize(
    ("held", "size", "filled", "left"),
    [
        (3, -5, 0, [resize(1, 3)]),
        (3, -5, 1, [resize(1, 4)]),  # the gateway's size is the total
        (3, -3, 0, []),
        (3, -2, 0, []),
        (-3, 4, 0, [resize(1, 3)]),
    ],
)
def test_what_goes_past_the_position_is_cut_off(
    held: int, size: int, filled: int, left: Sequence[tuple[object, ...]]
) -> None:
    story = Story()
    story.sees(order(1, "MNQ", size, filled=filled, limit=110), position("MNQ", held))
    assert leaves(story, CutOrder(1)) == left


def test_without_a_position_the_order_goes_and_says_why() -> None:
    story = Story()
    story.sees(order(1, "MNQ", -1, limit=110))
    assert story.sight.room(story.account.orders[1]) == 0
    sight = story.sight
    sight.outcome.add(CutOrder(1), "the reason")
    sight.outcome.add(CutOrder(2), "an order that nobody knows")
    assert plan.leave(sight, story.now).commands() == (Cancel(account=ACCOUNT, order=1, why="the reason"),)


@pytest.mark.parametrize(
    ("wishes", "left"),
    [
        ((ReduceContract(contract("MNQ"), 1), CutOrder(1)), [reduce("MNQ", 1), resize(1, 2)]),
        ((ReduceContract(contract("MNQ"), 2), CutOrder(1)), [reduce("MNQ", 2), resize(1, 1)]),
    ],
)
def test_what_is_being_closed_leaves_less_room(wishes: Sequence[Wish], left: Sequence[tuple[object, ...]]) -> None:
    story = Story()
    story.sees(position("MNQ", 3), order(1, "MNQ", -3, limit=110))
    assert leaves(story, *wishes) == left


def test_while_all_of_it_is_being_closed_there_is_no_room() -> None:
    story = Story(max_contracts={"limit": 2})
    story.sees(position("MNQ", 3))  # a whole close is under way
    story.rules()
    story.sees(order(1, "MNQ", -3, limit=110))
    assert story.sight.room(story.account.orders[1]) == 0
    assert leaves(story, CutOrder(1)) == [cancel(1)]


def test_a_reduction_that_covers_what_is_left_of_the_position_leaves_no_room() -> None:
    story = Story(max_contracts_per_instrument=TWO)
    story.sees(position("MNQ", 4))
    assert story.asked_for == [reduce("MNQ", 2)]
    story.sees(market_order(8, "MNQ", -2), market_order(9, "MNQ", -2))  # the first is ours, the other the trader's
    story.sees(position("MNQ", 2), order(1, "MNQ", -3, limit=110))
    story.rules()
    assert story.account.closings[contract("MNQ")].outstanding == 2
    assert leaves(story, CutOrder(1)) == [cancel(1)]


# After a reduction


def half_done() -> Story:
    """Three of five contracts are too many and are being closed; an exit for all five stands."""
    story = Story(max_contracts_per_instrument=TWO)
    story.sees(position("MNQ", 5))
    assert story.asked_for == [reduce("MNQ", 3)]
    story.sees(order(1, "MNQ", -5, limit=110))
    assert story.asked_for == []
    return story


def test_an_exit_is_cut_to_what_the_reduction_will_leave_as_soon_as_it_begins_to_be_done() -> None:
    story = half_done()
    story.sees(position("MNQ", 4))
    assert story.asked_for == [resize(1, 2)]


def test_an_exit_that_fits_again_is_left_alone_from_then_on() -> None:
    story = half_done()
    story.obeys()
    story.sees(position("MNQ", 2))
    assert story.asked_for == [resize(1, 2)]
    story.sees(position("MNQ", 1), after="5s")  # the trader closes one more himself: his exit is his matter
    assert story.asked_for == []


def cut_is_pending() -> Story:
    """The broker says nothing to the cut of the exit."""
    story = half_done()
    story.sees(position("MNQ", 2))
    assert story.asked_for == [resize(1, 2)]
    return story


def test_a_cut_that_the_broker_does_not_confirm_is_asked_for_again() -> None:
    story = cut_is_pending()
    story.waits("2250ms")
    assert story.asked_for == [resize(1, 2)]


@pytest.mark.parametrize(
    "news",
    [
        position("MNQ", 0),
        position("MNQ", -2),
        order(1, "MNQ", -5, limit=110, status=OrderStatus.SUSPENDED),
        order(1, "MNQ", -5, limit=110, status=OrderStatus.PENDING_CANCELLATION),
    ],
    ids=["flat", "reversed", "suspended", "on its way out"],
)
def test_an_exit_that_gets_out_of_nothing_any_more_is_not_cut_by_the_guard(news: object) -> None:
    story = cut_is_pending()
    story.rules()
    story.sees(news)  # type: ignore[arg-type]
    story.waits("5s")
    assert (story.asked_for, story.account.trims) == ([], {})


def managed() -> Story:
    """Five contracts with a stop of ours."""
    story = Story(trade_management=STOP)
    story.sees(position("MNQ", 5, 100))
    story.waits("1s")
    placed = story.commands[-1]
    story.sees(stop_order(9, "MNQ", -5, 90, tag=getattr(placed, "tag", "")), after="5s")
    return story


def test_a_stop_of_ours_stays_as_large_as_the_position_while_a_reduction_is_half_done() -> None:
    story = managed()
    story.rules(trade_management=STOP, max_contracts_per_instrument=TWO)
    assert story.asked_for == [reduce("MNQ", 3)]
    story.sees(position("MNQ", 4, 100))
    assert story.asked_for == [move_stop(9, 90, 4)]
    story.sees(stop_order(9, "MNQ", -4, 90))
    assert story.asked_for == []
    story.sees(position("MNQ", 2, 100))
    assert story.asked_for == [move_stop(9, 90, 2)]


@pytest.mark.parametrize("rules", [{}, {"trade_management": {"auto_breakeven": {"profit_trigger_ticks": 10}}}])
def test_a_stop_of_ours_that_no_rule_looks_after_any_more_is_cut_like_any_other(rules: dict[str, object]) -> None:
    story = managed()
    story.rules(max_contracts_per_instrument=TWO, **rules)  # type: ignore[arg-type]
    story.sees(position("MNQ", 4, 100))
    assert story.asked_for == [resize(9, 2)]


# What a wish comes to


def test_a_reduction_of_nothing_closes_nothing() -> None:
    story = Story()
    story.sees(position("MNQ", 3))
    assert leaves(story, ReduceContract(contract("MNQ"), 0)) == []
    assert leaves(story, ReduceContract(contract("ES"), 1)) == []
    assert leaves(story, ReduceContract(contract("MNQ"), 1), ReduceContract(contract("MNQ"), 0)) == [reduce("MNQ", 1)]


def test_an_exit_under_way_is_not_cancelled_whoever_wishes_for_it() -> None:
    story = Story()
    story.sees(position("MNQ", 3), market_order(1, "MNQ", -3), order(2, "MNQ", -3, limit=110))
    assert leaves(story, CancelOrder(1), CancelOrder(2), CancelOrder(3)) == [cancel(2)]


def test_what_is_gone_or_has_filled_whole_is_neither_cancelled_nor_moved() -> None:
    story = Story()
    story.sees(stop_order(1, "MNQ", 2, 110), position("MNQ", 2))  # the order's own message is still on its way
    assert leaves(story, CancelOrder(1), ChangeStop(2, Decimal(90))) == []


def test_an_order_that_fits_again_is_not_cancelled_any_more() -> None:
    story = Story(max_contracts_per_instrument=TWO)
    story.sees(order(1, "MNQ", 3, limit=90))
    assert story.asked_for == [cancel(1)]
    story.rules(max_contracts_per_instrument={"limits": {"MNQ": 3}})
    story.waits("10s")
    assert story.asked_for == []
