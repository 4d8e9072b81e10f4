"""Prices of stops: on the tick grid, at breakeven, trailing behind the best mark. Pure arithmetic."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from risk_manager.core.model import Contract, Order, Position


def on_grid(price: Decimal, tick_size: Decimal, *, up: bool) -> Decimal:
    """The next price on the tick grid, upwards or downwards; a price that is on it stays."""
    ticks = (price / tick_size).to_integral_value(rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return ticks * tick_size


def gains(position: Position, contract: Contract, mark: Decimal, ticks: int) -> bool:
    """True where a mark is at least so many ticks in the position's favour, counted from what was paid."""
    gain = (mark * position.size - position.cost) * position.sign
    return gain >= ticks * contract.tick_size * position.size


def is_better(position: Position, price: Decimal, order: Order) -> bool:
    """True where a price is nearer to the position's favour than the order's stop."""
    return order.stop_price is not None and (price - order.stop_price) * position.sign > 0


def breakeven_level(position: Position, contract: Contract, offset_ticks: int) -> Decimal:
    """The entry and so many ticks beyond it, rounded in the position's favour."""
    tick, sign = contract.tick_size, position.sign
    return on_grid(position.cost / position.size + sign * offset_ticks * tick, tick, up=sign > 0)


def trailing_level(
    position: Position, contract: Contract, best: Decimal, distance_ticks: int, step_ticks: int, stop: Decimal
) -> Decimal | None:
    """So far behind the best mark, rounded away from it; None where that is less than a step better than the stop."""
    tick, sign = contract.tick_size, position.sign
    price = on_grid(best - sign * distance_ticks * tick, tick, up=sign < 0)
    return price if (price - stop) * sign >= step_ticks * tick else None


def behind_entry(position: Position, contract: Contract, distance_ticks: int, mark: Decimal | None) -> Decimal:
    """So far from the average price, rounded toward the entry; on the valid side of the mark in any case."""
    tick, sign = contract.tick_size, position.sign
    price = on_grid(position.cost / position.size - sign * distance_ticks * tick, tick, up=sign > 0)
    if mark is not None and (mark - price) * sign <= 0:
        price = on_grid(mark, tick, up=sign < 0) - sign * tick
    return price
