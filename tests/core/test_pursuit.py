"""Closes and cancels are pursued: pauses, progress, refusals, and no two at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from risk_manager.core.events import CommandHeld, CommandLost, Refusal
from risk_manager.core.model import OrderStatus
from risk_manager.core.pursuit import pause
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    close,
    ended,
    market_order,
    order,
    position,
    quote,
    reduce,
    stop_order,
)


@pytest.mark.parametrize(
    ("tries", "milliseconds"),
    [(1, 250), (2, 500), (3, 1000), (4, 2000), (5, 4000), (6, 5000), (7, 5000), (50, 5000), (10_000, 5000)],
)
def test_the_pause_doubles_up_to_five_seconds(tries: int, milliseconds: int) -> None:
    assert pause(tries) == timedelta(milliseconds=milliseconds)


def locked(size: int = 2) -> Story:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", size), after="5s")
    assert story.asked_for == [close("MNQ")]
    return story


def test_a_silent_broker_is_asked_again_after_each_time_and_pause_and_loudly_from_the_third_try() -> None:
    story = locked()
    at = 0
    for tried, seconds in enumerate((2_250, 4_750, 7_750, 11_750), start=2):
        story.waits(f"{seconds - at - 1}ms")
        assert story.asked_for == []
        story.waits("1ms")
        assert story.asked_for == [close("MNQ")]
        assert story.loudness == (["critical"] if tried >= 3 else [])
        at = seconds


def test_after_silence_the_account_is_read() -> None:
    story = locked()
    story.waits("2s")
    assert story.reads == 1


def test_only_a_smaller_size_is_progress() -> None:
    story = locked(3)
    story.sees(position("MNQ", 2), after="1s")
    story.waits("1999ms")
    assert story.asked_for == []
    story.waits("251ms")
    assert story.asked_for == [close("MNQ")]
    story = locked(3)
    story.sees(position("MNQ", 4), after="1s")
    story.waits("1250ms")
    assert story.asked_for == [close("MNQ")]


def test_a_lost_answer_is_like_silence() -> None:
    story = locked()
    story.sees(CommandLost(account=ACCOUNT, command=story.commands[-1], why="time-out"), after="100ms")
    story.waits("2149ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_what_the_breaker_has_held_back_is_not_under_way_and_is_asked_for_again_loudly() -> None:
    story = locked()
    held = CommandHeld(account=ACCOUNT, command=story.commands[-1], why="the breaker is open", opens=True)
    story.sees(held, after="10ms")
    assert [alert.text for alert in story.alerts] == ["A request is held back: the breaker is open"]
    assert story.loudness == ["critical"]
    story.waits("249ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]
    story.sees(CommandHeld(account=ACCOUNT, command=story.commands[-1], why="the breaker is open"))
    assert story.alerts == []


def test_a_closed_market_is_asked_again_every_thirty_seconds() -> None:
    story = locked()
    story.refuses(refusal=Refusal.MARKET_CLOSED)
    story.waits("29999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_a_refusal_of_an_old_command_does_not_shorten_the_new_ones_time() -> None:
    story = locked()
    first = story.commands[-1]
    story.refuses()
    story.waits("250ms")
    assert story.asked_for == [close("MNQ")]
    assert first.why


def test_a_whole_close_supersedes_a_reduction() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}}, daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 3))
    assert story.asked_for == [reduce("MNQ", 1)]
    story.sees(story.trade("ES", -1, -500), after="100ms")
    assert story.asked_for == [close("MNQ")]


def test_a_reduction_does_not_follow_a_whole_close() -> None:
    story = Story(
        max_contracts_per_instrument={"limits": {"MNQ": 2}},
        daily_unrealized_loss={"limit": -100, "action": "close_all"},
    )
    story.sees(position("MNQ", 2, 100))
    story.sees(quote("MNQ", 50))
    assert story.asked_for == [close("MNQ")]
    story.sees(position("MNQ", 4, 75), after="100ms")
    assert story.asked_for == []


def test_the_claimed_order_that_came_to_nothing_is_a_refusal() -> None:
    story = locked()
    story.sees(market_order(9, "MNQ", -2), after="10ms")
    story.sees(ended(9, OrderStatus.REJECTED), after="10ms")
    assert story.asked_for == []
    story.waits("249ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_cancels_likewise() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(order(1, "MNQ", 1, limit=90), after="5s")
    assert story.asked_for == [cancel(1)]
    story.waits("2249ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [cancel(1)]
    story.refuses()
    story.waits("500ms")
    assert story.asked_for == [cancel(1)]
    assert story.loudness == ["critical"]


def test_an_order_that_is_on_its_way_out_is_neither_cancelled_nor_forgotten() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(order(1, "MNQ", 1, limit=90, status=OrderStatus.PENDING_CANCELLATION), after="5s")
    assert story.asked_for == []
    story.sees(ended(1), after="1s")
    assert story.account.orders == {}


def test_what_comes_late_of_an_order_that_has_ended_does_not_bring_it_back() -> None:
    story = Story()
    story.sees(order(1, "MNQ", 1, limit=90), ended(1), order(1, "MNQ", 1, limit=90))
    assert story.account.orders == {}


def test_an_unknown_order_that_has_ended_is_ignored() -> None:
    story = Story()
    story.sees(order(1, "MNQ", 1, status=OrderStatus.CANCELLED), ended(2))
    assert story.account.orders == {}


def test_the_orders_of_a_contract_that_was_closed_are_pursued_until_they_are_gone() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 5})
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -1, 90))
    story.waits("5s")
    assert story.asked_for == [close("MNQ"), cancel(1)]
    story.sees(position("MNQ", 0), after="100ms")
    story.waits("2150ms")
    assert story.asked_for == [cancel(1)]


def test_after_a_restart_a_close_that_may_still_come_has_its_two_seconds() -> None:
    story = locked()
    story.restarts(down="100ms", positions=[position("MNQ", 2)])
    assert story.asked_for == []
    story.waits("2149ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_after_a_restart_that_took_longer_what_is_wrong_is_asked_for_at_once() -> None:
    story = locked()
    story.restarts(down="2s", positions=[position("MNQ", 2)])
    assert story.asked_for == [close("MNQ")]


def test_after_a_restart_with_a_clock_that_was_set_back_nothing_is_waited_for() -> None:
    story = locked()
    story.restarts(down="100ms", positions=[position("MNQ", 2)], asked_at=story.now - timedelta(hours=1))
    assert story.asked_for == [close("MNQ")]


def test_a_close_that_a_quote_began_is_pursued_like_any_other() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.sees(quote("MNQ", 50), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.waits("2249ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


# A close that finds another position than it was meant for


def test_a_position_that_turns_round_under_a_close_is_not_closed_twice() -> None:
    story = locked(-1)
    assert story.asked_for == [close("MNQ")]
    story.sees(position("MNQ", 1), after="0.01s")
    assert story.asked_for == []
    story.sees(market_order(8, "MNQ", -1), after="0.01s")
    assert story.asked_for == []
    story.sees(position("MNQ", 0), after="0.3s")
    assert story.asked_for == []


def test_a_close_that_has_turned_the_position_round_itself_is_followed_by_another() -> None:
    story = locked(-1)
    story.sees(position("MNQ", 1), after="0.01s")
    assert story.asked_for == []
    story.sees(market_order(8, "MNQ", 1, filled=1, status=OrderStatus.FILLED), after="0.01s")
    assert story.asked_for == [close("MNQ")]


def test_a_close_that_is_never_told_of_is_waited_for_until_its_time_is_over() -> None:
    story = locked(-1)
    story.sees(position("MNQ", 1), after="0.5s")
    story.waits("1.9s")
    assert story.asked_for == []
    story.waits("0.1s")
    assert story.asked_for == [close("MNQ")]


# A close that outlives its guard


def test_a_close_whose_order_is_still_there_after_a_restart_is_not_sent_again() -> None:
    story = locked()
    own = market_order(8, "MNQ", -2, status=OrderStatus.PENDING)
    story.sees(own, after="0.1s")
    story.restarts(down="0.5s", positions=[position("MNQ", 2)], orders=[own])
    assert story.asked_for == []
    story.sees(position("MNQ", 0), after="0.2s")
    assert story.asked_for == []


def test_a_close_whose_order_does_not_come_to_an_end_is_sent_again_after_a_restart() -> None:
    story = locked()
    own = market_order(8, "MNQ", -2, status=OrderStatus.PENDING)
    story.sees(own, after="0.1s")
    story.restarts(down="0.5s", positions=[position("MNQ", 2)], orders=[own])
    story.waits("1649ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]
