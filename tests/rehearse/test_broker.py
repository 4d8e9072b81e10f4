"""What comes back for a command, message by message."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import (
    AccountRead,
    AnyEvent,
    CommandAccepted,
    CommandRefused,
    OrderSeen,
    PositionSeen,
    Refusal,
    TradeSeen,
)
from risk_manager.core.model import OrderStatus, OrderType, Side
from risk_manager.rehearse.books import Books
from risk_manager.rehearse.broker import Broker
from risk_manager.rehearse.scenario import BrokerKind

NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
MNQ = "CON.F.US.MNQ.Z25"


def broker(kind: BrokerKind = BrokerKind.OBEDIENT, **messages: Any) -> Broker:
    books = Books(5, can_trade=True)
    for name, message in messages.items():
        books.note(name, books.filled_in(name, message, NOW))
    return Broker(books, kind)


def answer(one: Broker, command: Command) -> list[AnyEvent]:
    return list(one.answer(command, NOW))


def long(size: int = 3, average: str = "25210") -> dict[str, Any]:
    return {"contractId": MNQ, "type": 1, "size": size, "averagePrice": Decimal(average)}


def stop(**more: Any) -> dict[str, Any]:
    return {"id": 7, "contractId": MNQ, "type": 4, "side": 1, "size": 3, "stopPrice": Decimal(25190), **more}


def test_a_close_is_the_exit_trade_then_the_position() -> None:
    one = broker(position=long(), quote={"contractId": MNQ, "lastPrice": Decimal("25209.50")})
    accepted, trade, position = answer(one, Close(account=5, contract=MNQ))
    assert isinstance(accepted, CommandAccepted)
    assert isinstance(trade, TradeSeen)
    assert (trade.trade.side, trade.trade.size, trade.trade.price) == (Side.SELL, 3, Decimal("25209.50"))
    assert (trade.trade.profit_and_loss, trade.trade.costs, trade.trade.at) == (Decimal("-3"), Decimal(0), NOW)
    assert isinstance(position, PositionSeen)
    assert position.signed_size == 0
    assert one.books.positions == {}


def test_a_reduction_leaves_the_rest_at_its_average() -> None:
    one = broker(position={**long(), "type": 2})
    _, trade, position = answer(one, Reduce(account=5, contract=MNQ, size=2))
    assert isinstance(trade, TradeSeen)
    assert (trade.trade.side, trade.trade.size, trade.trade.profit_and_loss) == (Side.BUY, 2, Decimal(0))
    assert isinstance(position, PositionSeen)
    assert (position.signed_size, position.average_price) == (-1, Decimal(25210))


@pytest.mark.parametrize(
    ("quote", "kind", "price"),
    [
        ({}, 1, "25210"),
        ({"bestBid": Decimal(25208), "bestAsk": Decimal(25212)}, 1, "25208"),
        ({"bestBid": Decimal(25208), "bestAsk": Decimal(25212)}, 2, "25212"),
        ({"bestBid": Decimal(25208), "lastPrice": Decimal(25209)}, 1, "25209"),
    ],
)
def test_where_a_close_fills(quote: dict[str, Any], kind: int, price: str) -> None:
    one = broker(position={**long(), "type": kind}, quote={"contractId": MNQ, **quote})
    _, trade, _ = answer(one, Close(account=5, contract=MNQ))
    assert isinstance(trade, TradeSeen)
    assert trade.trade.price == Decimal(price)


def test_a_rounded_average_gives_the_money_that_was_meant() -> None:
    one = broker(position=long(3, "25210.1666666667"), quote={"contractId": MNQ, "lastPrice": Decimal("25210")})
    _, trade, _ = answer(one, Close(account=5, contract=MNQ))
    assert isinstance(trade, TradeSeen)
    assert trade.trade.profit_and_loss == Decimal("-1")


def test_orders_come_back_changed() -> None:
    one = broker(order=stop())
    _, moved = answer(one, MoveStop(account=5, order=7, price=Decimal(25200)))
    assert isinstance(moved, OrderSeen)
    assert (moved.stop_price, moved.size) == (Decimal(25200), 3)
    _, moved = answer(one, MoveStop(account=5, order=7, price=Decimal(25201), size=2))
    assert isinstance(moved, OrderSeen)
    assert moved.size == 2
    _, resized = answer(one, Resize(account=5, order=7, size=1))
    assert isinstance(resized, OrderSeen)
    assert (resized.size, resized.stop_price) == (1, Decimal(25201))
    _, gone = answer(one, Cancel(account=5, order=7))
    assert isinstance(gone, OrderSeen)
    assert gone.status is OrderStatus.CANCELLED
    assert one.books.orders == {}


def test_stops_are_numbered_from_9001() -> None:
    one = broker(order=stop(id=9002))
    command = PlaceStop(account=5, contract=MNQ, side=Side.SELL, size=2, price=Decimal(25200), tag="rm-1")
    accepted, order = answer(one, command)
    assert isinstance(accepted, CommandAccepted)
    assert accepted.order == 9001
    assert isinstance(order, OrderSeen)
    assert (order.type, order.status, order.tag) == (OrderType.STOP, OrderStatus.OPEN, "rm-1")
    second = answer(one, command)[1]
    assert isinstance(second, OrderSeen)
    assert second.order == 9003


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (Close(account=5, contract=MNQ), Refusal.NOTHING_OPEN),
        (Reduce(account=5, contract=MNQ, size=1), Refusal.NOTHING_OPEN),
        (Cancel(account=5, order=1), Refusal.ORDER_GONE),
        (Resize(account=5, order=1, size=1), Refusal.ORDER_GONE),
        (MoveStop(account=5, order=1, price=Decimal(1)), Refusal.ORDER_GONE),
    ],
)
def test_what_is_not_there_cannot_be_changed(command: Command, refusal: Refusal) -> None:
    (told,) = answer(broker(), command)
    assert isinstance(told, CommandRefused)
    assert told.refusal is refusal


def test_it_refuses_as_often_as_it_was_told_also_when_silent() -> None:
    for kind in BrokerKind:
        one = broker(kind, position=long())
        one.refuse({"close": 2})
        close = Close(account=5, contract=MNQ)
        for _ in range(2):
            (told,) = answer(one, close)
            assert isinstance(told, CommandRefused)
            assert told.refusal is Refusal.OTHER
        assert len(answer(one, close)) == (3 if kind is BrokerKind.OBEDIENT else 0)


def test_a_read_is_answered_with_the_books() -> None:
    one = broker(position=long(), order=stop())
    (read,) = answer(one, Fetch(account=5))
    assert isinstance(read, AccountRead)
    assert read.positions is not None
    assert read.orders is not None
    assert [position.signed_size for position in read.positions] == [3]
    assert [order.order for order in read.orders] == [7]
    assert answer(broker(BrokerKind.SILENT), Fetch(account=5)) == []


def test_a_product_that_nobody_knows_is_closed_for_nothing() -> None:
    one = broker(position={"contractId": "CON.F.US.XYZ.Z25", "type": 1, "size": 1, "averagePrice": Decimal(5)})
    _, trade, _ = answer(one, Close(account=5, contract="CON.F.US.XYZ.Z25"))
    assert isinstance(trade, TradeSeen)
    assert trade.trade.profit_and_loss == 0
