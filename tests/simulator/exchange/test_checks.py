"""The texts with which the venue refuses a new order (gateway reference, 4.4)."""

from typing import Any

import pytest

from risk_manager.simulator.exchange import Bracket, Conditions
from risk_manager.simulator.exchange.terms import OrderStatus
from tests.simulator.floor import COMBINE, PRACTICE, Floor

B, S = 0, 1


def _stop(ticks: int, kind: int = 4) -> dict[str, Any]:
    return {"stop_loss": Bracket(ticks=ticks, type=kind)}


def _target(ticks: int, kind: int = 1) -> dict[str, Any]:
    return {"take_profit": Bracket(ticks=ticks, type=kind)}


@pytest.mark.parametrize(
    ("kind", "side", "size", "more", "text"),
    [
        (9, B, 1, {}, "Invalid order type (9)"),
        (2, 3, 1, {}, "Invalid order side (3)"),
        (2, B, 0, {}, "Invalid order size (0)"),
        (2, B, -1, {}, "Invalid order size (-1)"),
        (1, B, 1, {}, "Limit price not set."),
        (1, B, 1, {"limit_price": "29500.1"}, "Invalid limit price. Price is not aligned to tick size."),
        (4, S, 1, {}, "Stop price not set."),
        (4, S, 1, {"stop_price": "29490.1"}, "Invalid stop price. Price is not aligned to tick size."),
        (4, S, 1, {"stop_price": "29500"}, "Invalid stop price. Price is on the wrong side of the market."),
        (4, B, 1, {"stop_price": "29499"}, "Invalid stop price. Price is on the wrong side of the market."),
        (3, S, 1, {"stop_price": "29490"}, "Limit price not set."),
        (5, S, 1, {}, "Trail Distance not set."),
        (5, S, 1, {"trail_price": "29490.1"}, "Invalid trail price. Price is not aligned to tick size."),
        (5, S, 1, {"trail_price": "10"}, "Trail Distance exceeds maximum (1000)"),
        (2, B, 1, _stop(40), "Invalid stop loss ticks (40). Ticks should be less than zero when longing."),
        (2, S, 1, _stop(-40), "Invalid stop loss ticks (-40). Ticks should be greater than zero when going short."),
        (2, S, 1, _target(30), "Invalid take profit ticks (30). Ticks should be less than zero when going short."),
        (2, B, 1, _target(-30), "Invalid take profit ticks (-30). Ticks should be greater than zero when longing."),
        (2, B, 1, _stop(-3), "Invalid stop loss ticks (-3). Stop loss tick value should be at least 4 ticks."),
        (2, B, 1, _stop(-1001), "Invalid stop loss ticks (-1001). Ticks should be 1000 ticks or less."),
        (2, B, 1, _target(2000), "Invalid take profit ticks (2000). Ticks should be 1000 ticks or less."),
        (2, B, 1, _stop(-40, 1), "Invalid stop loss type (Limit)"),
        (2, B, 1, _target(40, 4), "Invalid take profit type (Stop)"),
    ],
)
def test_a_bad_order_is_refused_with_code_2_and_its_text(
    floor: Floor, kind: int, side: int, size: int, more: dict[str, Any], text: str
) -> None:
    order_id, refusal = floor.try_order(kind, side, size, **more)
    assert refusal == (2, text)
    assert order_id is not None
    assert floor.ledger.orders[order_id].status is OrderStatus.REJECTED
    assert floor.story() == ["Order 5"]


def test_brackets_need_the_auto_oco_mode(floor: Floor) -> None:
    floor.ledger.accounts[PRACTICE].brackets = "position"
    text = "Brackets cannot be used with Position Brackets. You must enable Auto OCO Brackets."
    assert floor.try_order(2, B, 1, **_stop(-40)).refusal == (2, text)


def test_a_tag_is_used_once_for_ever(floor: Floor) -> None:
    order = floor.order(1, B, limit_price="29400", custom_tag="rm-1")  # type: ignore[arg-type]
    floor.desk.cancel(PRACTICE, order.id, floor.now)
    assert floor.try_order(2, B, 1, custom_tag="rm-1").refusal == (2, "Custom tag is already in use.")


@pytest.mark.parametrize(("kind", "text"), [(2, "Invalid symbol"), (5, "Cannot trail without a last price")])
def test_without_a_price_nothing_is_taken(floor: Floor, kind: int, text: str) -> None:
    floor.exchange.quote("CON.F.US.MNQ.Z26").take_away()
    assert floor.try_order(kind, B, 1, trail_price="29510").refusal == (2, text)


def test_the_size_of_an_account_is_limited_but_reducing_is_not(floor: Floor) -> None:
    assert floor.try_order(2, B, 6, account=COMBINE).refusal == (2, "Not enough margin.")
    floor.buy(5, account=COMBINE)
    assert floor.try_order(2, B, 1, account=COMBINE).refusal == (2, "Not enough margin.")
    assert floor.try_order(2, S, 10, account=COMBINE).refusal is None


def test_stop_limits_can_be_refused() -> None:
    floor = Floor(Conditions(stop_limit_accepted=False))
    refusal = floor.try_order(3, S, 1, stop_price="29490", limit_price="29489").refusal
    assert refusal == (2, "Invalid order type (3)")
