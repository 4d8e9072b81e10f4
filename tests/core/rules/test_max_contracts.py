"""RULE-001 max_contracts at its boundaries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.core.story import Story, cancel, close, ended, market_order, order, position, reduce, resize, stop_order


def limited(limit: int, **more: Any) -> Story:
    return Story(max_contracts={"limit": limit, **more})


@pytest.mark.parametrize(("size", "is_breach"), [(4, False), (5, False), (6, True), (-5, False), (-6, True)])
def test_the_limit_itself_is_allowed(size: int, is_breach: bool) -> None:
    story = limited(5)
    story.sees(position("MNQ", size))
    assert story.breaches == (["RULE-001"] if is_breach else [])
    assert story.asked_for == ([close("MNQ")] if is_breach else [])
    assert story.locks == []


def test_a_limit_of_zero_lets_nothing_be_open() -> None:
    story = limited(0)
    story.sees(position("MNQ", -1))
    assert story.asked_for == [close("MNQ")]


def test_net_lets_the_sides_cancel_out_over_all_products() -> None:
    story = limited(1)
    story.sees(position("ES", 3, expiry="H26"), position("MNQ", -2))
    assert story.breaches == ["RULE-001"]  # after the first message already
    story = limited(1)
    story.sees(position("MNQ", -1), position("ES", 2))
    assert story.breaches == []


def test_gross_counts_both_sides() -> None:
    story = limited(3, count_type="gross")
    story.sees(position("MNQ", -2), position("ES", 1))
    assert story.breaches == []
    story.sees(position("ES", 2))
    assert story.breaches == ["RULE-001"]


def test_ten_micros_of_a_tenth_are_one() -> None:
    story = limited(1, count_type="gross", micro_weight=Decimal("0.1"))
    story.sees(position("MNQ", 10))
    assert story.breaches == []
    story.sees(position("MNQ", 11))
    assert story.breaches == ["RULE-001"]


def test_the_excess_of_weighted_contracts_is_rounded_up_to_whole_ones() -> None:
    story = limited(1, count_type="gross", micro_weight=Decimal("0.3"), reduce_to_limit=True)
    story.sees(position("MNQ", 5))  # 1.5: half a contract too many, which is two micros of 0.3
    assert story.asked_for == [reduce("MNQ", 2)]


def test_what_was_increased_last_goes_first() -> None:
    story = limited(3, count_type="gross", reduce_to_limit=True)
    story.sees(position("MNQ", 1), position("ES", 1))
    story.sees(position("MNQ", 3), after="3s")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_a_reduction_that_takes_all_of_a_contract_is_a_close() -> None:
    story = limited(2, count_type="gross", reduce_to_limit=True)
    story.sees(position("MNQ", 2), position("ES", 1))
    assert story.asked_for == [close("ES")]


def test_under_net_only_the_side_that_makes_the_count_is_reduced() -> None:
    story = limited(1, reduce_to_limit=True)
    story.sees(position("MNQ", 1))
    story.sees(position("MNQ", 3), position("ES", -1), after="3s")
    assert story.asked_for == [reduce("MNQ", 2)]
    story.sees(position("MNQ", 1))  # the reduction is done: now it is 1 - 1
    assert story.asked_for == []


def test_a_breach_is_recorded_again_only_after_it_was_over_as_reported() -> None:
    story = limited(2)
    story.sees(position("MNQ", 3))
    assert story.breaches == ["RULE-001"]
    story.sees(position("MNQ", 4), after="1s")
    assert story.breaches == []
    story.sees(position("MNQ", 0))
    story.sees(position("MNQ", 3), after="3s")
    assert story.breaches == ["RULE-001"]


def test_the_newest_orders_go_until_the_worst_case_fits() -> None:
    story = limited(3, count_type="gross")
    story.sees(order(1, "MNQ", 2, limit=90))
    story.sees(order(2, "MNQ", 1, limit=90), after="1s")
    assert story.asked_for == []
    story.sees(order(3, "MNQ", 1, limit=90), after="1s")
    assert story.asked_for == [cancel(3)]
    assert story.breaches == ["RULE-001"]


def test_protective_orders_are_never_touched() -> None:
    story = limited(2, count_type="gross")
    story.sees(position("MNQ", 2))
    story.sees(stop_order(1, "MNQ", -2, 90), order(2, "MNQ", -2, limit=110), after="3s")
    assert story.asked_for == []


def test_only_the_part_past_zero_of_an_exit_is_cut() -> None:
    story = limited(2, count_type="gross")
    story.sees(position("MNQ", 2))
    story.sees(order(1, "MNQ", -5, limit=110), after="3s")
    assert story.asked_for == [resize(1, 2)]


def test_orders_are_not_asked_where_that_is_off() -> None:
    story = limited(1, check_pending_orders=False)
    story.sees(order(1, "MNQ", 9, limit=90))
    assert story.asked_for == []


def test_an_exit_of_the_traders_own_that_is_under_way_counts_as_closed() -> None:
    story = limited(3, count_type="gross", reduce_to_limit=True)
    story.sees(position("MNQ", 3))
    story.sees(market_order(1, "MNQ", -1), after="3s")
    story.sees(position("MNQ", 4), after="100ms")
    assert story.asked_for == []
    story.sees(ended(1), after="100ms")  # it came to nothing
    assert story.asked_for == [reduce("MNQ", 1)]
