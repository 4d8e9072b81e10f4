"""RULE-013 daily_realized_profit at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.story import Story, close, position, quote


def target(amount: int = 1000, **more: Any) -> Story:
    return Story(daily_realized_profit={"target": amount, **more})


@pytest.mark.parametrize(
    ("gain", "fees", "is_reached"),
    [("999.99", 0, False), ("1000", 0, True), ("1000", "0.01", False), ("1000.01", "0.01", True)],
)
def test_it_is_reached_net_of_fees(gain: str, fees: str | int, is_reached: bool) -> None:
    story = target()
    story.sees(story.trade("MNQ", -1, gain, fees=fees))
    assert story.breaches == (["RULE-013"] if is_reached else [])
    assert story.locks == ([("RULE-013", "hard", None)] if is_reached else [])


def test_what_is_open_goes_and_the_lock_ends_at_the_reset() -> None:
    story = target()
    story.sees(position("ES", 1))
    story.sees(story.trade("MNQ", -1, 1000), after="5s")
    assert story.asked_for == [close("ES")]
    assert story.ends("RULE-013") == datetime(2025, 10, 23, 22, 0, tzinfo=UTC)


def test_open_profit_counts_only_where_that_is_asked_for() -> None:
    for asked, wanted in ((False, []), (True, ["RULE-013"])):
        story = target(include_unrealized=asked)
        story.sees(story.trade("ES", -1, 900), position("MNQ", 1, 100))
        story.sees(quote("MNQ", 150))
        assert story.breaches == wanted


def test_an_open_loss_holds_it_back_where_it_counts() -> None:
    story = target(include_unrealized=True)
    story.sees(position("MNQ", 1, 100), quote("MNQ", 90), story.trade("ES", -1, 1000))
    assert story.breaches == []
    story.sees(quote("MNQ", 100))
    assert story.breaches == ["RULE-013"]


def test_an_alert_locks_nothing_and_is_told_once() -> None:
    story = target(enforcement="alert")
    story.sees(position("ES", 1))
    story.sees(story.trade("MNQ", -1, 1000), after="5s")
    assert (story.breaches, story.asked_for, story.locks) == (["RULE-013"], [], [])
    assert story.loudness.count("warning") >= 1
    story.sees(story.trade("MNQ", -1, 10), after="1s")
    assert story.breaches == []


def test_a_sentence_of_the_admins_own_goes_with_it() -> None:
    story = target(message="Well done, go for a walk")
    story.sees(story.trade("MNQ", -1, 1000))
    assert story.breached[0].why == "Daily profit $1,000.00 reached the target $1,000.00. Well done, go for a walk"


def test_a_reset_of_its_own() -> None:
    story = target(reset_time="18:00", timezone="America/New_York")
    story.sees(story.trade("MNQ", -1, 1000))
    assert story.ends("RULE-013") == datetime(2025, 10, 23, 22, 0, tzinfo=UTC)


def test_a_later_loss_does_not_end_the_lock() -> None:
    story = target()
    story.sees(story.trade("MNQ", -1, 1000))
    story.sees(story.trade("MNQ", -1, -600), after="5s")
    assert story.locks == [("RULE-013", "hard", None)]


def test_a_deposit_is_no_profit_and_entries_are_none() -> None:
    story = target()
    story.sees(story.trade("MNQ", 5))
    assert story.breaches == []
