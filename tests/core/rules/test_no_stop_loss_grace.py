"""RULE-008 no_stop_loss_grace at its boundaries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from risk_manager.core.model import OrderStatus
from tests.core.story import Story, cancel, close, ended, order, position, stop_order


def graced(seconds: int = 10, **more: Any) -> Story:
    return Story(no_stop_loss_grace={"grace_period_seconds": seconds, **more})


def test_it_ends_exactly() -> None:
    story = graced()
    story.sees(position("MNQ", 1))
    story.waits("9999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]
    assert story.breaches == ["RULE-008"]
    assert story.locks == []


def test_the_grace_of_each_position_ends_at_its_own_time() -> None:
    story = graced()
    story.sees(position("ES", 1))
    began = story.now
    story.sees(position("MNQ", 1), after="5s")
    story.waits("20s")
    assert [(breach.about, breach.at - began) for breach in story.breached] == [
        ("CON.F.US.EP.Z25", timedelta(seconds=10)),
        ("CON.F.US.MNQ.Z25", timedelta(seconds=15)),
    ]


def test_stops_that_add_up_protect() -> None:
    story = graced()
    story.sees(position("MNQ", 3), stop_order(1, "MNQ", -1, 90), stop_order(2, "MNQ", -2, 80))
    story.waits("60s")
    assert story.breaches == []


def test_a_stop_that_has_partly_filled_protects_by_what_remains() -> None:
    story = graced()
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -2, 90))
    story.sees(stop_order(1, "MNQ", -2, 90, filled=1), after="5s")
    story.waits("10s")
    assert story.asked_for == [close("MNQ"), cancel(1)]


def test_a_stop_of_another_expiry_protects_nothing() -> None:
    story = graced()
    story.sees(position("MNQ", 1), stop_order(1, "MNQ", -1, 90, expiry="H26"))
    story.waits("10s")
    assert story.asked_for == [close("MNQ")]


def test_growth_while_it_runs_does_not_begin_it_again() -> None:
    story = graced()
    story.sees(position("MNQ", 1))
    story.sees(position("MNQ", 2), after="8s")
    story.waits("2s")
    assert story.asked_for == [close("MNQ")]


def test_growth_past_the_stops_begins_it() -> None:
    story = graced()
    story.sees(position("MNQ", 1), stop_order(1, "MNQ", -1, 90))
    story.sees(position("MNQ", 2), after="60s")
    story.waits("9999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ"), cancel(1)]


def test_a_reversal_begins_a_new_one() -> None:
    story = graced()
    story.sees(position("MNQ", 1))
    story.sees(position("MNQ", -1), after="8s")
    story.waits("9999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_a_stop_at_the_last_instant_is_in_time_or_too_late() -> None:
    story = graced()
    story.sees(position("MNQ", 1))
    story.sees(stop_order(1, "MNQ", -1, 90), after="9999ms")
    story.waits("60s")
    assert story.breaches == []
    story = graced()
    story.sees(position("MNQ", 1))
    story.sees(stop_order(1, "MNQ", -1, 90), after="10001ms")
    assert story.breaches == ["RULE-008"]


def test_the_orders_are_read_one_second_before_the_end_and_what_is_read_counts() -> None:
    story = graced()
    story.sees(position("MNQ", 1))
    story.waits("8999ms")
    assert story.reads == 0
    story.waits("1ms")
    assert story.reads == 1
    held, stop = position("MNQ", 1), stop_order(1, "MNQ", -1, 90)
    story.sees(story.truth([held], [stop], after_restart=False))
    story.waits("60s")
    assert story.breaches == []


def test_everything_goes_where_that_is_wanted() -> None:
    story = graced(enforcement="close_all")
    story.sees(position("MNQ", 1), position("ES", 1), stop_order(1, "ES", -1, 90))
    story.waits("10s")
    assert sorted(story.asked_for, key=str) == sorted([close("MNQ"), close("ES"), cancel(1)], key=str)


def test_a_suspended_bracket_leg_does_not_protect() -> None:
    story = graced()
    story.sees(position("MNQ", 1))
    story.sees(stop_order(1, "MNQ", -1, 90, status=OrderStatus.SUSPENDED))
    story.waits("10s")
    assert story.asked_for[0] == close("MNQ")


def test_it_runs_on_when_a_stop_is_cancelled_twice() -> None:
    story = graced()
    story.sees(position("MNQ", 1), stop_order(1, "MNQ", -1, 90))
    story.sees(ended(1), after="20s")
    story.sees(stop_order(2, "MNQ", -1, 90), after="9s")
    story.sees(ended(2), after="1s")
    story.waits("9999ms")
    assert story.asked_for == []


def test_a_position_that_was_first_seen_in_a_snapshot_starts_when_it_is_seen() -> None:
    story = graced()
    story.restarts(down="1h", positions=[position("MNQ", 1)])
    story.waits("9999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_targets_do_not_protect() -> None:
    story = graced()
    story.sees(position("MNQ", 1), order(1, "MNQ", -1, limit=120))
    story.waits("10s")
    assert story.asked_for == [close("MNQ"), cancel(1)]
