"""Open positions whose price nobody knows: told once a spell, closed only where that is wanted."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.core.story import Story, close, position, quote


def test_an_old_price_is_told_once_a_spell_and_the_last_mark_serves() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 60))
    story.waits("9999ms")
    assert story.loudness == []
    story.waits("1ms")
    assert story.loudness == ["warning"]
    story.waits("60s")
    assert (story.loudness, story.asked_for) == ([], [])
    assert story.unrealized == -80


def test_each_price_that_grows_old_is_told_and_none_again_beside_another() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.sees(position("ES", 1, 100), quote("ES", 100), after="5s")
    for _ in range(2):
        story.waits("5s")
        assert story.loudness == ["warning"]
    story.waits("5s")
    assert story.loudness == []


def test_a_position_without_any_price_is_told_after_the_same_time() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100))
    story.waits("10s")
    assert story.loudness == ["warning"]


def test_the_time_is_a_setting() -> None:
    story = Story(defaults={"quote_stale_after": 3})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.waits("3s")
    assert story.loudness == ["warning"]


def test_it_is_closed_after_the_grace_where_that_is_wanted() -> None:
    story = Story(defaults={"when_blind": "close_position", "blind_grace": 30})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.waits("39999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert (story.asked_for, story.breaches, story.locks) == ([close("MNQ")], [], [])


def test_a_market_that_sleeps_has_no_old_prices() -> None:
    story = Story(datetime(2025, 10, 23, 20, 59, 55, tzinfo=UTC))
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.waits("5m")
    assert story.loudness == []
    story.waits("56m")  # open again for a minute, and still no price
    assert story.loudness == ["warning"]


def test_an_old_price_is_told_when_the_market_opens_whatever_else_is_due_then() -> None:
    story = Story(datetime(2025, 10, 23, 20, 59, 55, tzinfo=UTC), defaults={"reset_time": "09:00"})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.waits_until(datetime(2025, 10, 23, 21, 59, 59, tzinfo=UTC))
    assert story.loudness == []
    story.waits("1s")
    assert story.loudness == ["warning"]


def test_a_second_spell_without_prices_is_told_again() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.waits("70s")
    story.sees(quote("MNQ", 100))
    story.waits("60s")
    assert story.loudness == ["warning"]
