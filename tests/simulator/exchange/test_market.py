"""The price of one contract."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from risk_manager.simulator.exchange.catalogue import find_contract
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.product import PRODUCTS

NOW = datetime(2026, 8, 19, 20, 51, 30, tzinfo=UTC)
FULL = {"symbol", "symbolName", "lastPrice", "bestBid", "bestAsk", "change", "changePercent", "open", "high", "low",
        "volume", "lastUpdated", "timestamp", "contract"}  # fmt: skip


def _market(seed: int = 1, root: str = "MNQ") -> Market:
    contract = find_contract(f"CON.F.US.{root}.U26")
    assert contract is not None
    return Market(contract, seed)


def _walked(seed: int) -> list[Decimal]:
    market = _market(seed)
    prices = []
    for _ in range(50):
        market.walk()
        prices.append(market.last)
    return prices


def test_the_same_seed_walks_the_same_way_and_another_seed_another() -> None:
    assert _walked(7) == _walked(7)
    assert _walked(7) != _walked(8)


@pytest.mark.parametrize("root", list(PRODUCTS))
def test_a_walk_stays_on_the_grid_with_the_bid_below_the_ask(root: str) -> None:
    market = _market(root=root)
    for _ in range(100):
        market.walk()
        assert all(market.is_aligned(price) for price in (market.last, market.bid, market.ask))
        assert market.bid <= market.last <= market.ask
        assert market.bid < market.ask
        assert market.low <= market.last <= market.high


def test_a_frozen_price_does_not_walk_but_can_be_moved() -> None:
    market = _market()
    market.is_frozen = True
    before = market.last
    market.walk()
    assert market.last == before
    market.move(before + 10, None, None)
    assert (market.last, market.bid, market.ask) == (before + 10, before + Decimal("9.75"), before + Decimal("10.25"))


def test_the_first_quote_is_full_and_later_ones_carry_what_changed() -> None:
    market = _market()
    assert set(market.full_quote(NOW)) == FULL
    assert set(market.quote_delta(NOW)) == FULL
    market.move(market.last, market.bid - Decimal("0.25"), market.ask, volume=0)
    delta = market.quote_delta(NOW)
    assert set(delta) == {"symbol", "bestBid", "lastUpdated", "timestamp", "contract"}
    assert delta["symbol"] == "F.US.MNQ"


def test_merged_deltas_are_the_full_quote() -> None:
    market = _market()
    merged = market.full_quote(NOW)
    market.quote_delta(NOW)
    for _ in range(30):
        market.walk()
        merged |= market.quote_delta(NOW)
    assert merged == market.full_quote(NOW)


def test_the_change_is_against_the_previous_close() -> None:
    market = _market()
    market.move(market.previous_close + 100, None, None)
    quote = market.full_quote(NOW)
    assert quote["change"] == 100
    assert quote["changePercent"] == round(100 / market.previous_close, 6)


def test_a_trade_on_the_tape_names_symbol_and_contract() -> None:
    row = _market().tape_row(NOW)
    assert (row["symbolId"], row["contractId"], row["volume"]) == ("F.US.MNQ", "CON.F.US.MNQ.U26", 1)
