"""Accounts on which the gateway refuses closes or cancels (live ones, followers), and requests not yet decided."""

from __future__ import annotations

import pytest

from risk_manager.core.commands import Reduce
from risk_manager.core.events import Refusal
from risk_manager.core.model import Side
from tests.core.story import Story, cancel, close, ended, order, position, reduce, stop_order


def asked_by_order(story: Story) -> list[tuple[int, Side | None]]:
    return [(command.size, command.side) for command in story.commands if isinstance(command, Reduce)]


@pytest.mark.parametrize(("size", "side"), [(5, Side.SELL), (-5, Side.BUY)])
def test_a_refused_reduction_becomes_a_reducing_market_order_at_once_and_the_next_one_too(
    size: int, side: Side
) -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2, "ES": 2}})
    story.sees(position("MNQ", size))
    assert asked_by_order(story) == [(3, None)]
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert asked_by_order(story) == [(3, side)]
    story.sees(position("MNQ", 2 if size > 0 else -2), after="100ms")
    assert story.asked_for == []
    story.sees(position("ES", size), after="5s")
    assert asked_by_order(story) == [(3, side)]
    story.restarts()
    story.sees(position("MNQ", size), after="5s")
    assert asked_by_order(story) == [(3, None)]


def test_a_refused_market_order_is_no_reason_to_ask_at_once_again() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 5))
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert story.asked_for == []
    story.waits("29999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [reduce("MNQ", 3)]


def test_a_close_of_all_leaves_out_what_a_market_order_of_ours_is_closing() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}}, daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 3))
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert asked_by_order(story) == [(1, Side.SELL)]
    story.sees(story.trade("ES", -1, -500), after="2ms")
    assert asked_by_order(story) == [(2, Side.SELL)]


@pytest.mark.parametrize("refusal", [Refusal.OTHER, Refusal.NOT_SUPPORTED])
def test_a_market_order_that_is_refused_too_gives_way_to_the_reduction_as_such(refusal: Refusal) -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 5))
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert asked_by_order(story) == [(3, Side.SELL)]
    story.refuses(refusal=refusal)
    story.waits("30s")
    assert asked_by_order(story)[:1] == [(3, None)]


def test_a_refused_close_of_all_becomes_a_market_order_of_all() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", 3), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert asked_by_order(story) == [(3, Side.SELL)]


def test_what_cannot_be_cancelled_is_told_at_once_and_asked_for_every_thirty_seconds() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(order(5, "MNQ", 1, limit=90), after="5s")
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    (alert,) = story.alerts
    assert alert.text.startswith("Order 5 cannot be cancelled: the gateway does not allow it on this account.")
    assert story.loudness == ["critical"]
    story.waits("29999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [cancel(5)]
    story.sees(position("MNQ", 1))
    assert story.asked_for == [close("MNQ")]


@pytest.mark.parametrize("order_first", [True, False])
def test_what_it_fills_is_closed_though_no_rule_is_broken_and_no_lock_stands(order_first: bool) -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1), order(5, "MNQ", 1, limit=90))
    story.waits("10s")
    assert story.asked_for == [close("MNQ"), cancel(5)]
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    story.sees(position("MNQ", 0), after="100ms")
    messages = [ended(5, filled=1), position("MNQ", 1)]
    story.sees(*(messages if order_first else reversed(messages)), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.waits("2250ms")
    assert story.asked_for == [close("MNQ")]
    story.sees(position("MNQ", 0), after="100ms")
    # What the trader opens afterwards is his own.
    story.sees(position("MNQ", 1), stop_order(6, "MNQ", -1, 80), after="1m")
    story.waits("1m")
    assert story.asked_for == []


def test_an_order_that_was_cancelled_on_the_platform_is_forgotten() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1), order(5, "MNQ", 1, limit=90))
    story.waits("10s")
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    story.sees(position("MNQ", 0), after="100ms")
    story.sees(ended(5), after="1m")
    story.sees(position("MNQ", 1), stop_order(6, "MNQ", -1, 80), after="1m")
    story.waits("1m")
    assert story.asked_for == []


def test_what_is_not_decided_yet_is_not_asked_for_again_but_looked_up() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", 3), after="5s")
    story.refuses(refusal=Refusal.PENDING)
    assert story.asked_for == []
    assert story.reads == 1
    story.waits("2249ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]
