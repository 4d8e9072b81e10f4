"""An exit under way is never cancelled, and counts as closed for two seconds."""

from __future__ import annotations

from risk_manager.core.model import OrderStatus
from tests.core.story import Story, cancel, close, ended, market_order, position, reduce


def locked() -> Story:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    return story


def test_the_traders_exit_is_left_alone_under_a_lock_and_what_it_leaves_is_reduced() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 3))
    story.sees(market_order(1, "MNQ", -2), after="5s")
    story.sees(story.trade("ES", -1, -500), after="100ms")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_an_exit_of_the_whole_position_leaves_nothing_to_send() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 3))
    story.sees(market_order(1, "MNQ", -3), after="5s")
    story.sees(story.trade("ES", -1, -500), after="100ms")
    assert story.asked_for == []
    story.waits("1899ms")
    assert story.asked_for == []
    story.waits("1ms")  # two seconds after it was first seen it counts no more
    assert story.asked_for == [close("MNQ")]


def test_part_fills_do_not_prolong_it() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 3))
    story.sees(market_order(1, "MNQ", -3), after="5s")
    story.sees(story.trade("ES", -1, -500), after="100ms")
    story.sees(market_order(1, "MNQ", -3, filled=1), position("MNQ", 2), after="1s")
    assert story.asked_for == []
    story.waits("900ms")
    assert story.asked_for == [close("MNQ")]


def test_what_is_cancelled_of_it_counts_no_more() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 3))
    story.sees(market_order(1, "MNQ", -3), after="5s")
    story.sees(story.trade("ES", -1, -500), after="100ms")
    story.sees(ended(1, OrderStatus.REJECTED), after="100ms")
    assert story.asked_for == [close("MNQ")]


def test_several_together_count_as_the_whole_position_at_most() -> None:
    story = Story(max_contracts={"limit": 2, "count_type": "gross", "reduce_to_limit": True})
    story.sees(position("MNQ", 2))
    story.sees(market_order(1, "MNQ", -2), market_order(2, "MNQ", -2), after="5s")
    story.sees(position("MNQ", 3), after="100ms")
    assert story.asked_for == []


def test_a_market_order_that_would_reverse_is_no_exit() -> None:
    story = locked()
    story.sees(position("MNQ", 1), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.sees(position("MNQ", 0))
    story.sees(market_order(1, "MNQ", -1), after="5s")
    assert story.asked_for == [cancel(1)]


def test_what_it_has_filled_counts_until_the_position_shows_it() -> None:
    story = Story(max_contracts={"limit": 1, "count_type": "gross", "reduce_to_limit": True})
    story.sees(position("MNQ", 1))
    story.sees(market_order(1, "MNQ", -1), after="5s")
    story.sees(position("MNQ", 2), ended(1, OrderStatus.FILLED, filled=1), after="100ms")
    assert story.asked_for == []
    story.sees(position("MNQ", 1), after="100ms")
    assert story.asked_for == []


def test_the_guards_own_order_is_not_counted_twice() -> None:
    story = Story(max_contracts={"limit": 1, "count_type": "gross", "reduce_to_limit": True})
    story.sees(position("MNQ", 3))
    assert story.asked_for == [reduce("MNQ", 2)]
    story.sees(market_order(9, "MNQ", -2), after="10ms")
    story.sees(position("MNQ", 4), after="10ms")
    assert story.asked_for == []
    story.sees(position("MNQ", 2), ended(9, OrderStatus.FILLED, filled=2), after="10ms")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_the_end_of_another_order_that_was_taken_for_the_close_does_not_send_a_second_close_beside_its_own() -> None:
    story = locked()
    story.sees(position("MNQ", 2))
    assert story.asked_for == [close("MNQ")]
    # Which of the two the close has made cannot be told: the gateway names none. The smaller is the trader's.
    story.sees(market_order(1, "MNQ", -1), market_order(2, "MNQ", -2), after="20ms")
    story.sees(ended(1, OrderStatus.CANCELLED), after="1ms")
    story.waits("250ms")
    assert story.asked_for == []
    story.waits("1749ms")
    assert story.asked_for == [close("MNQ")]  # two seconds after it was first seen it counts no more


def test_what_was_taken_for_a_close_that_is_not_confirmed_still_counts_as_an_exit_of_its_own() -> None:
    story = locked()
    story.sees(position("MNQ", 2))
    story.sees(market_order(1, "MNQ", -2), after="1500ms")
    story.waits("750ms")  # the close is overdue, its pause is over, and its order works on
    assert story.asked_for == []
    story.waits("1250ms")
    assert story.asked_for == [close("MNQ")]
