"""Money: exact, for every product, longs and shorts, uneven averages, partly closed positions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from risk_manager.core import pnl
from risk_manager.core.model import Quote
from risk_manager.core.settings import MarkPrice
from tests.core.story import Story, contract, position, quote
from tests.core.test_contracts import ROWS

NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
D = Decimal


@pytest.mark.parametrize(("code", "symbol", "tick_size", "tick_value", "point_value", "is_micro"), ROWS)
def test_a_tick_of_every_product(
    code: str, symbol: str, tick_size: str, tick_value: str, point_value: str, is_micro: bool
) -> None:
    del symbol, is_micro
    name, entry = f"CON.F.US.{code}.Z25", 1000 * D(tick_size)
    for size, mark, worth in (
        (1, entry + D(tick_size), D(tick_value)),
        (-3, entry + D(tick_size), -3 * D(tick_value)),
        (2, entry - 1, -2 * D(point_value)),
    ):
        story = Story()
        story.sees(position(name, size, entry), quote(name, mark))
        assert story.unrealized == worth


@pytest.mark.parametrize(
    ("average", "size", "tick", "cost"),
    [
        ("18500", 2, "0.25", "37000"),
        ("100.16666666666667", 3, "0.25", "300.50"),
        ("100.1666666666666714", 3, "0.25", "300.50"),
        ("29398.583333333332", 3, "0.25", "88195.75"),
        ("100.1667", 3, "0.25", "300.5001"),  # too far from the grid to be a rounded number
        ("1.17000500", 2, "0.00005", "2.34001000"),
        ("0.0067345", 1, "0.0000005", "0.0067345"),
    ],
)
def test_what_was_paid_goes_back_onto_the_grid_within_a_millionth_of_a_tick(
    average: str, size: int, tick: str, cost: str
) -> None:
    assert pnl.cost_of(D(average), size, D(tick)) == D(cost)


@pytest.mark.parametrize(("off", "is_back"), [("0.00000025", True), ("0.0000002500001", False)])
def test_the_millionth_itself_is_within(off: str, is_back: bool) -> None:
    assert (pnl.cost_of(D(100) + D(off), 1, D("0.25")) == 100) is is_back


@pytest.mark.parametrize(
    ("sign", "mark_price", "last", "bid", "ask", "mark"),
    [
        (1, MarkPrice.LAST, "100", "99", "101", "100"),
        (1, MarkPrice.LAST, None, "99", "101", "99"),
        (-1, MarkPrice.LAST, None, "99", "101", "101"),
        (1, MarkPrice.EXIT, "100", "99", "101", "99"),
        (-1, MarkPrice.EXIT, "100", "99", "101", "101"),
        (-1, MarkPrice.EXIT, "100", "99", None, "100"),
        (1, MarkPrice.EXIT, None, None, "101", None),
        (1, MarkPrice.LAST, None, None, None, None),
    ],
)
def test_which_price_serves(
    sign: int, mark_price: MarkPrice, last: str | None, bid: str | None, ask: str | None, mark: str | None
) -> None:
    prices = [None if text is None else D(text) for text in (last, bid, ask)]
    found = pnl.mark_of(Quote(last=prices[0], bid=prices[1], ask=prices[2], told_at=NOW), sign, mark_price)
    assert found == (None if mark is None else D(mark))


def test_no_quote_is_no_price() -> None:
    assert pnl.mark_of(None, 1, MarkPrice.LAST) is None


def test_a_quote_that_lacks_a_price_keeps_the_last_one() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100), quote("MNQ", 110))
    story.sees(quote("MNQ", bid=50, ask=51))
    assert story.unrealized == 20


def test_contracts_that_a_trade_has_closed_are_left_out_until_the_position_shows_it() -> None:
    story = Story()
    story.sees(position("MNQ", 4, 100), quote("MNQ", 110))
    story.sees(story.trade("MNQ", -1, 20), after="5s")
    assert (story.realized, story.unrealized) == (D(20), D(60))
    story.sees(position("MNQ", 3, 100), after="100ms")
    assert (story.realized, story.unrealized) == (D(20), D(60))


def test_a_trade_that_no_position_confirms_counts_as_open_again_after_two_seconds() -> None:
    story = Story()
    story.sees(position("MNQ", 4, 100), quote("MNQ", 110))
    story.sees(story.trade("MNQ", -1, 20), after="5s")
    story.waits("2s")
    assert story.unrealized == 80


def test_a_position_message_that_came_first_takes_its_trade_with_it() -> None:
    story = Story()
    story.sees(position("MNQ", 4, 100), quote("MNQ", 110))
    story.sees(position("MNQ", 3, 100), after="5s")
    story.sees(story.trade("MNQ", -1, 20), after="500ms")
    assert (story.realized, story.unrealized) == (D(20), D(60))


def test_an_unknown_product_has_no_open_result() -> None:
    story = Story()
    story.sees(position("XYZ", 4, 100), quote("XYZ", 110))
    assert story.unrealized == 0


@pytest.mark.parametrize(
    ("amount", "text"),
    [("-512.5", "-$512.50"), ("0", "$0.00"), ("1250", "$1,250.00"), ("0.015", "$0.02")],
)
def test_dollars_as_people_read_them(amount: str, text: str) -> None:
    assert pnl.usd(D(amount)) == text


def test_the_contract_of_a_story_is_the_gateways() -> None:
    assert contract("ES") == "CON.F.US.EP.Z25"


def test_nothing_is_not_written_with_a_minus() -> None:
    assert pnl.usd(Decimal("-0.001")) == "$0.00"
