"""RULE-002 max_contracts_per_instrument at its boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.story import Story, cancel, close, order, position, reduce


def limited(limits: dict[str, int], **more: Any) -> Story:
    return Story(max_contracts_per_instrument={"limits": limits, **more})


@pytest.mark.parametrize(("size", "wanted"), [(2, []), (3, [reduce("MNQ", 1)]), (-5, [reduce("MNQ", 3)])])
def test_only_the_excess_is_closed_and_nothing_is_locked(size: int, wanted: list[object]) -> None:
    story = limited({"MNQ": 2})
    story.sees(position("MNQ", size))
    assert story.asked_for == wanted
    assert story.locks == []


def test_all_expiries_of_a_symbol_count_together_without_sign() -> None:
    story = limited({"MNQ": 3})
    story.sees(position("MNQ", 2), position("MNQ", -1, expiry="H26"))
    assert story.asked_for == []
    story.sees(position("MNQ", -2, expiry="H26"), after="3s")
    assert story.asked_for == [reduce("MNQ", 1, "H26")]


def test_the_expiry_that_was_increased_last_goes_first_and_then_the_other() -> None:
    story = limited({"MNQ": 1})
    story.sees(position("MNQ", 1), position("MNQ", 1, expiry="H26"))
    assert story.asked_for == [close("MNQ", "H26")]
    story = limited({"MNQ": 0})
    story.sees(position("MNQ", 2, expiry="H26"))
    assert story.asked_for == [close("MNQ", "H26")]


def test_the_whole_symbol_goes_where_that_is_wanted() -> None:
    story = limited({"MNQ": 2}, enforcement="close_all")
    story.sees(position("MNQ", 2), position("ES", 1, expiry="H26"))
    story = limited({"MNQ": 2, "ES": 1}, enforcement="close_all")
    story.sees(position("MNQ", 2), position("ES", 1))
    story.sees(position("MNQ", 1, expiry="H26"), after="3s")
    assert sorted(story.asked_for, key=str) == sorted([close("MNQ"), close("MNQ", "H26")], key=str)


@pytest.mark.parametrize(
    ("unknown", "wanted"),
    [("block", [close("RTY")]), ("allow_unlimited", []), ("allow_with_limit:2", [reduce("RTY", 1)])],
)
def test_symbols_that_are_not_listed(unknown: str, wanted: list[object]) -> None:
    story = limited({"MNQ": 2}, unknown_symbol_action=unknown)
    story.sees(position("RTY", 3))
    assert story.asked_for == wanted


def test_the_gateways_code_and_the_traders_symbol_are_one_product_in_any_case() -> None:
    for name in ("ES", "EP", "es"):
        story = limited({name: 1})
        story.sees(position("ES", 2))
        assert story.asked_for == [reduce("ES", 1)]


def test_orders_count_per_symbol_and_the_newest_goes() -> None:
    story = limited({"MNQ": 2, "ES": 1})
    story.sees(position("MNQ", 1))
    story.sees(order(1, "MNQ", 1, limit=90), order(2, "ES", 1, limit=90), after="3s")
    assert story.asked_for == []
    story.sees(order(3, "MNQ", 1, limit=91), after="1s")
    assert story.asked_for == [cancel(3)]


def test_a_block_cancels_an_order_of_an_unlisted_symbol() -> None:
    story = limited({"MNQ": 2})
    story.sees(order(1, "RTY", 1, limit=90))
    assert story.asked_for == [cancel(1)]
    assert story.breaches == ["RULE-002"]


def test_orders_that_would_add_to_the_reduced_side_go_too() -> None:
    story = limited({"MNQ": 2}, check_pending_orders=False)
    story.sees(order(1, "MNQ", 1, limit=90), order(2, "MNQ", -1, limit=120))
    story.sees(position("MNQ", 3), after="3s")
    # what it has grown by may be the order's own fill: for two seconds it is not counted as working
    story.waits("2s")
    assert cancel(2) not in story.asked_for


def test_a_reduction_under_way_is_not_doubled_by_more_contracts() -> None:
    story = limited({"MNQ": 2})
    story.sees(position("MNQ", 3))
    assert story.asked_for == [reduce("MNQ", 1)]
    story.sees(position("MNQ", 4), after="100ms")
    assert story.asked_for == []
    assert story.breaches == []
    story.sees(position("MNQ", 3), after="100ms")  # the first one is done
    assert story.asked_for == [reduce("MNQ", 1)]


def test_a_reversal_is_reduced_on_the_new_side() -> None:
    story = limited({"MNQ": 2})
    story.sees(position("MNQ", 2))
    story.sees(position("MNQ", -3), after="3s")
    assert story.asked_for == [reduce("MNQ", 1)]
