"""RULE-006 and RULE-007 where fills come in parts, late, or are voided: no pause begins twice, none becomes shorter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.core.story import Story

ROW_OF_2 = {"count": 2, "cooldown_duration": 1800}
ROW_OF_3 = {"count": 3, "cooldown_duration": 1800}


def cooling(**config: Any) -> Story:
    return Story(cooldown_after_loss=config)


def test_a_deeper_loss_with_a_shorter_pause_shortens_nothing() -> None:
    long, short = {"loss_amount": -100, "cooldown_duration": 900}, {"loss_amount": -200, "cooldown_duration": 60}
    story = cooling(loss_thresholds=[long, short])
    fills = [story.trade("MNQ", -1, -100, order=9, at=story.now) for _ in range(2)]
    story.sees(story.truth(trades=fills, after_restart=False))
    assert story.ends("RULE-007") == story.now + timedelta(seconds=900)


def test_a_loser_is_an_order_and_not_a_fill() -> None:
    story = cooling(consecutive_losses=ROW_OF_2)
    story.sees(story.trade("MNQ", -1, -30, order=1), story.trade("MNQ", -1, 10, order=1))  # it has lost 20
    story.sees(story.trade("MNQ", -1, -10, order=2), after="1s")
    assert story.ends("RULE-007") == story.now + timedelta(seconds=1800)


@pytest.mark.parametrize(("pnl", "order"), [(-5, 2), (0, 3)], ids=["the same loser loses more", "a scratch"])
def test_a_row_that_has_cooled_down_is_prolonged_by_the_next_loser_alone(pnl: int, order: int) -> None:
    story = cooling(consecutive_losses=ROW_OF_2)
    story.sees(story.trade("MNQ", -1, -10, order=1), story.trade("MNQ", -1, -10, order=2))
    end = story.now + timedelta(seconds=1800)
    story.sees(story.trade("MNQ", -1, pnl, order=order), after="60s")
    assert story.ends("RULE-007") == end
    story.sees(story.trade("MNQ", -1, -10, order=4), after="60s")
    assert story.ends("RULE-007") == end + timedelta(seconds=120)


def test_a_row_that_a_void_brings_about_under_a_pause_begins_nothing_later_either() -> None:
    story = cooling(consecutive_losses=ROW_OF_3, loss_thresholds=[{"loss_amount": -100, "cooldown_duration": 300}])
    story.sees(story.trade("MNQ", -1, -10), story.trade("MNQ", -1, -10), story.trade("MNQ", -1, 10, number=7))
    story.sees(story.trade("MNQ", -1, -100), after="1s")
    end = story.now + timedelta(seconds=300)
    assert story.ends("RULE-007") == end
    story.sees(story.trade("MNQ", -1, 10, number=7, voided=True), after="1s")  # three losers in a row now
    assert story.ends("RULE-007") == end
    story.sees(story.trade("MNQ", 1), after="1s")
    assert story.ends("RULE-007") == end


# Windows


def counting(limits: dict[str, int], **more: Any) -> Story:
    return Story(trade_frequency_limit={"limits": limits, **more})


@pytest.mark.parametrize("last", [70, 75])
def test_of_many_fills_that_are_heard_of_at_once_the_last_that_reached_the_limit_counts(last: int) -> None:
    story = counting({"per_minute": 2}, cooldown_on_breach={"per_minute_breach": 600})
    begun = story.now - timedelta(seconds=last)
    times = [begun, begun + timedelta(seconds=5), story.now]
    story.sees(story.truth(trades=[story.trade(at=at) for at in times], after_restart=False))
    assert story.ends("RULE-006") == begun + timedelta(seconds=605)


def test_where_the_rule_only_tells_fills_behind_an_admins_line_are_not_told() -> None:
    alerts = {"cooldown_on_breach": {"enabled": False}}
    story = counting({"per_hour": 2})
    story.sees(story.trade(), story.trade())
    story.clears("RULE-006")
    story.rules(trade_frequency_limit={"limits": {"per_hour": 2}, **alerts})
    assert story.breaches == []
    story.sees(story.trade(), after="1m")
    assert story.breaches == []
    story.sees(story.trade(), after="1m")
    assert (story.breaches, story.locks) == (["RULE-006"], [])
    began = story.now
    story.sees(story.trade(), after="50m")  # the fourth is a new item of the same breach
    assert story.breaches == []
    story.waits_until(began + timedelta(hours=1, minutes=-1))
    assert "RULE-006|hour" in story.account.standing


def test_a_fill_at_the_instant_of_the_clear_counts_if_it_arrives_after_it() -> None:
    story = counting({"per_hour": 1})
    story.sees(story.trade())
    story.clears("RULE-006", keep_rule=True)
    assert story.locks == []
    story.sees(story.trade())
    assert story.locks == [("RULE-006", "cooldown", None)]
