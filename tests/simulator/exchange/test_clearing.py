"""Netting, profit, fees and balance (gateway reference, 9.4 and 12.1)."""

from decimal import Decimal

import pytest

from risk_manager.simulator.exchange import Conditions
from risk_manager.simulator.exchange.terms import OrderType
from tests.simulator.floor import BUY, ES, MNQ, PRACTICE, SELL, ZN, Floor


def _trade(floor: Floor, signed_size: int, price: str, contract: str = MNQ) -> None:
    """A fill of the size at exactly the price."""
    floor.price(price, bid=price, ask=price, contract=contract)
    floor.order(OrderType.MARKET, BUY if signed_size > 0 else SELL, abs(signed_size), contract=contract)


@pytest.mark.parametrize(
    ("contract", "fills", "profits"),
    [
        (MNQ, [(-1, "29398.5"), (1, "29423")], [None, "-49"]),  # the recorded example
        (MNQ, [(2, "29500"), (-1, "29510"), (-1, "29490")], [None, "20", "-20"]),
        (MNQ, [(1, "29500"), (1, "29501"), (1, "29503"), (-3, "29510")], [None, None, None, "52"]),
        (ES, [(1, "6800"), (-1, "6800.25")], [None, "12.5"]),
        (ZN, [(-3, "113"), (3, "113.015625")], [None, "-46.875"]),
        (MNQ, [(2, "29500"), (-5, "29510"), (3, "29505")], [None, "40", None, "30"]),
    ],
)
def test_profit_is_gross_and_only_on_closing_halves(
    floor: Floor, contract: str, fills: list[tuple[int, str]], profits: list[str | None]
) -> None:
    for signed_size, price in fills:
        _trade(floor, signed_size, price, contract)
    found = [trade.profit for trade in floor.ledger.trades]
    assert found == [None if profit is None else Decimal(profit) for profit in profits]
    assert floor.net(contract) == sum(size for size, _ in fills)
    assert floor.ledger.accounts[PRACTICE].balance == 150_000 + sum(profit or 0 for profit in found)


def test_each_half_costs_fees_and_commissions() -> None:
    floor = Floor(Conditions())
    for _ in range(11):
        floor.buy()
        floor.sell()
    trades = floor.ledger.trades
    assert {(trade.fees, trade.commissions) for trade in trades} == {(Decimal("0.36"), Decimal("0.25"))}
    gross = sum(trade.profit or 0 for trade in trades)
    assert floor.ledger.accounts[PRACTICE].balance == 150_000 + gross - 22 * Decimal("0.61")


def test_the_average_is_weighted_and_does_not_move_when_reduced(floor: Floor) -> None:
    for signed_size, price in ((1, "29500"), (2, "29503"), (-1, "29600")):
        _trade(floor, signed_size, price)
    position = floor.ledger.positions[PRACTICE, MNQ]
    assert (position.signed_size, position.average_price) == (2, Decimal(29502))


def test_uneven_fills_are_written_with_ten_places(floor: Floor) -> None:
    for signed_size, price in ((1, "29500"), (1, "29500"), (1, "29500.25")):
        _trade(floor, signed_size, price)
    assert floor.ledger.positions[PRACTICE, MNQ].wire()["averagePrice"] == Decimal("29500.0833333333")


def test_a_closed_position_says_type_0_size_0_and_its_entry(floor: Floor) -> None:
    _trade(floor, -1, "29398.5")
    floor.said()
    _trade(floor, 1, "29423")
    positions = [data for name, data in floor.said() if name == "Position"]
    assert [(p["type"], p["size"], p["averagePrice"]) for p in positions] == [(0, 0, Decimal("29398.5"))]
    assert floor.ledger.open_positions(PRACTICE) == []


def test_a_new_opening_has_a_new_id(floor: Floor) -> None:
    ids = []
    for signed_size in (1, -1, 1):
        _trade(floor, signed_size, "29500")
        ids.append(next(data["id"] for name, data in floor.said() if name == "Position"))
    assert ids[0] == ids[1] != ids[2]


def test_a_reversal_is_a_close_and_an_opening(floor: Floor) -> None:
    _trade(floor, 2, "29500")
    floor.said()
    _trade(floor, -3, "29510")
    assert floor.story() == ["Order 6", "Order 2", "Trade", "Position 0", "Account", "Trade", "Position -1", "Account"]


def test_a_reversal_can_be_one_update() -> None:
    floor = Floor(Conditions(reversal="one"))
    _trade(floor, 2, "29500")
    first = floor.ledger.positions[PRACTICE, MNQ].id
    floor.said()
    _trade(floor, -3, "29510")
    assert floor.story() == ["Order 6", "Order 2", "Trade", "Position -1", "Account"]
    position = floor.ledger.positions[PRACTICE, MNQ]
    assert (position.id, position.signed_size, position.average_price) == (first, -1, Decimal(29510))
    assert floor.ledger.trades[-1].profit == 40


def test_an_opening_trade_has_no_profit_key_on_the_hub_and_a_null_in_rest(floor: Floor) -> None:
    _trade(floor, 1, "29500")
    trade = next(data for name, data in floor.said() if name == "Trade")
    assert "profitAndLoss" not in trade
    assert floor.ledger.trades[0].wire(straight_from_engine=False)["profitAndLoss"] is None
