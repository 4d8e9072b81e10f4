"""The day's profit and loss (MOD-005): exact, in dollars. Losses are negative.

Realized P&L is what trades have booked in a trading day, less fees and commissions. Unrealized P&L is what open
positions would bring at their mark; a position without any price is left out.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from risk_manager.core import trading_day
from risk_manager.core.fills import closed_by_trades
from risk_manager.core.model import Position, Quote
from risk_manager.core.settings import Defaults, MarkPrice, ResetTime
from risk_manager.core.state import Account, State

ZERO = Decimal(0)
_MILLIONTH = Decimal("0.000001")
_ONE = Decimal(1)


def cost_of(average_price: Decimal, size: int, tick_size: Decimal | None) -> Decimal:
    """What `size` contracts were traded for in all.

    The gateway's average of several fills may be a rounded binary number: where average x size lies within a
    millionth of a tick of the grid, the grid is what was meant.
    """
    cost = average_price * size
    if tick_size is None:
        return cost
    ticks = cost / tick_size
    whole = ticks.quantize(_ONE, rounding=ROUND_HALF_EVEN)
    return whole * tick_size if ticks != whole and abs(ticks - whole) <= _MILLIONTH else cost


def mark_of(quote: Quote | None, sign: int, mark_price: MarkPrice) -> Decimal | None:
    """The price that a long (+1) or short (-1) position is worth; None where no price has been seen.

    Where the chosen price is missing, the other of the two serves.
    """
    if quote is None:
        return None
    out = quote.bid if sign > 0 else quote.ask
    if mark_price is MarkPrice.LAST:
        return quote.last if quote.last is not None else out
    return out if out is not None else quote.last


def of_position(account: Account, position: Position, mark: Decimal) -> Decimal:
    """Open P&L of a position at a mark; contracts that a trade has closed already are left out."""
    if position.point_value is None:
        return ZERO
    size = position.size
    worth = (mark * size - position.cost) * position.point_value
    if position.signed_size < 0:
        worth = -worth
    if position.contract in account.fills:
        closed = closed_by_trades(account, position.contract, position.sign)
        if closed:
            return worth * max(0, size - closed) / size
    return worth


def mark(state: State, position: Position, defaults: Defaults) -> Decimal | None:
    """The mark of a position, None where it is unpriced: no price, or a product that nobody knows."""
    if position.point_value is None:
        return None
    return mark_of(state.quotes.get(position.contract), position.sign, defaults.mark_price)


def realized_in(account: Account, reset: ResetTime, *, include_fees: bool = True) -> Decimal:
    """Realized P&L of the trading day that ends at `reset`."""
    return _realized(account, trading_day.key(reset), include_fees=include_fees)


def realized(account: Account) -> Decimal:
    """Realized P&L of the account's own day, fees and commissions taken off."""
    return _realized(account, account.own_day, include_fees=True)


def _realized(account: Account, key: str, *, include_fees: bool) -> Decimal:
    day = account.days.get(key)
    if day is None:
        return ZERO
    return day.gross - day.costs if include_fees else day.gross


def is_priced(position: Position, quote: Quote) -> bool:
    """True when the product is known and the quote of the contract has some price."""
    if position.point_value is None:
        return False
    return quote.last is not None or quote.bid is not None or quote.ask is not None


def usd(amount: Decimal) -> str:
    """Dollars as people read them: -$1,250.00."""
    rounded = amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
    return f"-${abs(rounded):,.2f}" if rounded < 0 else f"${abs(rounded):,.2f}"
