"""Too many contracts: what is reduced, which orders go first, and what is left alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core.commands import Close
from tests.core.story import Story, cancel, close, order, position, reduce

GROSS = {"count_type": "gross"}
MICROS = {"micro_weight": Decimal("0.1")}


def reducing(limit: int, **more: Any) -> Story:
    """RULE-001 with reductions, of the positions alone."""
    return Story(max_contracts={"limit": limit, "reduce_to_limit": True, "check_pending_orders": False, **more})


@pytest.mark.parametrize("size", [1, -1])
def test_a_single_contract_is_too_many_where_none_is_allowed_and_the_close_says_so(size: int) -> None:
    story = reducing(0)
    story.sees(position("MNQ", size))
    assert story.asked_for == [close("MNQ")]
    closed = story.commands[0]
    assert isinstance(closed, Close)
    assert closed.why == "RULE-001: 1 contracts (net) are more than the limit of 0"


def test_where_two_rules_reduce_the_same_position_away_the_close_has_a_reason() -> None:
    story = Story(
        max_contracts={"limit": 1, "reduce_to_limit": True}, max_contracts_per_instrument={"limits": {"MNQ": 0}}
    )
    story.sees(position("MNQ", 2))
    assert [(type(command), command.why) for command in story.commands] == [
        (Close, "RULE-002: 2 MNQ are more than the limit of 0")
    ]


def test_a_micro_that_is_reduced_takes_away_what_it_weighs_and_the_next_one_the_rest() -> None:
    story = reducing(2, **GROSS, **MICROS)
    story.restarts(positions=[position("ES", 2), position("MES", 10), position("MNQ", 15)])
    assert story.asked_for == [close("MNQ"), close("MES")]


def test_orders_of_a_symbol_that_is_not_reduced_may_stay() -> None:
    story = reducing(3, **GROSS)
    story.sees(position("MNQ", 2), order(1, "MNQ", 1, limit=90), order(2, "ES", 3, limit=90))
    story.sees(position("ES", 2))
    assert story.asked_for == [reduce("ES", 1), cancel(2)]


def test_orders_of_an_expiry_that_is_not_reduced_may_stay() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}, "check_pending_orders": False})
    story.sees(position("MNQ", -1, expiry="H26"), order(1, "MNQ", -1, limit=110, expiry="H26"))
    story.sees(position("MNQ", 3))
    assert story.asked_for == [reduce("MNQ", 2)]


@pytest.mark.parametrize("rules", [{"max_contracts": {"limit": 3, "reduce_to_limit": True, **GROSS}}, None])
def test_a_second_excess_before_the_first_is_gone_is_the_same_breach(rules: dict[str, Any] | None) -> None:
    story = Story(**rules or {"max_contracts_per_instrument": {"limits": {"MNQ": 3}}})
    story.sees(position("MNQ", 2), position("MNQ", 2, expiry="H26"))
    assert (story.asked_for, len(story.breached)) == ([reduce("MNQ", 1, "H26")], 1)
    story.sees(order(1, "ES", -1, limit=9999), after="100ms")
    story.sees(position("MNQ", 3), after="100ms")
    assert (story.asked_for, len(story.breached)) == ([reduce("MNQ", 1)], 0)


def test_of_two_symbols_that_are_too_many_at_once_both_are_reduced() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 1, "ES": 1}})
    story.restarts(positions=[position("MNQ", 2), position("ES", 3)])
    assert sorted(story.asked_for) == sorted([reduce("MNQ", 1), reduce("ES", 2)])


# Orders


def test_another_symbol_that_is_open_hides_nothing_of_the_worst_case() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 3, "ES": 3}})
    story.sees(position("ES", 1), position("MNQ", 2, expiry="H26"))
    story.sees(order(1, "MNQ", 2, limit=90), after="5s")
    assert story.asked_for == [cancel(1)]


@pytest.mark.parametrize("side", [1, -1])
def test_orders_of_the_side_that_is_within_the_limit_are_left_alone_though_they_are_newer(side: int) -> None:
    story = Story(max_contracts={"limit": 9, **GROSS})
    story.sees(order(1, "MNQ", 2 * side, limit=90), order(2, "MNQ", side, limit=90), order(3, "MNQ", -side, limit=110))
    story.rules(max_contracts={"limit": 2, **GROSS})
    assert story.asked_for == [cancel(2)]


@pytest.mark.parametrize("side", [1, -1])
def test_where_both_sides_are_equally_bad_the_newest_order_goes_first(side: int) -> None:
    story = Story(max_contracts={"limit": 9, **GROSS})
    story.sees(order(1, "MNQ", 3 * side, limit=90), order(2, "MNQ", -3 * side, limit=110))
    story.rules(max_contracts={"limit": 2, **GROSS})
    assert story.asked_for == [cancel(2), cancel(1)]


def test_an_order_of_another_symbol_that_is_being_cancelled_is_no_new_breach_either() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 1, "ES": 1}})
    story.sees(order(1, "MNQ", 2, limit=90), order(2, "ES", 2, limit=90))
    assert len(story.breached) == 2
    story.waits("2250ms")
    assert (story.asked_for, story.breached) == ([cancel(1), cancel(2)], [])
