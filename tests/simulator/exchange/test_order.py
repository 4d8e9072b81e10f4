"""The order model on the wire (gateway reference, 4.8 and 9.3)."""

from tests.simulator.floor import BUY, MNQ, PRACTICE, Floor

REQUIRED = {"id", "accountId", "contractId", "symbolId", "creationTimestamp", "updateTimestamp", "status", "type",
            "side", "size", "fillVolume"}  # fmt: skip
NULLABLE = {"limitPrice", "stopPrice", "filledPrice", "customTag"}


def test_rest_has_nulls_and_leaves_optional_fields_out(floor: Floor) -> None:
    wire = floor.order(1, BUY, limit_price="29400").wire(straight_from_engine=False)  # type: ignore[arg-type]
    assert set(wire) == REQUIRED | NULLABLE
    assert (wire["stopPrice"], wire["filledPrice"], wire["customTag"]) == (None, None, None)


def test_the_hub_has_no_nulls(floor: Floor) -> None:
    floor.buy()
    orders = [data for name, data in floor.said() if name == "Order"]
    assert set(orders[0]) == REQUIRED
    assert set(orders[1]) == REQUIRED | {"filledPrice"}


def test_a_rejected_order_tells_no_reason(floor: Floor) -> None:
    floor.try_order(2, 0, 0)
    [(_, data)] = floor.said()
    assert (data["status"], data["accountId"], data["contractId"]) == (5, PRACTICE, MNQ)
    assert set(data) == REQUIRED
