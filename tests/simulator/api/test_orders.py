"""Orders through the API, field by field."""

from decimal import Decimal
from typing import Any

from tests.simulator.floor import MNQ, PRACTICE, Floor

ORDER: dict[str, Any] = {"accountId": PRACTICE, "contractId": MNQ, "type": 2, "side": 0, "size": 1}


def test_all_fields_arrive(floor: Floor) -> None:
    body = floor.ask(
        "/api/Order/place",
        **{**ORDER, "type": 1, "limitPrice": 29400.25, "customTag": "rm-7", "linkedOrderId": 5},
        stopLossBracket={"ticks": -40, "type": 4},
        takeProfitBracket={"ticks": 80, "type": 1},
    )
    order = floor.ledger.orders[body["orderId"]]
    assert (order.limit_price, order.custom_tag, order.linked_id) == (Decimal("29400.25"), "rm-7", None)
    assert [child.ticks for child in floor.ledger.working_orders(PRACTICE)] == [None, -40, 80]


def test_a_rejected_place_has_an_id_a_code_and_a_text(floor: Floor) -> None:
    body = floor.ask("/api/Order/place", **{**ORDER, "type": 5})
    assert (body["success"], body["errorCode"], body["errorMessage"]) == (False, 2, "Trail Distance not set.")
    assert body["orderId"] > 2**31


def test_stop_and_trail_prices_arrive(floor: Floor) -> None:
    stop = floor.ask("/api/Order/place", **{**ORDER, "type": 4, "stopPrice": 29510})
    trail = floor.ask("/api/Order/place", **{**ORDER, "type": 5, "trailPrice": 29510})
    assert floor.ledger.orders[stop["orderId"]].stop_price == 29510
    assert floor.ledger.orders[trail["orderId"]].ticks == 40


def test_modify_with_nulls_changes_only_what_is_named(floor: Floor) -> None:
    order = floor.order(4, 0, 2, stop_price="29510")  # type: ignore[arg-type]
    fields: dict[str, Any] = {"size": None, "limitPrice": None, "stopPrice": 29550.25, "trailPrice": None}
    assert floor.ask("/api/Order/modify", accountId=PRACTICE, orderId=order.id, **fields)["success"]
    assert (order.size, order.stop_price) == (2, Decimal("29550.25"))


def test_cancel(floor: Floor) -> None:
    order = floor.order(1, 0, limit_price="29400")  # type: ignore[arg-type]
    assert floor.ask("/api/Order/cancel", accountId=PRACTICE, orderId=order.id)["success"]
    assert order.status == 3
