"""RULE-011 symbol_blocks at its boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.story import Story, cancel, close, order, position, stop_order


def blocked(*patterns: str, **more: Any) -> Story:
    return Story(symbol_blocks={"blocked_symbols": list(patterns), **more})


def test_a_position_is_closed_and_the_symbol_locked_without_an_end() -> None:
    story = blocked("RTY")
    story.sees(position("RTY", 1), position("MNQ", 1))
    assert story.asked_for == [close("RTY")]
    assert story.locks == [("RULE-011", "hard", "RTY")]
    assert story.ends("RULE-011") is None


def test_an_order_that_would_open_it_is_enough() -> None:
    story = blocked("RTY")
    story.sees(order(1, "RTY", 1, limit=90))
    assert story.asked_for == [cancel(1)]
    assert story.locks == [("RULE-011", "hard", "RTY")]


@pytest.mark.parametrize(
    ("pattern", "symbol", "is_blocked"),
    [
        ("M*", "MNQ", True),
        ("M*", "ES", False),
        ("m?q", "MNQ", True),
        ("M?Q", "MES", False),
        ("ES", "ES", True),
        ("EP", "ES", True),
        ("es", "ES", True),
        ("E*", "ES", True),
        ("[MR]*", "RTY", True),
    ],
)
def test_patterns_are_about_the_traders_symbol_in_any_case(pattern: str, symbol: str, is_blocked: bool) -> None:
    story = blocked(pattern)
    story.sees(position(symbol, 1))
    assert bool(story.locks) == is_blocked


def test_a_pattern_does_not_see_the_gateways_code() -> None:
    story = blocked("C*")
    story.sees(position("GC", 1))  # GCE at the gateway
    assert story.locks == []
    story.sees(position("CL", 1))
    assert story.locks == [("RULE-011", "hard", "CL")]


def test_named_symbols_may_be_locked_at_the_start_which_is_no_breach() -> None:
    story = Story()
    story.rules(symbol_blocks={"blocked_symbols": ["RTY", "M*"], "lock_at_start": True})
    assert story.locks == [("RULE-011", "hard", "RTY")]
    assert (story.breaches, story.loudness) == ([], [])
    story.sees(position("RTY", 1))
    assert (story.asked_for, story.breaches) == ([close("RTY")], [])


def test_the_lock_ends_when_the_symbol_leaves_the_list_or_the_rule_is_off() -> None:
    story = blocked("RTY", "ES")
    story.sees(position("RTY", 1), position("ES", 1))
    story.rules(symbol_blocks={"blocked_symbols": ["ES"]})
    assert story.locks == [("RULE-011", "hard", "ES")]
    story.rules()
    assert story.locks == []


def test_the_rules_go_on_for_everything_else() -> None:
    story = Story(
        symbol_blocks={"blocked_symbols": ["RTY"]}, max_contracts_per_instrument={"limits": {"MNQ": 1, "RTY": 5}}
    )
    story.sees(position("RTY", 1))
    story.sees(position("MNQ", 2))
    assert story.asked_for == [("reduce", "CON.F.US.MNQ.Z25", 1)]


def test_all_expiries_and_their_orders_go() -> None:
    story = blocked("RTY")
    story.obeys()
    story.sees(stop_order(1, "RTY", -1, 90, expiry="H26"))
    assert story.asked_for == [cancel(1)]
    story.sees(position("RTY", 1, expiry="H26"), position("RTY", 1), after="3s")
    assert sorted(story.asked_for, key=str) == sorted([close("RTY"), close("RTY", "H26")], key=str)


def test_a_clear_waives_the_symbol_until_the_reset() -> None:
    story = blocked("RTY", "ES")
    story.obeys()
    story.sees(position("RTY", 1), position("ES", 1))
    story.clears("RULE-011", symbol="RTY")
    assert story.locks == [("RULE-011", "hard", "ES")]
    story.sees(position("RTY", 2), after="3s")
    assert story.waived == ["RULE-011"]
    assert story.asked_for == []
