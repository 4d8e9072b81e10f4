"""RULE-012 trade_management at its boundaries."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from risk_manager.core.model import OrderType
from tests.core.story import Story, cancel, ended, move_stop, order, place_stop, position, quote, stop_order


def helped(**parts: Any) -> Story:
    story = Story(trade_management=parts)
    story.obeys()
    return story


STOP = {"distance_ticks": 40, "after_seconds": 2}


def test_a_stop_is_placed_after_the_seconds_and_not_before() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 2, 100))
    story.waits("1999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [place_stop("MNQ", -2, 90)]
    assert (story.breaches, story.locks) == ([], [])


def test_a_short_gets_its_stop_above() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("ES", -1, "6700.25"))
    story.waits("2s")
    assert story.asked_for == [place_stop("ES", 1, "6710.25")]


def test_only_what_is_unprotected() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 3, 100), stop_order(1, "MNQ", -1, 80))
    story.waits("2s")
    assert story.asked_for == [place_stop("MNQ", -2, 90)]


@pytest.mark.parametrize(("size", "average", "price"), [(1, "100.10", "90.25"), (-1, "100.10", "110")])
def test_the_price_is_on_the_grid_rounded_toward_the_entry(size: int, average: str, price: str) -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", size, average))
    story.waits("2s")
    assert story.asked_for == [place_stop("MNQ", -size, price)]


@pytest.mark.parametrize(("size", "mark", "price"), [(1, "90", "89.75"), (1, "85", "84.75"), (-1, "112", "112.25")])
def test_where_the_mark_is_there_already_it_is_one_tick_on_its_valid_side(size: int, mark: str, price: str) -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", size, 100), quote("MNQ", mark))
    story.waits("2s")
    assert story.asked_for == [place_stop("MNQ", -size, price)]


def test_it_follows_the_size_of_the_position_at_its_price_and_goes_with_it() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 2, 100))
    story.waits("2s")
    story.sees(position("MNQ", 3, 101), after="3s")
    assert story.asked_for == [move_stop(9001, 90, 3)]
    story.sees(position("MNQ", 1, 101), after="3s")
    assert story.asked_for == [move_stop(9001, 90, 1)]
    story.sees(position("MNQ", 0), after="3s")
    assert story.asked_for == [cancel(9001)]


def test_it_makes_room_for_other_stops() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 2, 100))
    story.waits("2s")
    story.sees(stop_order(1, "MNQ", -2, 80), after="3s")
    assert story.asked_for == [cancel(9001)]


def test_cancelled_by_the_trader_it_comes_back() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 2, 100))
    story.waits("2s")
    story.sees(ended(9001), after="5s")
    assert story.asked_for == []
    story.waits("1999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [place_stop("MNQ", -2, 90)]


def test_breakeven_at_its_trigger_once() -> None:
    story = helped(auto_breakeven={"profit_trigger_ticks": 10, "offset_ticks": 2})
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 90))
    story.sees(quote("MNQ", "102.25"))
    assert story.asked_for == []
    story.sees(quote("MNQ", "102.50"))
    assert story.asked_for == [move_stop(1, "100.5")]
    story.sees(stop_order(1, "MNQ", -1, 95), after="1s")  # the trader moves it back
    story.sees(quote("MNQ", 103))
    assert story.asked_for == []


def test_a_stop_never_moves_against_the_position() -> None:
    story = helped(
        auto_breakeven={"profit_trigger_ticks": 10}, trailing_stop={"activation_ticks": 10, "trail_distance_ticks": 20}
    )
    story.sees(position("MNQ", -1, 100), stop_order(1, "MNQ", 1, "99.5"))
    story.sees(quote("MNQ", 97))
    assert story.asked_for == []


def test_the_trail_follows_in_steps_rounded_away_from_the_mark() -> None:
    story = helped(trailing_stop={"activation_ticks": 20, "trail_distance_ticks": 10, "step_ticks": 4})
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 90))
    story.sees(quote("MNQ", "104.75"))
    assert story.asked_for == []
    story.sees(quote("MNQ", "105.10"))
    assert story.asked_for == [move_stop(1, "102.5")]
    story.sees(quote("MNQ", "105.75"))
    assert story.asked_for == []
    story.sees(quote("MNQ", "106.0"))
    assert story.asked_for == [move_stop(1, "103.5")]
    story.sees(quote("MNQ", 104))
    assert story.asked_for == []


def test_the_better_of_both_wins() -> None:
    story = helped(
        auto_breakeven={"profit_trigger_ticks": 20}, trailing_stop={"activation_ticks": 20, "trail_distance_ticks": 4}
    )
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 90))
    story.sees(quote("MNQ", 105))
    assert story.asked_for == [move_stop(1, 104)]


def test_the_brokers_own_trailing_stop_and_a_larger_one_are_left_alone() -> None:
    story = helped(auto_breakeven={"profit_trigger_ticks": 10})
    story.sees(position("MNQ", 1, 100), order(1, "MNQ", -1, type=OrderType.TRAILING_STOP, stop=90))
    story.sees(stop_order(2, "MNQ", -3, 90))
    story.sees(quote("MNQ", 110))
    assert story.asked_for == []


def test_without_a_stop_and_without_the_automatic_one_nothing_is_done() -> None:
    story = helped(trailing_stop={"activation_ticks": 20, "trail_distance_ticks": 10})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 200))
    story.waits("5s")
    assert story.asked_for == []


def test_a_reversal_leaves_no_stop_of_ours_on_the_wrong_side() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 2, 100))
    story.waits("2s")
    story.sees(position("MNQ", -1, 100), after="10s")
    assert story.asked_for == [cancel(9001)]
    story.waits("2s")
    assert story.asked_for == [place_stop("MNQ", 1, 110)]


def test_a_stop_does_not_move_to_where_the_market_is() -> None:
    story = Story(trade_management={"auto_breakeven": {"profit_trigger_ticks": 10}})
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 90))
    story.sees(quote("MNQ", 103), after="5s")
    assert story.asked_for == [move_stop(1, 100)]
    story.refuses()
    story.sees(quote("MNQ", 100), after="100ms")
    story.waits("5s")
    assert story.asked_for == []  # it would be at the market
    story.sees(quote("MNQ", 103), after="100ms")
    assert story.asked_for == [move_stop(1, 100)]


def test_without_a_price_no_stop_is_moved_though_the_best_mark_is_known() -> None:
    story = Story(trade_management={"trailing_stop": {"activation_ticks": 4, "trail_distance_ticks": 4}})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 110))
    story.state = replace(story.state, quotes={})
    story.sees(stop_order(1, "MNQ", -1, 90))
    assert story.asked_for == []


def test_trailing_that_is_switched_on_later_goes_by_the_best_mark_since_the_position_was_opened() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 90), quote("MNQ", 100))
    story.sees(quote("MNQ", 108), quote("MNQ", 104), after="1s")
    story.rules(trade_management={"trailing_stop": {"activation_ticks": 20, "trail_distance_ticks": 20}})
    assert story.asked_for == [move_stop(1, 103)]


def test_our_stop_leaves_out_what_the_traders_stop_protects() -> None:
    story = helped(auto_stop_loss=STOP)
    story.sees(position("MNQ", 3, 100))
    story.waits("2s")
    assert story.asked_for == [place_stop("MNQ", -3, 90)]
    story.sees(stop_order(1, "MNQ", -2, 80))
    assert story.asked_for == [move_stop(9001, 90, 1)]
