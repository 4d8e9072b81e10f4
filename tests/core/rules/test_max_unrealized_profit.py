"""RULE-005 max_unrealized_profit at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.story import Story, cancel, close, order, position, quote, stop_order


def limited(limit: int = 300, **more: Any) -> Story:
    return Story(max_unrealized_profit={"limit": limit, **more})


@pytest.mark.parametrize(
    ("size", "last", "is_breach"), [(3, "149.75", False), (3, "150", True), (-3, "50.25", False), (-3, "50", True)]
)
def test_reached_is_breached_for_longs_and_shorts(size: int, last: str, is_breach: bool) -> None:
    story = limited()
    story.sees(position("MNQ", size, 100), quote("MNQ", last))
    assert story.breaches == (["RULE-005"] if is_breach else [])
    assert story.asked_for == ([close("MNQ")] if is_breach else [])
    assert story.locks == []


def test_the_account_goes_with_all_of_its_orders() -> None:
    story = limited()
    story.sees(position("MNQ", 3, 100), stop_order(1, "MNQ", -3, 20), order(2, "ES", 1, limit=90))
    story.sees(quote("MNQ", 150))
    assert story.asked_for[0] == close("MNQ")
    assert sorted(story.asked_for[1:], key=str) == [cancel(1), cancel(2)]


def test_a_lock_where_that_is_wanted() -> None:
    story = limited(action="close_all_and_lockout")
    story.sees(position("MNQ", 3, 100), quote("MNQ", 150))
    assert story.locks == [("RULE-005", "hard", None)]
    assert story.ends("RULE-005") == datetime(2025, 10, 23, 22, 0, tzinfo=UTC)


def test_a_reset_of_its_own() -> None:
    story = limited(action="close_all_and_lockout", reset_time="16:00", timezone="America/New_York")
    story.sees(position("MNQ", 3, 100), quote("MNQ", 150))
    assert story.ends("RULE-005") == datetime(2025, 10, 23, 20, 0, tzinfo=UTC)


def test_each_position_by_itself() -> None:
    story = limited(scope="position")
    story.sees(position("MNQ", 3, 100), position("ES", 1, 100), order(2, "ES", -1, limit=200), quote("ES", 10))
    story.sees(quote("MNQ", 150))
    assert story.asked_for == [close("MNQ")]


def test_a_loser_carries_a_winner_of_the_account() -> None:
    story = limited()
    story.sees(position("MNQ", 3, 100), position("ES", 1, 100), quote("ES", 99))
    story.sees(quote("MNQ", 150))
    assert story.breaches == []


def test_while_its_close_is_under_way_it_is_neither_recorded_nor_commanded_again() -> None:
    story = limited()
    story.sees(position("MNQ", 3, 100), quote("MNQ", 150))
    story.sees(quote("MNQ", 160), after="1s")
    assert (story.breaches, story.asked_for) == ([], [])


def test_an_exit_trade_takes_its_contracts_out_of_the_open_profit() -> None:
    story = limited()
    story.sees(position("MNQ", 3, 100), quote("MNQ", 140))
    story.sees(story.trade("MNQ", -2, 160), after="5s")
    story.sees(quote("MNQ", 200), after="100ms")  # one is left: $200
    assert story.breaches == []
