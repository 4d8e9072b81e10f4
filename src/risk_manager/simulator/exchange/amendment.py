"""A change of a working order: what is asked, what is wrong with it, what it does (reference, 4.6)."""

from dataclasses import dataclass
from decimal import Decimal

from risk_manager.simulator.exchange import checks, refusal
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.order import Order
from risk_manager.simulator.exchange.terms import OrderType


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New values for an order; `None` leaves a value as it is (section 17, point 5)."""

    size: int | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None


def change_fault(order: Order, change: Change, market: Market) -> str | None:
    """The text with which the venue refuses the change; `None` if it is fine."""
    if change.size is not None and change.size <= order.fill_volume:
        return f"Invalid order size ({change.size})"
    if change.limit_price is not None and not market.is_aligned(change.limit_price):
        return refusal.LIMIT_NOT_ALIGNED
    if order.type is OrderType.TRAILING_STOP:
        if change.trail_price is None:
            return None
        return checks.trail_fault(change.trail_price, market, ticks_max=None)
    return None if change.stop_price is None else checks.stop_fault(order.side, change.stop_price, market)


def apply_change(order: Order, change: Change, market: Market) -> None:
    """Put the new values in; a price of a kind that the order does not have is ignored."""
    if change.size is not None:
        order.size = change.size
    if change.limit_price is not None and order.limit_price is not None:
        order.limit_price = change.limit_price
    if order.type is OrderType.TRAILING_STOP:
        if change.trail_price is not None:
            order.ticks, order.stop_price = checks.trail_ticks(change.trail_price, market), None
    elif change.stop_price is not None and order.stop_price is not None:
        order.stop_price = change.stop_price
