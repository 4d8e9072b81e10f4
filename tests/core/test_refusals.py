"""What a refusal says is believed, and when what was refused is asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core.commands import PlaceStop
from risk_manager.core.events import CommandRefused, Refusal
from risk_manager.core.model import OrderStatus
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    close,
    ended,
    market_order,
    move_stop,
    order,
    place_stop,
    position,
    quote,
    reduce,
    resize,
    stop_order,
)

LOCKED = {"limit": -500}
FRIDAY_EVENING = datetime(2025, 10, 24, 21, 30, tzinfo=UTC)
SUNDAY_OPENING = datetime(2025, 10, 26, 22, 0, tzinfo=UTC)


def locked() -> Story:
    story = Story(daily_realized_loss=LOCKED)
    story.sees(story.trade("ES", -1, -500))
    return story


def cancelling() -> Story:
    """A cancel has left: of a resting order, under a lock."""
    story = locked()
    story.sees(order(5, "MNQ", 2, limit=90), after="5s")
    assert story.asked_for == [cancel(5)]
    return story


def resizing() -> Story:
    """A resize has left: of an exit that goes past zero."""
    story = Story(max_contracts={"limit": 2, "count_type": "gross"})
    story.sees(position("MNQ", 1))
    story.sees(order(5, "MNQ", -4, limit=110), after="5s")
    assert story.asked_for == [resize(5, 1)]
    return story


def moving() -> Story:
    """A move has left: of a stop, to breakeven."""
    story = Story(trade_management={"auto_breakeven": {"profit_trigger_ticks": 10}})
    story.sees(position("MNQ", 1, 100), stop_order(5, "MNQ", -1, 90), quote("MNQ", 100))
    story.sees(quote("MNQ", "102.5"), after="5s")
    assert story.asked_for == [move_stop(5, 100)]
    return story


def placing() -> Story:
    """A stop of ours has left."""
    story = Story(trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}})
    story.sees(position("MNQ", 1, 100))
    story.waits("1s")
    assert story.asked_for == [place_stop("MNQ", -1, 90)]
    return story


def closing() -> Story:
    """A close has left, under a lock."""
    story = locked()
    story.sees(position("MNQ", 2), after="5s")
    assert story.asked_for == [close("MNQ")]
    return story


def reducing() -> Story:
    """A reduction has left."""
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 3))
    assert story.asked_for == [reduce("MNQ", 1)]
    return story


# What is not there


@pytest.mark.parametrize("begun", [cancelling, resizing, moving])
def test_an_order_that_is_gone_is_believed_to_be_gone(begun: Any) -> None:
    story = begun()
    story.refuses(refusal=Refusal.ORDER_GONE)
    assert story.account.orders == {}
    assert story.asked_for == []
    story.waits("30s")
    assert story.asked_for == []


@pytest.mark.parametrize("begun", [cancelling, resizing, moving])
@pytest.mark.parametrize("refusal", [Refusal.OTHER, Refusal.NOTHING_OPEN])
def test_any_other_refusal_of_a_change_leaves_the_order_where_it_was(begun: Any, refusal: Refusal) -> None:
    story = begun()
    wanted = story.asked_for
    story.refuses(refusal=refusal)
    assert list(story.account.orders) == [5]
    story.waits("249ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == wanted


def test_an_order_that_is_gone_may_be_told_of_again_by_the_next_message() -> None:
    story = cancelling()
    story.refuses(refusal=Refusal.ORDER_GONE)
    story.sees(order(5, "MNQ", 2, limit=90), after="5s")
    assert story.asked_for == [cancel(5)]


@pytest.mark.parametrize("begun", [closing, reducing])
def test_a_contract_in_which_nothing_is_open_is_believed_to_be_flat(begun: Any) -> None:
    story = begun()
    story.refuses(refusal=Refusal.NOTHING_OPEN)
    assert story.account.positions == {}
    story.waits("30s")
    assert story.asked_for == []


@pytest.mark.parametrize("begun", [closing, reducing])
def test_an_order_gone_says_nothing_of_a_position(begun: Any) -> None:
    story = begun()
    wanted = story.asked_for
    story.refuses(refusal=Refusal.ORDER_GONE)
    assert list(story.account.positions) == ["CON.F.US.MNQ.Z25"]
    story.waits("250ms")
    assert story.asked_for == wanted


def test_a_stop_that_is_refused_as_nothing_is_open_leaves_the_position_where_it_was() -> None:
    story = placing()
    story.refuses(refusal=Refusal.NOTHING_OPEN)
    assert list(story.account.positions) == ["CON.F.US.MNQ.Z25"]
    story.waits("250ms")
    assert story.asked_for == [place_stop("MNQ", -1, 90)]


# Again


@pytest.mark.parametrize("begun", [closing, reducing, cancelling, resizing, moving, placing])
def test_each_refusal_doubles_the_pause(begun: Any) -> None:
    story = begun()
    wanted = story.asked_for
    for milliseconds in (250, 500, 1000):
        story.refuses()
        story.waits(f"{milliseconds - 1}ms")
        assert story.asked_for == []
        story.waits("1ms")
        assert story.asked_for == wanted


@pytest.mark.parametrize("begun", [closing, reducing, cancelling, resizing, moving, placing])
def test_while_the_market_is_closed_it_is_every_thirty_seconds(begun: Any) -> None:
    story = begun()
    wanted = story.asked_for
    for _ in range(2):
        story.refuses(refusal=Refusal.MARKET_CLOSED)
        story.waits("29999ms")
        assert story.asked_for == []
        story.waits("1ms")
        assert story.asked_for == wanted


@pytest.mark.parametrize("refusal", [Refusal.MARKET_CLOSED, Refusal.OTHER])
def test_a_close_waits_no_longer_than_until_the_market_opens(refusal: Refusal) -> None:
    """A closeContract is refused without a word while the market sleeps."""
    story = Story(SUNDAY_OPENING - timedelta(seconds=50), daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 50))
    assert story.asked_for == [close("MNQ")]
    story.refuses(refusal=refusal)
    story.waits("29999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]
    story.refuses(refusal=refusal)
    story.waits("19999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.now == SUNDAY_OPENING
    assert story.asked_for == [close("MNQ")]


def test_a_refusal_of_what_is_not_under_way_changes_nothing() -> None:
    for begun in (closing, cancelling, placing):
        story = begun()
        first = story.commands[-1]
        story.refuses()
        story.commands = [first]
        story.refuses()  # the same one again, one pause is enough
        story.waits("250ms")
        assert len(story.asked_for) == 1


def test_a_refusal_of_an_earlier_stop_says_nothing_of_the_one_under_way() -> None:
    story = placing()
    first = story.commands[-1]
    story.waits("2250ms")
    second = story.commands[-1]
    assert isinstance(first, PlaceStop) and isinstance(second, PlaceStop) and first.tag != second.tag
    story.commands = [first]
    story.refuses()
    story.waits("1999ms")
    assert story.asked_for == []


# What was asked for is seen


def test_a_resized_order_is_seen_by_its_size_and_the_next_cut_begins_anew() -> None:
    story = resizing()
    story.sees(order(5, "MNQ", -1, limit=110), after="100ms")
    assert story.account.changes == {}
    story = resizing()
    story.sees(order(5, "MNQ", -4, limit=111), after="100ms")
    assert list(story.account.changes) == [5]
    story.sees(order(5, "MNQ", -3, limit=111), after="100ms")
    assert list(story.account.changes) == [5]


def test_a_moved_stop_is_seen_by_price_and_size() -> None:
    story = moving()
    story.sees(stop_order(5, "MNQ", -1, 95), after="100ms")
    assert list(story.account.changes) == [5]
    story.sees(stop_order(5, "MNQ", -1, 100), after="100ms")
    assert story.account.changes == {}


def test_a_stop_of_ours_that_changes_its_size_is_seen_when_it_has_both() -> None:
    story = placing()
    placed = story.commands[-1]
    assert isinstance(placed, PlaceStop)
    story.sees(stop_order(7, "MNQ", -1, 90, tag=placed.tag))
    assert story.account.placings == {}
    story.sees(position("MNQ", 3, 100), after="5s")
    assert story.asked_for == [move_stop(7, 90, 3)]
    story.sees(stop_order(7, "MNQ", -2, 90, tag=placed.tag), after="100ms")
    assert list(story.account.changes) == [7]
    story.sees(stop_order(7, "MNQ", -3, 90, tag=placed.tag), after="100ms")
    assert story.account.changes == {}


def test_another_stop_is_not_taken_for_the_one_that_was_placed() -> None:
    for tag in ("", "mine"):
        story = placing()
        story.sees(stop_order(7, "MNQ", -1, 80, tag=tag, status=OrderStatus.PENDING))
        assert list(story.account.placings) == ["CON.F.US.MNQ.Z25"]


def test_what_ends_takes_its_change_and_its_cut_with_it() -> None:
    story = cancelling()
    story.sees(ended(5), after="100ms")
    assert story.account.changes == {}
    story = reducing()
    story.sees(order(5, "MNQ", -3, limit=110))
    story.sees(position("MNQ", 2), after="100ms")
    assert list(story.account.trims) == [5]
    story.sees(ended(5), after="100ms")
    assert (story.account.trims, story.account.changes) == ({}, {})


# Our own market order


def test_the_order_of_our_own_close_is_told_of_and_nothing_is_closed_twice() -> None:
    story = closing()
    story.sees(market_order(9, "MNQ", -2), after="100ms")
    assert story.account.orders[9].claimed == 2
    assert story.account.closings["CON.F.US.MNQ.Z25"].claimed == 2
    story.sees(market_order(10, "MNQ", -1), after="100ms")
    assert story.account.orders[10].claimed == 0


def test_it_may_come_after_the_position_was_seen_flat_once_and_up_to_its_size() -> None:
    story = closing()
    story.sees(position("MNQ", 0), after="100ms")
    story.sees(market_order(9, "MNQ", -2), after="100ms")
    assert story.asked_for == []
    assert story.account.orders[9].claimed == 2
    assert story.account.spent == {}
    story.sees(market_order(10, "MNQ", -2), after="100ms")
    assert story.asked_for == [cancel(10)]


@pytest.mark.parametrize(
    ("size", "after", "is_ours"), [(-2, "1999ms", True), (-2, "2s", False), (-3, "1s", False), (2, "1s", False)]
)
def test_but_not_later_nor_larger_nor_on_the_other_side(size: int, after: str, is_ours: bool) -> None:
    story = closing()
    story.sees(position("MNQ", 0))
    story.sees(market_order(9, "MNQ", size), after=after)
    assert story.asked_for == ([] if is_ours else [cancel(9)])


def test_a_short_is_closed_by_a_buy() -> None:
    story = locked()
    story.sees(position("MNQ", -2), after="5s")
    story.sees(position("MNQ", 0), after="100ms")
    story.sees(market_order(9, "MNQ", 2), after="100ms")
    assert story.asked_for == []


def test_an_order_of_a_reduction_is_ours_up_to_what_is_outstanding() -> None:
    story = reducing()
    story.sees(market_order(9, "MNQ", -2), after="100ms")
    assert story.account.orders[9].claimed == 1
    story = reducing()
    story.sees(market_order(9, "MNQ", 1), after="100ms")
    assert story.account.orders[9].claimed == 0
    assert story.asked_for == [cancel(9)]


def test_what_was_placed_at_a_price_is_asked_for_at_that_price() -> None:
    story = placing()
    placed = story.commands[-1]
    assert isinstance(placed, PlaceStop)
    assert (placed.price, placed.size) == (Decimal(90), 1)


# A close of which a part is on its way already


def test_what_is_left_of_a_close_beside_an_exit_waits_out_its_pause() -> None:
    story = locked()
    story.sees(position("MNQ", 5), after="5s")
    story.refuses()
    story.sees(market_order(7, "MNQ", -1))
    story.waits("0.25s")
    assert story.asked_for == [reduce("MNQ", 4)]
    story.refuses()
    assert story.asked_for == []
    story.waits("0.25s")
    assert story.asked_for == [reduce("MNQ", 4)]
    story.refuses()
    assert story.asked_for == []
    story.waits("0.49s")
    assert story.asked_for == []
    story.waits("0.01s")
    assert story.asked_for == [reduce("MNQ", 4)]


def test_a_whole_close_does_not_wait_out_the_pause_of_a_reduction() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}}, daily_realized_loss=LOCKED)
    story.sees(position("MNQ", 3))
    story.refuses()
    story.sees(story.trade("ES", -1, -500))
    assert story.asked_for == [close("MNQ")]


@pytest.mark.parametrize("refusal", [Refusal.OTHER, Refusal.NOT_SUPPORTED, Refusal.MARKET_CLOSED])
def test_the_refusal_of_a_reduction_says_nothing_of_the_close_that_took_its_place(refusal: Refusal) -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}}, daily_realized_loss=LOCKED)
    story.sees(position("MNQ", 3))
    reduction = story.commands[0]
    story.sees(story.trade("ES", -1, -500))
    assert story.asked_for == [close("MNQ")]
    story.sees(CommandRefused(account=ACCOUNT, command=reduction, refusal=refusal))
    assert story.asked_for == []
    story.waits("1.9s")
    assert close("MNQ") not in story.asked_for
