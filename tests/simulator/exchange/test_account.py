"""Account, position and trade models."""

from decimal import Decimal

from tests.simulator.floor import MNQ, PRACTICE, Floor


def test_an_account_tells_six_things(floor: Floor) -> None:
    assert floor.ledger.accounts[PRACTICE].wire() == {
        "id": PRACTICE, "name": "PRAC-V2-100001-40000002", "balance": 150_000, "canTrade": True, "isVisible": True,
        "simulated": True,
    }  # fmt: skip


def test_a_position_tells_direction_and_size_without_sign(floor: Floor) -> None:
    floor.sell(2)
    wire = floor.ledger.positions[PRACTICE, MNQ].wire()
    assert (wire["type"], wire["size"], wire["averagePrice"]) == (2, 2, Decimal("29499.75"))
    assert wire["contractDisplayName"] == "MNQZ26"


def test_a_trade_points_to_its_order(floor: Floor) -> None:
    order = floor.buy(2)
    wire = floor.ledger.trades[0].wire(straight_from_engine=False)
    assert (wire["orderId"], wire["side"], wire["size"], wire["voided"]) == (order.id, 0, 2, False)
    assert "customTag" not in wire
