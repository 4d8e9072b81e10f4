"""RULE-003 daily_realized_loss at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.story import Story, close, position, quote

RESET = datetime(2025, 10, 23, 22, 0, tzinfo=UTC)


def limited(limit: int = -500, **more: Any) -> Story:
    return Story(daily_realized_loss={"limit": limit, **more})


@pytest.mark.parametrize(("loss", "is_breach"), [("-499.99", False), ("-500", True), ("-500.01", True), ("500", False)])
def test_the_limit_is_breached_when_it_is_reached(loss: str, is_breach: bool) -> None:
    story = limited()
    story.sees(story.trade("MNQ", -1, loss))
    assert story.breaches == (["RULE-003"] if is_breach else [])


def test_fees_count_unless_they_are_left_out() -> None:
    story = limited()
    story.sees(story.trade("MNQ", -1, "-499", fees="1"))
    assert story.breaches == ["RULE-003"]
    story = limited(include_fees=False)
    story.sees(story.trade("MNQ", -1, "-499", fees="1"))
    assert story.breaches == []


def test_entries_cost_fees_though_they_have_no_result() -> None:
    story = limited(-1)
    story.sees(story.trade("MNQ", 1, fees="0.5"), story.trade("MNQ", 1, fees="0.5"))
    assert story.breaches == ["RULE-003"]


def test_what_is_open_counts_unless_it_is_left_out() -> None:
    story = limited()
    story.sees(story.trade("ES", -1, -400), position("MNQ", 1, 100), quote("MNQ", 50))
    assert story.asked_for == [close("MNQ")]
    story = limited(include_unrealized=False)
    story.sees(story.trade("ES", -1, -400), position("MNQ", 1, 100), quote("MNQ", 50))
    assert story.asked_for == []


def test_an_open_profit_carries_a_realized_loss() -> None:
    story = limited()
    story.sees(position("MNQ", 1, 100), quote("MNQ", 150), story.trade("ES", -1, -550))
    assert story.breaches == []
    story.sees(quote("MNQ", "125"), after="1s")
    assert story.breaches == ["RULE-003"]


def test_a_repeated_trade_changes_nothing_and_a_void_takes_it_out() -> None:
    story = limited()
    trade = story.trade("MNQ", -1, -400)
    story.sees(trade, trade, trade)
    assert story.breaches == []
    assert story.realized == -400
    story.sees(story.trade("MNQ", -1, -400, number=1, voided=True))
    assert story.realized == 0
    story.sees(trade)
    assert story.realized == 0


def test_a_void_does_not_end_a_lock() -> None:
    story = limited()
    story.sees(story.trade("MNQ", -1, -500))
    story.sees(story.trade("MNQ", -1, -500, number=1, voided=True))
    assert story.locks == [("RULE-003", "hard", None)]


def test_the_lock_ends_at_the_reset_at_that_instant_and_the_day_begins_at_zero() -> None:
    story = limited()
    story.sees(story.trade("MNQ", -1, -500))
    assert story.ends("RULE-003") == RESET
    story.waits_until(RESET - timedelta(microseconds=1))
    assert story.locks == [("RULE-003", "hard", None)]
    story.waits_until(RESET)
    assert story.locks == []
    assert story.realized == 0


def test_the_trades_own_time_decides_its_day() -> None:
    story = limited()
    story.waits_until(RESET + timedelta(seconds=5))
    story.sees(story.trade("MNQ", -1, -500, at=RESET - timedelta(microseconds=1)))
    assert story.breaches == []
    story.sees(story.trade("MNQ", -1, -500, at=RESET))
    assert story.breaches == ["RULE-003"]


def test_a_reset_of_its_own() -> None:
    story = limited(reset_time="09:00", timezone="America/New_York")
    story.sees(story.trade("MNQ", -1, -500))
    assert story.ends("RULE-003") == datetime(2025, 10, 24, 13, 0, tzinfo=UTC)
    late = story.trade("MNQ", -1, -500, at=datetime(2025, 10, 23, 12, 59, tzinfo=UTC))
    other = limited(reset_time="09:00", timezone="America/New_York")
    other.sees(late)
    assert other.breaches == []
    assert other.realized == -500  # the account's own day is the broker's


def test_one_order_may_not_lose_more_than_its_own_limit_its_fills_added_up_without_fees() -> None:
    story = limited(-5000, single_trade_limit=-100)
    story.sees(story.trade("MNQ", -1, "-60", order=9), story.trade("MNQ", -1, "-39.99", order=9, fees=5))
    assert story.breaches == []
    story.sees(story.trade("MNQ", -1, "-0.01", order=9))
    assert story.breaches == ["RULE-003"]
    assert story.locks == [("RULE-003", "hard", None)]


def test_two_orders_of_half_the_loss_are_not_one() -> None:
    story = limited(-5000, single_trade_limit=-100)
    story.sees(story.trade("MNQ", -1, -60, order=9), story.trade("MNQ", -1, -60, order=10))
    assert story.breaches == []


def test_after_a_clear_the_breach_is_waived_until_the_reset() -> None:
    story = limited()
    story.sees(story.trade("MNQ", -1, -500))
    story.clears("RULE-003")
    assert story.locks == []
    assert story.waived == ["RULE-003"]
    story.sees(position("MNQ", 1), after="1m")
    assert story.asked_for == []


def test_a_clear_that_keeps_the_rule_locks_again_in_the_same_instant() -> None:
    story = limited()
    story.sees(story.trade("MNQ", -1, -500))
    story.clears("RULE-003", keep_rule=True)
    assert story.locks == [("RULE-003", "hard", None)]
    assert story.breaches == ["RULE-003"]


def test_a_clear_draws_a_line_under_single_trades() -> None:
    story = limited(-5000, single_trade_limit=-100)
    story.sees(story.trade("MNQ", -1, -150, order=9))
    story.clears("RULE-003", keep_rule=True)
    assert story.locks == []
    story.sees(story.trade("MNQ", -1, -150, order=10), after="1s")
    assert story.locks == [("RULE-003", "hard", None)]


def test_an_exit_trade_counts_once_while_its_position_message_is_on_its_way() -> None:
    story = limited(-150)
    story.sees(position("MNQ", 1, 100), quote("MNQ", 50))
    story.sees(story.trade("MNQ", -1, -100), after="5s")  # realized now, and no longer open
    assert story.breaches == []
    story.sees(position("MNQ", 0), after="100ms")
    assert story.breaches == []
