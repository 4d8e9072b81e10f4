"""RULE-007 cooldown_after_loss at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.story import Story, close, order, position, reduce

TIERS = [{"loss_amount": -100, "cooldown_duration": 300}, {"loss_amount": -200, "cooldown_duration": 900}]


def cooling(**more: Any) -> Story:
    return Story(cooldown_after_loss={"loss_thresholds": TIERS, **more})


@pytest.mark.parametrize(
    ("loss", "pause"), [("-99.99", None), ("-100", 300), ("-199.99", 300), ("-200", 900), ("100", None)]
)
def test_the_deepest_threshold_that_is_reached_counts(loss: str, pause: int | None) -> None:
    story = cooling()
    story.sees(story.trade("MNQ", -1, loss, fees=50))
    if pause is None:
        assert story.locks == []
    else:
        assert story.ends("RULE-007") == story.now + timedelta(seconds=pause)


def test_the_fills_of_one_order_add_up_and_a_deeper_one_adds_its_own() -> None:
    story = cooling()
    story.sees(story.trade("MNQ", -1, -60, order=9))
    assert story.locks == []
    story.sees(story.trade("MNQ", -1, -60, order=9), after="1s")
    assert story.ends("RULE-007") == story.now + timedelta(seconds=300)
    story.sees(story.trade("MNQ", -1, -60, order=9), after="10s")  # -180: no new threshold
    assert story.ends("RULE-007") == story.now + timedelta(seconds=290)
    story.sees(story.trade("MNQ", -1, -20, order=9), after="10s")
    assert story.ends("RULE-007") == story.now + timedelta(seconds=900)


def test_two_orders_do_not_add_up() -> None:
    story = cooling()
    story.sees(story.trade("MNQ", -1, -60), story.trade("MNQ", -1, -60))
    assert story.locks == []


def test_a_shorter_one_does_not_shorten() -> None:
    story = cooling()
    story.sees(story.trade("MNQ", -1, -200))
    end = story.ends("RULE-007")
    story.sees(story.trade("MNQ", -1, -100), after="10s")
    assert story.ends("RULE-007") == end


def test_it_runs_from_the_fills_own_time() -> None:
    story = cooling()
    story.sees(story.trade("MNQ", -1, -100, at=story.now - timedelta(seconds=299)))
    assert story.ends("RULE-007") == story.now + timedelta(seconds=1)
    story = cooling()
    story.sees(story.trade("MNQ", -1, -100, at=story.now - timedelta(seconds=300)))
    assert story.locks == []


def test_losers_in_a_row_with_scratches_between() -> None:
    story = Story(cooldown_after_loss={"consecutive_losses": {"count": 3, "cooldown_duration": 1800}})
    story.sees(story.trade("MNQ", -1, -1), story.trade("MNQ", -1, 0), story.trade("MNQ", -1, -1))
    assert story.locks == []
    story.sees(story.trade("MNQ", -1, -1), after="1s")
    assert story.ends("RULE-007") == story.now + timedelta(seconds=1800)
    story.sees(story.trade("MNQ", -1, -1), after="60s")
    assert story.ends("RULE-007") == story.now + timedelta(seconds=1800)


def test_a_winner_resets_the_row() -> None:
    story = Story(cooldown_after_loss={"consecutive_losses": {"count": 2, "cooldown_duration": 1800}})
    story.sees(story.trade("MNQ", -1, -1), story.trade("MNQ", -1, 5), story.trade("MNQ", -1, -1))
    assert story.locks == []


def test_a_row_does_not_go_over_the_reset() -> None:
    evening = datetime(2025, 10, 23, 21, 59, tzinfo=UTC)
    story = Story(evening, cooldown_after_loss={"consecutive_losses": {"count": 2, "cooldown_duration": 1800}})
    story.sees(story.trade("MNQ", -1, -1))
    story.sees(story.trade("MNQ", -1, -1), after="2m")
    assert story.locks == []


def test_what_is_left_of_the_position_may_stay_and_never_grow_again() -> None:
    story = cooling()
    story.sees(position("MNQ", 3))
    story.sees(story.trade("MNQ", -1, -100), after="5s")
    story.sees(position("MNQ", 2), after="100ms")
    assert story.asked_for == []
    story.sees(position("MNQ", 1), after="3s")
    story.sees(position("MNQ", 2), after="3s")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_a_reversal_closes_the_whole_new_side() -> None:
    story = cooling()
    story.sees(position("MNQ", 2))
    story.sees(story.trade("ES", -1, -100), after="5s")
    story.sees(position("MNQ", -1), after="3s")
    assert story.asked_for == [close("MNQ")]


def test_an_order_that_was_resting_goes_when_it_begins() -> None:
    story = cooling()
    story.sees(order(1, "ES", 1, limit=90))
    story.sees(story.trade("MNQ", -1, -100), after="5s")
    assert story.asked_for == [("cancel", 1)]


def test_it_is_over_at_its_instant() -> None:
    story = cooling()
    story.sees(story.trade("MNQ", -1, -100))
    story.waits("299999ms")
    assert story.locks == [("RULE-007", "cooldown", None)]
    story.waits("1ms")
    assert story.locks == []
    story.sees(position("MNQ", 1))
    assert story.asked_for == []


def test_a_void_moves_no_end_of_a_cooldown_that_stands_and_begins_none_when_it_ends() -> None:
    story = Story(cooldown_after_loss={"consecutive_losses": {"count": 2, "cooldown_duration": 60}})
    story.sees(story.trade("MNQ", -1, -1), story.trade("MNQ", -1, -1))
    end = story.ends("RULE-007")
    story.sees(story.trade("MNQ", -1, 5, number=50), story.trade("MNQ", -1, -1), after="30s")
    assert story.ends("RULE-007") == end
    story.sees(story.trade("MNQ", -1, 5, number=50, voided=True), after="5s")
    assert story.ends("RULE-007") == end
    story.waits("25s")
    assert story.locks == []


def test_a_clear_draws_a_line_also_under_the_row() -> None:
    story = Story(cooldown_after_loss={"consecutive_losses": {"count": 2, "cooldown_duration": 60}})
    story.sees(story.trade("MNQ", -1, -1), story.trade("MNQ", -1, -1))
    story.clears("RULE-007", keep_rule=True)
    assert story.locks == []
    story.sees(story.trade("MNQ", -1, -1), after="1s")
    assert story.locks == []
    story.sees(story.trade("MNQ", -1, -1), after="1s")
    assert story.locks == [("RULE-007", "cooldown", None)]
