"""What is left of a command that has not left yet, by the time it can."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from risk_manager.core.commands import Cancel, Close, Command, Fetch, PlaceStop, Reduce
from risk_manager.core.leaving import still_wanted
from tests.core.story import ACCOUNT, Story, ended, order, position


def asked(story: Story, kind: type[Command]) -> Command:
    """The one command of this kind that the last verb has brought."""
    (command,) = (command for command in story.commands if isinstance(command, kind))
    return command


def locked(size: int = 2) -> Story:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", size), after="5s")
    return story


def test_a_close_is_wanted_while_its_position_is_there() -> None:
    story = locked()
    close, before = asked(story, Close), story.account
    assert still_wanted(close, before, story.account) == close
    story.sees(position("MNQ", 1), after="1s")
    assert still_wanted(close, before, story.account) == close


@pytest.mark.parametrize("sizes", [(0,), (-2,), (0, 2), (-1, 2)])
def test_a_close_is_over_when_its_position_is_gone_or_another_one(sizes: tuple[int, ...]) -> None:
    story = locked()
    close, before = asked(story, Close), story.account
    for size in sizes:
        story.sees(position("MNQ", size), after="10ms")
    assert still_wanted(close, before, story.account) is None


def test_of_a_reduction_as_much_is_wanted_as_is_still_too_much() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 5))
    cut, before = asked(story, Reduce), story.account
    assert isinstance(cut, Reduce)
    assert cut.size == 3
    assert still_wanted(cut, before, before) == cut
    story.sees(position("MNQ", 4), after="10ms")
    assert still_wanted(cut, before, story.account) == replace(cut, size=2)
    story.sees(position("MNQ", -4), after="10ms")
    assert still_wanted(cut, before, story.account) is None


def test_a_cancel_is_over_with_its_order() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["MNQ"]})
    story.sees(order(5))
    cancel, before = asked(story, Cancel), story.account
    assert still_wanted(cancel, before, before) == cancel
    story.sees(ended(5), after="10ms")
    assert still_wanted(cancel, before, story.account) is None


def test_a_stop_of_ours_is_not_placed_for_another_position() -> None:
    story = Story(trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 2}})
    story.sees(position("MNQ", 2))
    story.waits("2s")
    stop, before = asked(story, PlaceStop), story.account
    assert still_wanted(stop, before, before) == stop
    assert still_wanted(stop, before, replace(before, placings={})) is None
    story.sees(position("MNQ", -2), after="10ms")
    assert still_wanted(stop, before, story.account) is None


def test_a_read_is_always_wanted() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    wish = Fetch(account=ACCOUNT, why="because")
    assert still_wanted(wish, story.account, story.account) == wish
