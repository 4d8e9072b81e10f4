"""Prices of stops to the tick: on the grid, on the right side of it, and on the valid side of the market."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from risk_manager.core import stop_prices
from risk_manager.core.contracts import contract_known
from risk_manager.core.events import OrderSeen
from risk_manager.core.model import Contract, Position
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    contract,
    ended,
    market_order,
    place_stop,
    position,
    quote,
    stop_order,
)

D = Decimal
STOP = {"distance_ticks": 40, "after_seconds": 2}


def mnq() -> Contract:
    known = contract_known(contract("MNQ"))
    assert known is not None
    return known


def held(size: int, average: str) -> Position:
    return Position(
        contract=contract("MNQ"),
        signed_size=size,
        average_price=D(average),
        cost=D(average) * abs(size),
        first_seen_at=datetime(2025, 10, 23, 15, 30, tzinfo=UTC),
        increased=1,
        told_at=datetime(2025, 10, 23, 15, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("size", "average", "mark", "price"),
    [
        (1, "100", None, "90"),
        (1, "100", "100", "90"),
        (1, "100", "90.25", "90"),
        (1, "100", "90.75", "90"),
        (1, "100", "90", "89.75"),
        (1, "100", "89.90", "89.50"),  # between two ticks: one tick beyond the nearer one on the valid side
        (-1, "100", "109.75", "110"),
        (-1, "100", "110", "110.25"),
        (-1, "100", "110.10", "110.50"),
        (3, "100.10", None, "90.25"),
        (-3, "100.10", None, "110"),
    ],
)
def test_so_far_from_the_entry_and_always_where_the_exchange_takes_it(
    size: int, average: str, mark: str | None, price: str
) -> None:
    assert stop_prices.behind_entry(held(size, average), mnq(), 40, D(mark) if mark else None) == D(price)


@pytest.mark.parametrize(
    ("size", "best", "stop", "price"),
    [
        (1, "110", "100", "107.50"),
        (1, "110.10", "100", "107.50"),  # rounded away from the mark
        (1, "110", "107", "107.50"),  # two ticks better: a step
        (1, "110", "107.25", None),
        (1, "110", "108", None),
        (-1, "90", "100", "92.50"),
        (-1, "89.90", "100", "92.50"),
        (-1, "90", "93", "92.50"),
        (-1, "90", "92.75", None),
    ],
)
def test_the_trail_is_on_the_grid_and_moves_by_whole_steps(size: int, best: str, stop: str, price: str | None) -> None:
    level = stop_prices.trailing_level(held(size, "100"), mnq(), D(best), 10, 2, D(stop))
    assert level == (None if price is None else D(price))


@pytest.mark.parametrize(
    ("size", "average", "price"),
    [(1, "100", "100.50"), (-1, "100", "99.50"), (2, "100.10", "100.75"), (-2, "100.10", "99.50")],
)
def test_breakeven_is_rounded_in_the_positions_favour(size: int, average: str, price: str) -> None:
    assert stop_prices.breakeven_level(held(size, average), mnq(), 2) == D(price)


@pytest.mark.parametrize(
    ("size", "mark", "is_there"), [(2, "102.50", True), (2, "102.25", False), (-2, "97.50", True), (-2, "97.75", False)]
)
def test_so_many_ticks_in_favour_are_reached_to_the_tick(size: int, mark: str, is_there: bool) -> None:
    assert stop_prices.gains(held(size, "100"), mnq(), D(mark), 10) is is_there


# What of a position is to be protected


def protected(size: int) -> Story:
    """A position with a stop of ours for all of it."""
    story = Story(trade_management={"auto_stop_loss": STOP})
    story.obeys()
    story.sees(position("MNQ", size, 100))
    story.waits("2s")
    story.obeys(False)
    story.sees(quote("MNQ", 100), after="5s")
    return story


@pytest.mark.parametrize("size", [1, -1])
def test_a_contract_that_its_order_has_told_as_sold_needs_no_stop_any_more(size: int) -> None:
    story = protected(size)
    story.sees(market_order(1, "MNQ", -size), ended(1, filled=1))
    assert story.asked_for == [cancel(9001)]


@pytest.mark.parametrize("size", [1, -1])
def test_where_other_stops_protect_all_of_it_none_is_placed(size: int) -> None:
    story = Story(trade_management={"auto_stop_loss": STOP})
    story.sees(position("MNQ", 2 * size, 100))
    story.sees(stop_order(1, "MNQ", -size, 100 - 5 * size))
    story.waits("1s")
    assert story.asked_for == []
    story.waits("1s")
    assert story.asked_for == [place_stop("MNQ", -size, 100 - 10 * size)]


@pytest.mark.parametrize("size", [1, -1])
def test_what_is_on_its_way_out_when_the_time_is_over_gets_no_stop(size: int) -> None:
    story = Story(trade_management={"auto_stop_loss": STOP})
    story.sees(position("MNQ", 2 * size, 100), stop_order(1, "MNQ", -size, 100 - 5 * size))
    story.sees(market_order(2, "MNQ", -size), ended(2, filled=1), after="1500ms")
    story.waits("500ms")
    assert story.asked_for == []


def test_our_stop_that_has_filled_in_part_goes_where_another_protects_the_rest() -> None:
    story = protected(2)
    story.sees(OrderSeen(account=ACCOUNT, order=9001, filled=1), position("MNQ", 1, 100))
    assert story.asked_for == []
    story.sees(stop_order(1, "MNQ", -1, 95), after="5s")
    assert story.asked_for == [cancel(9001)]


def test_only_our_own_stop_follows_the_position_where_the_automatic_one_is_on() -> None:
    story = protected(2)
    story.rules(trade_management={"auto_breakeven": {"profit_trigger_ticks": 10}})
    story.sees(position("MNQ", 1, 100), after="5s")
    assert story.asked_for == []  # nobody manages its size now
