"""When an order fills and at what price: one function for each question, no state."""

from decimal import Decimal

from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.order import Order
from risk_manager.simulator.exchange.terms import OrderType, Side

_STOPS = frozenset({OrderType.STOP, OrderType.TRAILING_STOP, OrderType.STOP_LIMIT})


def trail(order: Order, market: Market) -> None:
    """Let a trailing stop follow the last trade: towards the market, never away from it."""
    if order.type is not OrderType.TRAILING_STOP or order.ticks is None or not market.has_price:
        return
    distance = abs(order.ticks) * order.contract.product.tick_size
    level = market.last - order.side.opposite.sign * distance
    if order.stop_price is None:
        order.stop_price = level
    elif order.side is Side.SELL:
        order.stop_price = max(order.stop_price, level)
    else:
        order.stop_price = min(order.stop_price, level)


def trigger(order: Order, market: Market) -> None:
    """Mark a stop as triggered once the last trade reached its level (touching it is reaching it)."""
    if order.is_triggered or order.type not in _STOPS or order.stop_price is None or not market.has_price:
        return
    reached = market.last >= order.stop_price if order.side is Side.BUY else market.last <= order.stop_price
    order.is_triggered = reached


def fill_price(order: Order, market: Market, *, is_arriving: bool) -> Decimal | None:
    """The price at which the order fills now, before slippage; `None` while it has to wait.

    Market orders and triggered stops take the other side of the quote. A limit fills when the other side of
    the quote reaches it: at the quote if it arrives marketable, at its own price if it was resting.
    """
    if not market.has_price:
        return None
    quote = market.ask if order.side is Side.BUY else market.bid
    if order.type is OrderType.MARKET:
        return quote
    if order.type in _STOPS and not order.is_triggered:
        return None
    if order.type in (OrderType.STOP, OrderType.TRAILING_STOP) or order.limit_price is None:
        return quote
    is_reached = quote <= order.limit_price if order.side is Side.BUY else quote >= order.limit_price
    if not is_reached:
        return None
    return quote if is_arriving or order.type is OrderType.STOP_LIMIT else order.limit_price


def slips(order: Order) -> bool:
    """Whether the order takes what it gets: a limit price never slips."""
    return order.type in (OrderType.MARKET, OrderType.STOP, OrderType.TRAILING_STOP)
