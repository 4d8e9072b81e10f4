"""When each type of order fills, and at what price."""

from decimal import Decimal

import pytest

from risk_manager.simulator.exchange.terms import OrderStatus, OrderType, Side
from tests.simulator.floor import BUY, SELL, Floor

LIMIT, STOP, STOP_LIMIT, TRAILING = (
    OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP,
)  # fmt: skip


@pytest.mark.parametrize(("side", "price"), [(BUY, "29500.25"), (SELL, "29499.75")])
def test_a_market_order_takes_the_other_side_of_the_quote(floor: Floor, side: Side, price: str) -> None:
    order = floor.order(OrderType.MARKET, side)
    assert (order.status, order.filled_price) == (OrderStatus.FILLED, Decimal(price))


@pytest.mark.parametrize(
    ("side", "limit", "last", "filled"),
    [
        (BUY, "29490", "29490", None),  # the ask is still a tick above
        (BUY, "29490", "29489.75", "29490"),
        (BUY, "29490", "29450", "29490"),
        (SELL, "29510", "29510", None),
        (SELL, "29510", "29510.25", "29510"),
        (BUY, "29510", None, "29500.25"),  # arrives marketable: gets the quote
        (SELL, "29490", None, "29499.75"),
    ],
)
def test_a_limit_fills_when_the_quote_reaches_it(
    floor: Floor, side: Side, limit: str, last: str | None, filled: str | None
) -> None:
    order = floor.order(LIMIT, side, limit_price=limit)
    if last:
        assert order.status is OrderStatus.OPEN
        floor.price(last)
    assert order.filled_price == (filled and Decimal(filled))


@pytest.mark.parametrize(
    ("side", "stop", "last", "filled"),
    [
        (SELL, "29490", "29490.25", None),
        (SELL, "29490", "29490", "29489.75"),
        (SELL, "29490", "29470", "29469.75"),  # a gap is paid for
        (BUY, "29510", "29509.75", None),
        (BUY, "29510", "29510", "29510.25"),
    ],
)
def test_a_stop_is_touched_by_the_last_trade_and_becomes_a_market_order(
    floor: Floor, side: Side, stop: str, last: str, filled: str | None
) -> None:
    order = floor.order(STOP, side, stop_price=stop)
    floor.price(last)
    assert order.filled_price == (filled and Decimal(filled))


def test_a_stop_is_not_touched_by_a_quote_without_a_trade(floor: Floor) -> None:
    order = floor.order(STOP, SELL, stop_price="29490")
    floor.price("29491", bid="29480", ask="29491.25")
    assert order.status is OrderStatus.OPEN


def test_a_stop_limit_waits_for_its_limit_after_the_stop(floor: Floor) -> None:
    order = floor.order(STOP_LIMIT, SELL, stop_price="29490", limit_price="29489")
    floor.price("29480")
    assert order.status is OrderStatus.OPEN
    floor.price("29489.25")
    assert order.filled_price == Decimal("29489")


def test_a_trailing_stop_follows_the_market_and_never_goes_back(floor: Floor) -> None:
    order = floor.order(TRAILING, SELL, trail_price="29490")
    assert order.ticks == 40
    for last, stop in (("29500", "29490"), ("29520", "29510"), ("29515", "29510")):
        floor.price(last)
        assert order.stop_price == Decimal(stop)
    floor.price("29510")
    assert order.filled_price == Decimal("29509.75")


def test_a_trailing_stop_reads_back_its_distance(floor: Floor) -> None:
    wire = floor.order(TRAILING, BUY, trail_price="29501.50").wire(straight_from_engine=False)
    assert (wire["trailDistance"], wire["trailPrice"]) == (6, Decimal("1.5"))


@pytest.mark.parametrize(
    ("kind", "side", "limit", "status"),
    [
        (OrderType.JOIN_BID, BUY, "29499.75", OrderStatus.OPEN),
        (OrderType.JOIN_ASK, SELL, "29500.25", OrderStatus.OPEN),
        (OrderType.JOIN_BID, SELL, "29499.75", OrderStatus.FILLED),
        (OrderType.JOIN_ASK, BUY, "29500.25", OrderStatus.FILLED),
    ],
)
def test_a_join_is_a_limit_at_the_best_price_of_its_arrival(
    floor: Floor, kind: OrderType, side: Side, limit: str, status: OrderStatus
) -> None:
    order = floor.order(kind, side)
    assert (order.limit_price, order.status) == (Decimal(limit), status)


def test_nothing_fills_without_a_price(floor: Floor) -> None:
    order = floor.order(LIMIT, BUY, limit_price="29490")
    market = floor.exchange.quote(order.contract.id)
    market.take_away()
    floor.exchange.try_to_fill(order, floor.now)
    assert order.status is OrderStatus.OPEN
