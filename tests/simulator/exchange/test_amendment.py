"""Order/modify."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.simulator.exchange import Bracket, Change, Conditions
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType
from tests.simulator.floor import BUY, PRACTICE, SELL, Floor

D = Decimal


def test_what_is_not_named_stays(floor: Floor) -> None:
    order = floor.order(OrderType.LIMIT, BUY, 2, limit_price="29400")
    floor.said()
    assert floor.desk.modify(PRACTICE, order.id, Change(size=3), floor.now) is None
    assert (order.size, order.limit_price) == (3, D(29400))
    assert floor.story() == ["Order 1"]


def test_a_limit_moved_through_the_market_fills(floor: Floor) -> None:
    order = floor.order(OrderType.LIMIT, BUY, limit_price="29400")
    floor.desk.modify(PRACTICE, order.id, Change(limit_price=D("29501")), floor.now)
    assert order.filled_price == D("29500.25")


def test_a_trailing_stop_gets_a_new_distance_without_a_maximum(floor: Floor) -> None:
    order = floor.order(OrderType.TRAILING_STOP, SELL, trail_price="29490")
    assert floor.desk.modify(PRACTICE, order.id, Change(trail_price=D("29000")), floor.now) is None
    assert (order.ticks, order.stop_price) == (2000, D(29000))


@pytest.mark.parametrize(
    ("kind", "price", "change", "text"),
    [
        (OrderType.LIMIT, {"limit_price": "29400"}, Change(limit_price=D("29400.1")),
         "Invalid limit price. Price is not aligned to tick size."),
        (OrderType.STOP, {"stop_price": "29600"}, Change(stop_price=D("29600.1")),
         "Invalid stop price. Price is not aligned to tick size."),
        (OrderType.STOP, {"stop_price": "29600"}, Change(stop_price=D("29400")),
         "Invalid stop price. Price is on the wrong side of the market."),
        (OrderType.TRAILING_STOP, {"trail_price": "29600"}, Change(trail_price=D("29600.1")),
         "Invalid trail price. Price is not aligned to tick size."),
        (OrderType.LIMIT, {"limit_price": "29400"}, Change(size=0), "Invalid order size (0)"),
    ],
)  # fmt: skip
def test_a_bad_change_is_refused_with_code_3(
    floor: Floor, kind: OrderType, price: dict[str, Any], change: Change, text: str
) -> None:
    order = floor.order(kind, BUY, **price)
    assert floor.desk.modify(PRACTICE, order.id, change, floor.now) == (3, text)


def test_codes_of_what_cannot_be_changed() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(seconds=1)))
    change, now = Change(size=2), floor.now
    entry = floor.order(OrderType.MARKET, BUY, stop_loss=Bracket(ticks=-40, type=4))
    assert floor.desk.modify(1, entry.id, change, now) == (1, None)
    assert floor.desk.modify(PRACTICE, 77, change, now) == (2, None)
    assert floor.desk.modify(PRACTICE, entry.id, change, now) == (4, None)
    assert floor.desk.modify(PRACTICE, entry.id + 1, change, now) == (3, None)
    floor.pass_time(1)
    assert entry.status is OrderStatus.FILLED
    assert floor.desk.modify(PRACTICE, entry.id, change, now) == (2, None)
    assert floor.desk.modify(PRACTICE, entry.id + 1, Change(stop_price=D("29480")), now) is None
    floor.ledger.accounts[PRACTICE].can_trade = False
    assert floor.desk.modify(PRACTICE, entry.id + 1, change, now) == (6, None)
