"""The orders that are alive."""

from __future__ import annotations

from risk_manager.interfaces.trader.dashboard import money, table
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line
from risk_manager.interfaces.trader.dashboard.table import Column
from risk_manager.ipc.status import OrderStatus

_COLUMNS = [
    Column("Order"),
    Column("Type"),
    Column("Limit", is_right=True),
    Column("Stop", is_right=True),
    Column("Filled", is_right=True),
    Column("Status"),
    Column("Contract", keep=0),
    Column("Number", keep=1),
]


def lines(moment: Moment, width: int) -> list[Line]:
    """A count and the rows, by symbol."""
    orders = sorted(moment.account.orders, key=lambda one: (one.symbol, one.id))
    if not orders:
        return [line(f"{moment.as_of} no order was alive." if moment.as_of else "No order is alive.")]
    count = f"{len(orders)} order{'s' if len(orders) > 1 else ''} alive"
    return [line(count), line(), *table.lines(_COLUMNS, [_row(one) for one in orders], width)]


def _row(order: OrderStatus) -> list[Span]:
    return [
        Span(f"{order.side} {order.size} {order.symbol}", Tone.STRONG),
        Span(order.type.replace("_", " ")),
        Span(money.price(order.limit_price)),
        Span(money.price(order.stop_price)),
        Span(f"{order.filled} of {order.size}"),
        Span(order.status.replace("_", " ")),
        Span(order.contract),
        Span(str(order.id), Tone.FAINT),
    ]
