"""The machine has slept: what became due meanwhile is caught up with, and leaves once."""

from __future__ import annotations

import pytest

from risk_manager.core import engine
from risk_manager.core.commands import PlaceStop
from risk_manager.core.events import AnyEvent, TimePassed
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    close,
    ended,
    in_short,
    order,
    position,
    reduce,
    span,
)


def oversleeps(story: Story, time: str, event: AnyEvent) -> list[tuple[object, ...]]:
    """Nothing is heard and nobody wakes for so long; then this comes."""
    story.now += span(time)
    step = engine.step(story.state, event, {ACCOUNT: story.settings}, story.now, strict=True)
    story.state = step.state
    story.commands, story.alerts = list(step.commands), list(step.alerts)
    return story.asked_for


def locked() -> Story:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", 2), order(5, "MNQ", 1, limit=90), after="5s")
    assert story.asked_for == [close("MNQ"), cancel(5)]
    return story


@pytest.mark.parametrize("time", ["2251ms", "5s", "30s", "59s"])
def test_each_thing_is_asked_for_once_and_has_its_whole_time_from_then(time: str) -> None:
    story = locked()
    assert oversleeps(story, time, TimePassed()) == [close("MNQ"), cancel(5)]
    assert "critical" not in story.loudness  # it was the second try, and not the eighth
    assert story.reads == 1
    story.waits("2499ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ"), cancel(5)]
    assert story.loudness.count("critical") == 2


def test_what_the_first_message_makes_needless_does_not_leave() -> None:
    assert oversleeps(locked(), "30s", position("MNQ", 0)) == [cancel(5)]
    assert oversleeps(locked(), "30s", ended(5)) == [close("MNQ")]
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 5))
    assert story.asked_for == [reduce("MNQ", 3)]
    assert oversleeps(story, "30s", position("MNQ", 4)) == [reduce("MNQ", 2)]
    assert oversleeps(story, "30s", position("MNQ", 2)) == []


def test_one_stop_is_placed_and_not_one_for_each_pause() -> None:
    story = Story(trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}})
    story.sees(position("MNQ", 2))
    oversleeps(story, "30s", TimePassed())
    assert [type(command) for command in story.commands if in_short(command)[0] != "fetch"] == [PlaceStop]


def test_a_reduction_becomes_a_close_and_only_that_leaves() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}}, daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 5))
    assert oversleeps(story, "10s", story.trade("ES", -1, -500, at=story.now)) == [close("MNQ")]
