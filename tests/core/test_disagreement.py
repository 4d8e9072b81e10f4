"""Messages that are missing or late: the account is read, as soon as that can be known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core.disagreement import BEHIND, IN_VAIN
from risk_manager.core.events import PositionSeen
from risk_manager.core.model import OrderStatus
from tests.core.story import Story, close, ended, market_order, order, position

OPENED = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)
LATER = OPENED + timedelta(minutes=1)


def at(opened: datetime, size: int, average: int = 100) -> PositionSeen:
    """A position message with the time of its opening."""
    return replace(position("MNQ", size), opened_at=opened, average_price=Decimal(average))


def doubts(story: Story) -> list[str]:
    return [command.why for command in story.doubts]


def test_a_trade_that_a_position_implies_and_nobody_tells_is_asked_for_after_two_seconds() -> None:
    story = Story()
    story.sees(position("MNQ", 1))
    story.waits("1999ms")
    assert doubts(story) == []
    story.waits("1ms")
    assert doubts(story) == [IN_VAIN]
    story.waits("1m")
    assert doubts(story) == []


def test_so_is_a_position_that_a_trade_or_an_order_implies() -> None:
    story = Story()
    story.sees(story.trade("MNQ", 1))
    story.waits("2s")
    assert doubts(story) == [IN_VAIN]
    story.sees(order(1, "MNQ", 1, limit=100), after="5s")
    story.sees(order(1, "MNQ", 1, limit=100, filled=1))
    story.waits("2s")
    assert doubts(story) == [IN_VAIN]


def test_a_fill_that_all_its_messages_tell_is_not_asked_for() -> None:
    story = Story()
    story.sees(order(1, "MNQ", 1, limit=100))
    story.sees(position("MNQ", 1), story.trade("MNQ", 1), ended(1, OrderStatus.FILLED, filled=1), after="100ms")
    story.waits("1m")
    assert doubts(story) == []


def test_a_message_that_comes_while_another_event_is_taken_is_missed_all_the_same() -> None:
    story = Story()
    story.sees(position("MNQ", 1))
    story.sees(story.trade("ES", 1), position("ES", 1), after="2s")
    assert doubts(story)[0] == IN_VAIN


def test_a_position_of_an_opening_that_is_over_is_read_at_once() -> None:
    story = Story()
    story.sees(at(OPENED, 2), at(OPENED, 0))
    story.sees(at(OPENED, 2))
    assert doubts(story) == [BEHIND]
    story = Story()
    story.sees(at(OPENED, 2), at(OPENED, 0), at(LATER, 1))
    story.sees(at(OPENED, 0))
    assert doubts(story) == [BEHIND]
    assert [one.signed_size for one in story.account.positions.values()] == [1]


def test_what_a_position_was_before_a_reversal_is_not_closed_a_second_time() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 0}, "enforcement": "close_all"})
    story.sees(at(OPENED, -3))
    assert story.asked_for == [close("MNQ")]
    # The close and one by hand have both filled: long 3, told before what lay between.
    story.sees(market_order(8, "MNQ", 3))
    story.sees(at(LATER, 3), at(OPENED, 0), at(OPENED, -1), at(LATER, 2))
    assert story.asked_for == [close("MNQ")]
    assert doubts(story) == [BEHIND, BEHIND]
    story.sees(at(LATER, 0))
    assert story.asked_for == []


def test_a_read_is_believed_whatever_it_says_of_openings() -> None:
    story = Story()
    story.sees(at(LATER, 1))
    story.sees(story.truth(positions=[at(OPENED, 2)], asked_at=story.now + timedelta(seconds=1), after_restart=False))
    assert [one.signed_size for one in story.account.positions.values()] == [2]


def test_a_position_as_it_was_before_the_last_move_is_read_at_once() -> None:
    story = Story()
    story.sees(at(OPENED, 1), at(OPENED, 3, 110))
    story.sees(at(OPENED, 1))
    assert doubts(story) == [BEHIND]


def test_honest_moves_and_repetitions_are_not_read_at_once() -> None:
    story = Story()
    story.sees(at(OPENED, 1), at(OPENED, 3, 110), at(OPENED, 3, 110), at(OPENED, 1, 110), at(OPENED, 2, 120))
    story.sees(at(OPENED, 0), at(OPENED, 0), at(LATER, 2), at(LATER, -1, 90))
    assert doubts(story) == []
