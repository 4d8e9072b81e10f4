"""Contracts are counted once: orders by side, reductions by age, what is under way and what has filled."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core.commands import Cancel, Reduce, Resize
from risk_manager.core.model import OrderStatus
from tests.core.records import MNQ
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

ES = contract("ES")
GROSS = {"count_type": "gross"}


def pair(limit: int, **more: Any) -> Story:
    """RULE-001 with reductions."""
    return Story(max_contracts={"limit": limit, "reduce_to_limit": True, **more})


# Which contracts are reduced


@pytest.mark.parametrize("sign", [1, -1], ids=["long", "short"])
def test_under_net_the_side_that_makes_the_count_is_reduced_newest_first(sign: int) -> None:
    story = pair(2)
    story.sees(position("ES", sign), position("NQ", -sign), position("MNQ", 2 * sign))
    assert story.asked_for == []
    story.sees(position("MNQ", 5 * sign), after="5s")
    assert story.asked_for == [reduce("MNQ", 3)]
    story = pair(1)
    story.sees(position("NQ", -sign), position("ES", 2 * sign), position("MNQ", sign), after="5s")
    assert story.asked_for == [close("MNQ")]


def test_a_reduction_goes_on_to_the_next_contract_until_the_limit_holds() -> None:
    story = pair(2, **GROSS)
    story.restarts(positions=[position("ES", 3), position("NQ", -2), position("MNQ", 4)])
    assert sorted(story.asked_for) == sorted([close("MNQ"), close("NQ"), reduce("ES", 1)])


def test_a_reduction_in_micros_frees_what_they_weigh() -> None:
    story = pair(2, micro_weight=Decimal("0.5"), **GROSS)
    story.restarts(positions=[position("ES", 2), position("MNQ", 2)])
    assert story.asked_for == [close("MNQ")]
    story = pair(3, micro_weight=Decimal("0.5"), **GROSS)
    story.restarts(positions=[position("MNQ", 4), position("ES", 4)])
    assert story.asked_for == [reduce("ES", 3)]


def test_what_has_been_reduced_is_still_being_closed_and_no_new_breach() -> None:
    for rules in (
        {"max_contracts": {"limit": 2, "reduce_to_limit": True}},
        {"max_contracts_per_instrument": {"limits": {"MNQ": 2}}},
    ):
        story = Story(**rules)
        story.sees(position("MNQ", 4))
        assert story.asked_for == [reduce("MNQ", 2)]
        story.sees(position("MNQ", 3), after="100ms")
        assert (story.asked_for, story.breaches, story.alerts) == ([], [], [])
        story.sees(position("MNQ", 2), after="100ms")
        story.sees(position("MNQ", 3), after="5s")
        assert len(story.breaches) == 1


def test_two_rules_that_reduce_one_contract_add_up_with_the_reason_of_the_first() -> None:
    story = Story(
        max_contracts={"limit": 4, "reduce_to_limit": True, **GROSS},
        max_contracts_per_instrument={"limits": {"MNQ": 6, "ES": 9}},
    )
    story.sees(position("MNQ", 8))
    # Two for the symbol's rule, which is asked first, and two more for the account's.
    why = "RULE-002: 8 MNQ are more than the limit of 6"
    assert story.commands == [Reduce(account=ACCOUNT, contract=MNQ, size=4, why=why)]


def test_per_symbol_a_symbol_without_a_limit_does_not_hide_the_next() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 1}, "unknown_symbol_action": "allow_unlimited"})
    story.restarts(positions=[position("ES", 9), position("MNQ", 2)])
    assert story.asked_for == [reduce("MNQ", 1)]
    assert [breach.about for breach in story.breached] == ["MNQ"]


def test_per_symbol_the_newest_expiry_goes_first() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 2), position("MNQ", 1, expiry="H26"))
    assert story.asked_for == [close("MNQ", "H26")]
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 1}})
    story.restarts(positions=[position("MNQ", 2), position("MNQ", 1, expiry="H26")])
    assert story.asked_for == [close("MNQ", "H26"), reduce("MNQ", 1)]


# Orders that could break a limit


@pytest.mark.parametrize("side", [1, -1], ids=["buys", "sells"])
@pytest.mark.parametrize(("counting", "gone"), [({}, [cancel(2)]), (GROSS, [cancel(2)])], ids=["net", "gross"])
def test_orders_of_the_worse_side_go(side: int, counting: dict[str, str], gone: list[Any]) -> None:
    story = Story(max_contracts={"limit": 3, **counting})
    story.sees(order(1, "MNQ", 2 * side, limit=90), order(3, "MNQ", -side, limit=110))
    story.sees(order(2, "MNQ", 2 * side, limit=90), after="1s")
    assert story.asked_for == gone


def test_per_contract_gross_counts_the_worse_side_of_each_with_its_weight() -> None:
    story = Story(max_contracts={"limit": 2, "micro_weight": Decimal("0.1"), **GROSS})
    story.sees(order(1, "MNQ", 10, limit=90), order(2, "ES", -1, limit=110))
    assert story.asked_for == []
    story.sees(order(3, "MNQ", 1, limit=90), after="1s")
    assert (story.asked_for, [breach.why for breach in story.breached]) == (
        [cancel(3)],
        ["buy order 3 of MNQ could make it 2.1 contracts, more than the limit of 2"],
    )


@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
def test_net_counts_micros_with_their_weight(side: int) -> None:
    story = Story(max_contracts={"limit": 2, "micro_weight": Decimal("0.1")})
    story.sees(order(1, "MNQ", 20 * side, limit=90))
    assert story.asked_for == []
    story.sees(order(2, "MNQ", side, limit=90), after="1s")
    assert story.asked_for == [cancel(2)]


def test_per_symbol_only_the_symbols_own_orders_and_contracts_are_asked() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2, "ES": 5}})
    story.sees(position("ES", 4), order(1, "ES", 1, limit=90), order(2, "MNQ", 2, limit=90))
    assert story.asked_for == []
    story.sees(order(3, "MNQ", 1, limit=90), after="1s")
    assert story.asked_for == [cancel(3)]
    story.sees(order(4, "ES", 1, limit=90), after="1s")
    assert story.asked_for == [cancel(4)]
    assert [breach.about for breach in story.breached] == ["order 4"]


def test_an_order_that_is_being_cancelled_is_no_new_breach_until_the_broker_has_said_so() -> None:
    for rules in ({"max_contracts": {"limit": 1}}, {"max_contracts_per_instrument": {"limits": {"MNQ": 1, "ES": 1}}}):
        story = Story(**rules)
        story.sees(order(1, "MNQ", 2, limit=90))
        assert (story.asked_for, len(story.breached)) == ([cancel(1)], 1)
        story.sees(quote("ES", 6700), after="100ms")
        assert (story.asked_for, story.breached, story.alerts) == ([], [], [])
        story.waits("2150ms")
        assert (story.asked_for, story.breached) == ([cancel(1)], [])
        story.sees(ended(1), after="100ms")
        story.sees(order(2, "MNQ", 2, limit=90), after="5s")
        assert len(story.breached) == 1


def test_a_resize_under_way_counts_as_done() -> None:
    story = Story(max_contracts={"limit": 3, **GROSS})
    story.sees(position("MNQ", 1))
    story.sees(order(1, "MNQ", -6, filled=1, limit=110), after="5s")
    assert story.asked_for == [resize(1, 2)]
    story.sees(order(2, "ES", 2, limit=90), after="100ms")
    assert story.asked_for == []


# Closes and reductions of one contract


def test_what_grows_while_a_close_goes_out_by_an_exit_is_reduced_by_the_rest() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 5), market_order(9, "MNQ", -2))
    story.sees(story.trade("ES", -1, -500), after="100ms")
    assert story.asked_for == [reduce("MNQ", 3)]
    story.sees(position("MNQ", 7), after="100ms")
    reason = "Daily loss -$500.00 reached the limit -$500.00 (realized -$500.00, open $0.00)"
    why = f"the account is locked by RULE-003 ({reason})"
    assert story.commands == [Reduce(account=ACCOUNT, contract=MNQ, size=2, why=why)]
    held = story.account.closings[MNQ]
    assert (held.outstanding, held.size, held.confirm_by) == (5, 5, story.now + timedelta(seconds=2))
    story.sees(position("MNQ", 7, 101), after="100ms")
    assert story.asked_for == []


def test_the_orders_of_a_closed_contract_go_on_being_swept_though_they_were_being_cancelled() -> None:
    story = Story(max_contracts={"limit": 2, **GROSS}, no_stop_loss_grace={"grace_period_seconds": 5})
    story.sees(position("MNQ", 2))
    story.sees(order(1, "MNQ", 1, limit=90), after="4900ms")
    assert story.asked_for == [cancel(1)]
    story.waits("100ms")
    assert story.asked_for == [close("MNQ")]
    assert story.account.changes[1].sweeps
    story.sees(position("MNQ", 0), after="100ms")
    story.waits("2050ms")
    assert story.asked_for == [cancel(1)]


def test_after_a_reduction_only_exits_that_are_too_large_are_cut() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 3), order(1, "MNQ", -3, limit=110), order(2, "MNQ", -2, limit=110))
    assert story.asked_for == [reduce("MNQ", 1)]
    story.sees(position("MNQ", 2), after="100ms")
    assert story.commands == [Resize(account=ACCOUNT, order=1, size=2, why="the guard has reduced MNQ")]


def test_an_order_that_has_filled_whole_is_not_cancelled() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(order(1, "MNQ", 2, limit=90))
    story.sees(position("MNQ", 2), after="100ms")
    story.sees(story.trade("ES", -1, -500), after="100ms")
    assert close("MNQ") in story.asked_for


# What a position has shown before its orders


def test_growth_is_taken_off_the_oldest_order_first() -> None:
    story = Story(max_contracts={"limit": 5, **GROSS})
    story.sees(order(1, "MNQ", 2, limit=90))
    story.sees(order(2, "MNQ", 3, limit=90), after="1s")
    story.sees(position("MNQ", 3), after="1s")
    assert story.asked_for == []
    story.sees(position("MNQ", 4), after="1s")
    assert story.asked_for == []
    story.sees(order(3, "MNQ", 1, limit=90), after="100ms")
    assert story.asked_for == [cancel(3)]


def test_an_order_that_is_gone_does_not_hide_the_next() -> None:
    story = Story(max_contracts={"limit": 5, **GROSS})
    story.sees(order(1, "MNQ", 2, limit=90), order(2, "MNQ", 3, limit=90))
    story.sees(position("MNQ", 3), after="1s")
    story.sees(ended(1, OrderStatus.FILLED, filled=2), after="100ms")
    assert story.asked_for == []


def test_cancels_carry_the_reason_of_the_first_who_wanted_them() -> None:
    story = Story(max_contracts={"limit": 1}, symbol_blocks={"blocked_symbols": ["MNQ"]})
    story.sees(order(1, "MNQ", 2, limit=90))
    assert story.commands == [
        Cancel(account=ACCOUNT, order=1, why="RULE-011: MNQ is blocked, and order 1 would open it")
    ]


# Prices of a position whose symbol is locked


@pytest.mark.parametrize(
    "rules",
    [
        {"daily_unrealized_loss": {"limit": -100, "scope": "position"}},
        {"max_unrealized_profit": {"limit": 100, "scope": "position"}},
    ],
    ids=["loss", "profit"],
)
def test_the_open_result_of_a_locked_symbol_is_no_breach(rules: dict[str, Any]) -> None:
    price = 40 if "daily_unrealized_loss" in rules else 160
    story = Story(symbol_blocks={"blocked_symbols": ["MNQ"]}, **rules)
    story.sees(position("MNQ", 1, 100), position("MES", 1, 100))
    story.sees(quote("MNQ", price), after="1s")
    assert story.breaches == []
    story.sees(quote("MES", price), after="1s")
    assert [breach.about for breach in story.breached] == [contract("MES")]


def test_a_stop_that_remains_protects_after_a_part_has_filled() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 5})
    story.sees(position("MNQ", 3), stop_order(1, "MNQ", -3, 90))
    story.sees(stop_order(1, "MNQ", -3, 90, filled=1), position("MNQ", 2), after="1s")
    story.waits("6s")
    assert story.asked_for == []
