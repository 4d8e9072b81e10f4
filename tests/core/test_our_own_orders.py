"""What is ours is known by our own commands: neither a trader's order is taken for it, nor ours for a trader's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from risk_manager.core import pursuit
from risk_manager.core.events import CommandRefused, OrderSeen, Refusal
from risk_manager.core.model import OrderStatus
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    close,
    contract,
    ended,
    market_order,
    order,
    position,
    quote,
    reduce,
    resize,
    stop_order,
)

MNQ = contract("MNQ")
FILLED = OrderStatus.FILLED
LOSS: Mapping[str, Any] = {"daily_realized_loss": {"limit": -500}}


def closing(size: int = 3) -> Story:
    """The day is lost and the position is being closed."""
    story = Story(**LOSS)
    story.sees(position("MNQ", size))
    story.sees(story.trade("ES", -1, -500), after="5s")
    assert story.asked_for == [close("MNQ")]
    return story


def test_the_order_of_a_close_of_one_contract_is_ours_though_it_is_told_after_the_position() -> None:
    story = closing(1)
    story.sees(position("MNQ", 0), market_order(9, "MNQ", -1), after="100ms")
    assert story.asked_for == []


def test_once_our_order_was_seen_the_next_one_of_its_side_is_the_traders() -> None:
    story = closing(3)
    story.sees(market_order(9, "MNQ", -3), ended(9, FILLED, filled=3), position("MNQ", 0), after="100ms")
    assert (story.asked_for, story.account.spent) == ([], {})
    story.sees(market_order(10, "MNQ", -2), after="100ms")
    assert story.asked_for == [cancel(10)]


def test_after_a_refusal_the_trader_who_closes_by_himself_has_made_his_own_order() -> None:
    story = closing(3)
    story.refuses()
    story.sees(position("MNQ", 0), after="100ms")
    story.sees(market_order(10, "MNQ", -2), after="100ms")
    assert story.asked_for == [cancel(10)]


def test_while_a_refused_close_waits_an_exit_is_the_traders_and_counts() -> None:
    story = closing(3)
    story.refuses()
    story.sees(market_order(10, "MNQ", -2), after="100ms")
    assert story.account.orders[10].claimed == 0
    story.waits("1s")
    assert story.asked_for == [reduce("MNQ", 1)]


@pytest.mark.parametrize("filled", [0, 1])
def test_another_order_that_ends_says_nothing_of_our_close(filled: int) -> None:
    story = Story(**LOSS)
    story.sees(position("MNQ", 3), order(5, "MNQ", -3, limit=110))
    story.sees(story.trade("ES", -1, -500), after="5s")
    assert story.asked_for == [close("MNQ"), cancel(5)]
    story.sees(ended(5, filled=filled), after="100ms")
    story.waits("1800ms")
    assert story.asked_for == []


def test_our_order_that_filled_whole_before_it_ended_is_no_refusal() -> None:
    story = closing(3)
    story.sees(market_order(9, "MNQ", -3), after="100ms")
    story.sees(ended(9, OrderStatus.CANCELLED, filled=3), after="100ms")
    story.waits("1s")
    assert story.asked_for == []


def test_a_close_that_is_refused_twice_waits_from_the_first_refusal() -> None:
    story = closing(3)
    refused = CommandRefused(account=ACCOUNT, command=story.commands[0], refusal=Refusal.OTHER)
    story.sees(refused, after="100ms")
    waits_until = story.account.closings[MNQ].again_at
    story.sees(refused, after="100ms")
    assert story.account.closings[MNQ].again_at == waits_until


def test_a_cancel_that_is_refused_twice_waits_from_the_first_refusal() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(order(5, "MNQ", 3, limit=90))
    refused = CommandRefused(account=ACCOUNT, command=story.commands[0], refusal=Refusal.OTHER)
    story.sees(refused, after="100ms")
    waits_until = story.account.changes[5].again_at
    story.sees(refused, after="100ms")
    assert story.account.changes[5].again_at == waits_until


# What an order's message says about our change of it


@pytest.mark.parametrize("exit", [order(1, "MNQ", -5, limit=110), stop_order(1, "MNQ", -5, 90)], ids=["target", "stop"])
@pytest.mark.parametrize(("size", "is_seen"), [(5, False), (3, False), (2, True), (1, True)])
def test_a_cut_is_seen_by_the_size_or_a_smaller_one(exit: OrderSeen, size: int, is_seen: bool) -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 2))
    story.sees(exit, after="5s")
    assert story.asked_for == [resize(1, 2)]
    story.rules()
    story.sees(replace(exit, size=size))
    assert (story.account.changes == {}) is is_seen


def moving() -> Story:
    """A stop is asked to move to 100, and keeps its size."""
    story = Story(trade_management={"auto_breakeven": {"profit_trigger_ticks": 10}})
    story.sees(position("MNQ", 2, 100), stop_order(1, "MNQ", -2, 90))
    story.sees(quote("MNQ", 103), after="5s")
    assert [command[0] for command in story.asked_for] == ["move_stop"]
    return story


@pytest.mark.parametrize(("size", "price", "is_seen"), [(2, 90, False), (1, 90, False), (2, 100, True), (1, 100, True)])
def test_a_move_is_seen_by_the_price_whatever_the_size(size: int, price: int, is_seen: bool) -> None:
    story = moving()
    story.sees(stop_order(1, "MNQ", -size, price))
    assert story.asked_for == []
    assert (story.account.changes == {}) is is_seen


def test_where_nothing_is_pursued_nothing_of_it_is_due() -> None:
    assert pursuit.next_due(Story().account) is None
