"""RULE-004 daily_unrealized_loss at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.story import Story, cancel, close, order, position, quote, stop_order


def limited(limit: int = -300, **more: Any) -> Story:
    return Story(daily_unrealized_loss={"limit": limit, **more})


@pytest.mark.parametrize(
    ("size", "last", "is_breach"),
    [(3, "50.25", False), (3, "50", True), (-3, "149.75", False), (-3, "150", True), (3, "150", False)],
)
def test_reached_is_breached_for_longs_and_shorts(size: int, last: str, is_breach: bool) -> None:
    story = limited()
    story.sees(position("MNQ", size, 100), quote("MNQ", last))
    assert story.breaches == (["RULE-004"] if is_breach else [])
    assert story.locks == ([("RULE-004", "hard", None)] if is_breach else [])


def test_winners_and_losers_add_up() -> None:
    story = limited()
    story.sees(position("MNQ", 3, 100), position("ES", 1, 100), quote("ES", 102))
    story.sees(quote("MNQ", "40"))  # -360 + 100
    assert story.breaches == []
    story.sees(quote("ES", 101))
    assert story.breaches == ["RULE-004"]


def test_realized_losses_do_not_count() -> None:
    story = limited()
    story.sees(story.trade("ES", -1, -1000))
    assert story.breaches == []


def test_the_lock_ends_at_the_reset_and_what_still_holds_then_is_new() -> None:
    story = limited()
    story.sees(position("MNQ", 3, 100), quote("MNQ", 50))
    assert story.ends("RULE-004") == datetime(2025, 10, 23, 22, 0, tzinfo=UTC)


def test_close_all_locks_nothing_and_is_recorded_again_after_it_was_over() -> None:
    story = limited(action="close_all")
    story.obeys()
    story.sees(position("MNQ", 3, 100), quote("MNQ", 50))
    assert (story.breaches, story.locks) == (["RULE-004"], [])
    story.sees(position("MNQ", 3, 100), after="3s")
    assert story.breaches == ["RULE-004"]


def test_each_position_by_itself_goes_with_the_orders_of_its_contract() -> None:
    story = limited(scope="position")
    story.sees(
        position("MNQ", 3, 100), stop_order(1, "MNQ", -3, 20), position("ES", 1, 100), order(2, "ES", -1, limit=200)
    )
    story.sees(quote("ES", 200))
    story.sees(quote("MNQ", 50))
    assert story.asked_for == [close("MNQ"), cancel(1)]
    assert story.locks == []


def test_two_positions_of_half_the_loss_are_not_one() -> None:
    story = limited(scope="position")
    story.sees(position("MNQ", 2, 100), position("ES", 1, 100), quote("ES", 96))
    story.sees(quote("MNQ", 50))
    assert story.breaches == []


def test_a_position_without_a_price_is_left_out() -> None:
    story = limited()
    story.sees(position("MNQ", 300, 100))
    assert story.breaches == []
    story.sees(quote("MNQ", bid="99.5"))  # the other price serves where the chosen one has not been seen
    assert story.breaches == ["RULE-004"]


def test_the_price_that_one_would_get_out_at() -> None:
    story = Story(daily_unrealized_loss={"limit": -300}, defaults={"mark_price": "exit"})
    story.sees(position("MNQ", 3, 100), quote("MNQ", 100, bid="50.25", ask=10))
    assert story.breaches == []
    story.sees(quote("MNQ", bid=50))
    assert story.breaches == ["RULE-004"]


def test_an_average_that_is_a_rounded_binary_number_is_brought_back_onto_the_grid() -> None:
    story = limited(-100)
    # three at 100.00, 100.25 and 100.25: the average is 100.1666..., -$100.00 is at 83.50
    story.sees(position("MNQ", 3, "100.16666666666667"), quote("MNQ", "83.75"))
    assert story.breaches == []
    story.sees(quote("MNQ", "83.50"))
    assert story.breaches == ["RULE-004"]
    assert [breach.value for breach in story.breached] == [-100]
