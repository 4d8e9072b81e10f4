"""Fills whose messages come one by one: between them nothing counts twice, nothing is missed, nothing goes too far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from risk_manager.core.disagreement import IN_VAIN
from risk_manager.core.events import AnyEvent
from risk_manager.core.model import OrderStatus
from tests.core.story import (
    Story,
    cancel,
    close,
    contract,
    ended,
    market_order,
    order,
    position,
    quote,
    reduce,
)

MNQ = contract("MNQ")
LOSS: Mapping[str, Any] = {"daily_realized_loss": {"limit": -500}}
FILLED = OrderStatus.FILLED


def limited(limit: int) -> Story:
    return Story(max_contracts_per_instrument={"limits": {"MNQ": limit}})


def lost(story: Story, *, after: str = "100ms") -> list[tuple[object, ...]]:
    """The day is lost elsewhere: everything is closed, all orders go. What is asked for then."""
    story.sees(story.trade("ES", -1, -500), after=after)
    return story.asked_for


# Exits


@pytest.mark.parametrize("size", [3, 1, -1])
def test_long_after_the_opening_a_close_is_of_the_whole_position(size: int) -> None:
    story = Story(**LOSS)
    story.sees(position("MNQ", size))
    assert lost(story, after="10s") == [close("MNQ")]


def test_an_exit_of_another_contract_or_one_that_cannot_fill_is_none_of_this_position() -> None:
    story = Story(**LOSS)
    story.sees(position("MNQ", 3), position("ES", 2))
    story.sees(market_order(1, "ES", -2), market_order(2, "MNQ", -1, status=OrderStatus.SUSPENDED), after="5s")
    assert lost(story) == [close("MNQ"), cancel(2)]


@pytest.mark.parametrize("size", [3, 1, -1])
def test_what_an_exit_has_filled_is_on_its_way_for_two_seconds_from_when_it_was_first_seen(size: int) -> None:
    story = Story(**LOSS)
    story.sees(position("MNQ", size))
    story.sees(market_order(1, "MNQ", -size), after="5s")
    story.sees(ended(1, FILLED, filled=abs(size)), after="1s")
    assert lost(story) == []
    story.waits("899ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_what_a_target_has_filled_is_no_market_exit() -> None:
    story = Story(**LOSS)
    story.sees(position("MNQ", 3), order(1, "MNQ", -1, limit=110))
    story.sees(ended(1, FILLED, filled=1), after="5s")
    assert lost(story) == [close("MNQ")]


def test_what_our_own_order_has_filled_counts_for_our_close_and_only_the_rest_as_an_exit() -> None:
    story = limited(3)
    story.sees(position("MNQ", 5))
    assert story.asked_for == [reduce("MNQ", 2)]
    story.sees(market_order(9, "MNQ", -3), after="100ms")  # two of it are taken for ours
    story.sees(ended(9, FILLED, filled=3), after="100ms")
    sight = story.sight
    assert (sight.closing_by_us(MNQ), sight.going_out(MNQ), sight.size_left(MNQ)) == (2, 1, 2)


def test_a_market_order_that_has_filled_in_part_goes_on_opening() -> None:
    story = Story(**LOSS)
    story.sees(market_order(1, "MNQ", 3))
    story.sees(position("MNQ", 1), after="100ms")
    assert lost(story) == [close("MNQ"), cancel(1)]


def test_a_market_order_that_the_position_shows_whole_is_not_cancelled() -> None:
    story = Story(**LOSS)
    story.sees(market_order(1, "MNQ", 2))
    story.sees(position("MNQ", 2), after="100ms")
    assert lost(story) == [close("MNQ")]


def test_news_of_the_traders_exit_do_not_make_it_ours() -> None:
    story = Story(**LOSS)
    story.sees(position("MNQ", 3))
    story.sees(market_order(1, "MNQ", -2), after="5s")
    assert lost(story) == [reduce("MNQ", 1)]
    story.sees(market_order(1, "MNQ", -2, filled=1), after="100ms")
    assert story.asked_for == []
    assert story.account.orders[1].claimed == 0


# Orders


def test_an_unknown_order_that_has_ended_explains_nothing() -> None:
    story = limited(3)
    story.sees(order(1, "MNQ", 2, limit=100))
    story.sees(order(2, "MNQ", 2, limit=100, status=FILLED, filled=2), after="5s")
    story.sees(position("MNQ", 2))
    assert story.asked_for == []  # it may be the first order that has filled


def test_what_an_order_had_filled_when_it_was_first_seen_explains_the_position() -> None:
    story = limited(2)
    story.sees(order(1, "MNQ", 3, filled=1, limit=100))
    story.sees(position("MNQ", 1))
    assert story.asked_for == [cancel(1)]  # two more are to come


def test_growth_that_an_order_explains_takes_nothing_off_the_orders_after_it() -> None:
    story = limited(4)
    story.sees(position("MNQ", 1), order(1, "MNQ", 1, limit=99))  # nobody was working when it grew
    story.sees(position("MNQ", 2), after="500ms")
    story.sees(order(2, "MNQ", 2, limit=98), after="500ms")
    assert story.asked_for == []
    story.sees(order(3, "MNQ", 1, limit=97), after="500ms")
    assert story.asked_for == [cancel(3)]


@pytest.mark.parametrize("out", [1, 2, 3])
def test_an_exit_that_the_position_has_shown_is_taken_off_the_market_orders_oldest_first(out: int) -> None:
    story = Story()
    story.sees(position("MNQ", 5))
    story.sees(market_order(1, "MNQ", -2), after="5s")
    story.sees(market_order(2, "MNQ", -2), after="100ms")
    story.sees(position("MNQ", 5 - out), after="100ms")
    orders = story.account.orders
    assert [story.sight.left(orders[key]) for key in (1, 2)] == [max(0, 2 - out), min(2, 4 - out)]
    assert story.sight.going_out(MNQ) == 4 - out


# Trades


@pytest.mark.parametrize("size", [2, -2])
@pytest.mark.parametrize("closed", [1, 2])
def test_contracts_that_a_trade_has_closed_lose_nothing_any_more(size: int, closed: int) -> None:
    story = Story()
    sign = 1 if size > 0 else -1
    story.sees(position("MNQ", size, 100), quote("MNQ", 100 - 10 * sign))
    story.sees(story.trade("MNQ", -sign * closed, -5), after="5s")
    assert story.unrealized == -20 * (2 - closed)


def test_a_fill_that_opens_on_the_other_side_closes_nothing() -> None:
    story = Story()
    story.sees(position("MNQ", 2, 100), quote("MNQ", 90))
    story.sees(story.trade("MNQ", -1), after="5s")
    assert story.unrealized == -40


def test_of_two_exits_the_one_that_is_voided_counts_as_open_again() -> None:
    story = Story()
    story.sees(position("MNQ", 3, 100), quote("MNQ", 90))
    first, second = story.trade("MNQ", -1, -20, number=1), story.trade("MNQ", -1, -20, number=2)
    story.sees(first, second, after="5s")
    assert story.unrealized == -20
    story.sees(story.trade("MNQ", -1, -20, number=2, voided=True))
    assert story.unrealized == -40


@pytest.mark.parametrize("sign", [1, -1])
def test_exits_of_more_than_is_open_close_nothing_of_the_next_position(sign: int) -> None:
    story = Story()
    story.sees(position("MNQ", sign, 100), quote("MNQ", 100))
    story.sees(story.trade("MNQ", -sign, 0), story.trade("MNQ", -sign, 0), after="5s")
    story.sees(position("MNQ", 0), position("MNQ", sign, 100), quote("MNQ", 100 - 10 * sign), after="100ms")
    assert story.unrealized == -20


@pytest.mark.parametrize("first", [0, 1, 2])
def test_three_messages_of_one_fill_leave_no_question_in_whatever_order(first: int) -> None:
    story = Story()
    story.sees(order(1, "MNQ", 2, limit=100))
    news: Sequence[AnyEvent] = (position("MNQ", 2), story.trade("MNQ", 2), ended(1, FILLED, filled=2))
    story.sees(*news[first:], *news[:first], after="5s")
    assert story.account.fills == {}
    story.waits("1m")
    assert IN_VAIN not in [command.why for command in story.doubts]


def test_what_a_read_shows_waits_for_no_other_message() -> None:
    story = limited(3)
    story.sees(order(1, "MNQ", 2, limit=100))
    story.sees(story.truth([position("MNQ", 2)], [order(1, "MNQ", 2, limit=100)], after_restart=False), after="5s")
    assert story.asked_for == [cancel(1)]  # it stands there, unfilled, beside what is open
    assert story.account.fills == {}
