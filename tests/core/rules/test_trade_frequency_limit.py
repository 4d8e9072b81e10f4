"""RULE-006 trade_frequency_limit at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.core.story import Story, cancel, order, position, reduce


def limited(limits: dict[str, int], **more: Any) -> Story:
    return Story(trade_frequency_limit={"limits": limits, **more})


def test_the_last_allowed_trade_starts_the_cooldown_from_its_own_time() -> None:
    story = limited({"per_minute": 3})
    story.sees(story.trade(), story.trade())
    assert story.locks == []
    story.sees(story.trade(), after="30s")
    assert story.breaches == ["RULE-006"]
    assert story.locks == [("RULE-006", "cooldown", None)]
    assert story.ends("RULE-006") == story.now + timedelta(seconds=60)
    assert story.asked_for == []


def test_the_window_slides_and_its_far_end_is_outside() -> None:
    story = limited({"per_minute": 2})
    story.sees(story.trade())
    story.sees(story.trade(), after="60s")
    assert story.locks == []
    story = limited({"per_minute": 2})
    story.sees(story.trade())
    story.sees(story.trade(), after="59999ms")
    assert story.locks == [("RULE-006", "cooldown", None)]


def test_partial_fills_of_one_order_are_one() -> None:
    story = limited({"per_minute": 2})
    story.sees(*(story.trade(order=9) for _ in range(5)))
    assert story.locks == []
    story.sees(story.trade(order=10))
    assert story.locks == [("RULE-006", "cooldown", None)]


def test_exits_are_no_entries() -> None:
    story = limited({"per_minute": 1})
    story.sees(story.trade("MNQ", -1, 50))
    assert story.locks == []


def test_executions_count_every_trade() -> None:
    story = limited({"per_minute": 3}, count="executions")
    story.sees(story.trade(order=9), story.trade("MNQ", -1, 50, order=10), story.trade(order=9))
    assert story.locks == [("RULE-006", "cooldown", None)]


def test_round_turns_count_closing_orders() -> None:
    story = limited({"per_minute": 2}, count="round_turns")
    story.sees(story.trade(), story.trade(), story.trade("MNQ", -1, 50, order=9), story.trade("MNQ", -1, 50, order=9))
    assert story.locks == []
    story.sees(story.trade("MNQ", -1, 50, order=10))
    assert story.locks == [("RULE-006", "cooldown", None)]


def test_the_longest_of_several_holds() -> None:
    story = limited({"per_minute": 2, "per_hour": 2, "per_session": 2})
    story.sees(story.trade(), story.trade())
    assert story.ends("RULE-006") == story.now + timedelta(hours=1)


def test_every_further_item_begins_it_again() -> None:
    story = limited({"per_hour": 2}, cooldown_on_breach={"per_hour_breach": 600})
    story.sees(story.trade(), story.trade())
    story.sees(story.trade(), after="11m")
    assert story.ends("RULE-006") == story.now + timedelta(minutes=10)
    assert story.breaches == ["RULE-006"]


def test_an_item_that_is_heard_of_when_its_cooldown_would_be_over_begins_nothing() -> None:
    story = limited({"per_minute": 2})
    story.sees(story.trade(at=story.now - timedelta(seconds=70)), story.trade(at=story.now - timedelta(seconds=60)))
    assert story.locks == []
    story = limited({"per_minute": 2})
    story.sees(story.trade(at=story.now - timedelta(seconds=70)), story.trade(at=story.now - timedelta(seconds=59)))
    assert story.ends("RULE-006") == story.now + timedelta(seconds=1)


def test_a_void_takes_an_item_out_of_the_counts_and_moves_no_end() -> None:
    story = limited({"per_minute": 3})
    story.sees(story.trade(number=1), story.trade(number=2))
    story.sees(story.trade(number=1, voided=True))
    story.sees(story.trade(number=3))
    assert story.locks == []
    story.sees(story.trade(number=4))
    end = story.ends("RULE-006")
    story.sees(story.trade(number=4, voided=True), after="5s")
    assert story.ends("RULE-006") == end


def test_a_hard_lock_for_the_same_time() -> None:
    story = limited({"per_minute": 1}, action="close_all_and_lockout")
    story.sees(position("MNQ", 1), story.trade())
    assert story.locks == [("RULE-006", "hard", None)]
    assert story.ends("RULE-006") == story.now + timedelta(seconds=60)


def test_only_an_alert_where_cooldowns_are_off() -> None:
    story = limited({"per_minute": 1}, cooldown_on_breach={"enabled": False})
    story.sees(story.trade())
    assert (story.breaches, story.locks, story.loudness) == (["RULE-006"], [], ["warning"])


def test_what_is_open_may_stay_and_nothing_may_be_added() -> None:
    story = limited({"per_minute": 1})
    story.obeys()
    story.sees(position("MNQ", 2))
    story.sees(story.trade("ES", 1), after="3s")
    story.sees(order(1, "MNQ", 1, limit=90), order(2, "MNQ", -2, limit=120))
    assert story.asked_for == [cancel(1)]
    story.sees(position("MNQ", 3), after="3s")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_the_fill_that_started_it_may_stay_though_its_position_message_comes_later() -> None:
    story = limited({"per_minute": 1})
    story.sees(story.trade("MNQ", 2))
    story.sees(position("MNQ", 2), after="500ms")
    assert story.asked_for == []


def test_the_session_is_the_trading_day_and_the_minute_crosses_the_reset() -> None:
    evening = datetime(2025, 10, 23, 21, 59, 45, tzinfo=UTC)
    story = Story(evening, trade_frequency_limit={"limits": {"per_session": 2}})
    story.sees(story.trade())
    story.sees(story.trade(), after="30s")
    assert story.locks == []
    story = Story(evening, trade_frequency_limit={"limits": {"per_minute": 2}})
    story.sees(story.trade())
    story.sees(story.trade(), after="30s")
    assert story.locks == [("RULE-006", "cooldown", None)]


def test_a_clear_draws_a_line() -> None:
    story = limited({"per_minute": 2})
    story.sees(story.trade(), story.trade())
    story.clears("RULE-006", keep_rule=True)
    assert story.locks == []
    story.sees(story.trade(), after="5s")
    assert story.locks == []
    story.sees(story.trade(), after="5s")
    assert story.locks == [("RULE-006", "cooldown", None)]
