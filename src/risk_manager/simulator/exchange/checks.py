"""What makes the venue refuse a new order.

One function per subject, each answering with its text or `None`.
"""

from decimal import Decimal

from risk_manager.simulator.exchange import refusal
from risk_manager.simulator.exchange.account import Account
from risk_manager.simulator.exchange.conditions import Conditions
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.order import Bracket, Ticket
from risk_manager.simulator.exchange.terms import OrderType, Side

TICKS_MAX, STOP_TICKS_MIN = 1000, 4
STOP_TOO_NEAR = "Stop loss tick value should be at least 4 ticks."


def form_fault(ticket: Ticket, conditions: Conditions) -> str | None:
    """Unknown type or side, or no size. The texts are the simulator's own: nobody published the venue's."""
    if ticket.type not in set(OrderType) or (
        ticket.type == OrderType.STOP_LIMIT and not conditions.stop_limit_accepted
    ):
        return f"Invalid order type ({ticket.type})"
    if ticket.side not in set(Side):
        return f"Invalid order side ({ticket.side})"
    return None if ticket.size > 0 else f"Invalid order size ({ticket.size})"


def price_fault(ticket: Ticket, market: Market) -> str | None:
    """A price that is missing, off the grid, or on the wrong side of the market."""
    if ticket.type in (OrderType.LIMIT, OrderType.STOP_LIMIT):
        if ticket.limit_price is None:
            return refusal.LIMIT_NOT_SET
        if not market.is_aligned(ticket.limit_price):
            return refusal.LIMIT_NOT_ALIGNED
    if ticket.type in (OrderType.STOP, OrderType.STOP_LIMIT):
        if ticket.stop_price is None:
            return refusal.STOP_NOT_SET
        return stop_fault(Side(ticket.side), ticket.stop_price, market)
    if ticket.type == OrderType.TRAILING_STOP:
        return trail_fault(ticket.trail_price, market, ticks_max=TICKS_MAX)
    return None


def stop_fault(side: Side, level: Decimal, market: Market) -> str | None:
    """A stop must lie on the grid and behind the last trade: above it for a buy, below it for a sell."""
    if not market.is_aligned(level):
        return refusal.STOP_NOT_ALIGNED
    return refusal.STOP_BEHIND_MARKET if (level - market.last) * side.sign <= 0 else None


def trail_fault(level: Decimal | None, market: Market, *, ticks_max: int | None) -> str | None:
    """A trailing stop is asked for by an absolute level; `ticks_max` is 1000 on place, absent on modify."""
    if level is None:
        return refusal.TRAIL_NOT_SET
    if not market.has_price:
        return refusal.TRAIL_WITHOUT_LAST
    if not market.is_aligned(level):
        return refusal.TRAIL_NOT_ALIGNED
    ticks = trail_ticks(level, market)
    if not ticks:
        return refusal.TRAIL_NOT_SET
    return refusal.TRAIL_TOO_FAR if ticks_max is not None and ticks > ticks_max else None


def trail_ticks(level: Decimal, market: Market) -> int:
    """Distance between the level and the last trade, in whole ticks."""
    return int(abs(market.last - level) / market.contract.product.tick_size)


def bracket_fault(ticket: Ticket, account: Account) -> str | None:
    """Mode of the account, order type, sign and distance of the two brackets (gateway reference, 4.4)."""
    if ticket.stop_loss is None and ticket.take_profit is None:
        return None
    if account.brackets == "position":
        return refusal.POSITION_BRACKETS
    is_long = ticket.side == Side.BUY
    fault = None if ticket.stop_loss is None else _stop_loss_fault(ticket.stop_loss, is_long=is_long)
    if fault is None and ticket.take_profit is not None:
        fault = _take_profit_fault(ticket.take_profit, is_long=is_long)
    return fault


def _stop_loss_fault(bracket: Bracket, *, is_long: bool) -> str | None:
    if bracket.type not in (OrderType.STOP, OrderType.TRAILING_STOP):
        return f"Invalid stop loss type ({_type_name(bracket.type)})"
    if fault := _sign_fault("stop loss", bracket.ticks, is_below=is_long, is_long=is_long):
        return fault
    if abs(bracket.ticks) < STOP_TICKS_MIN:
        return f"Invalid stop loss ticks ({bracket.ticks}). {STOP_TOO_NEAR}"
    return _distance_fault("stop loss", bracket.ticks)


def _take_profit_fault(bracket: Bracket, *, is_long: bool) -> str | None:
    if bracket.type != OrderType.LIMIT:
        return f"Invalid take profit type ({_type_name(bracket.type)})"
    fault = _sign_fault("take profit", bracket.ticks, is_below=not is_long, is_long=is_long)
    return fault or _distance_fault("take profit", bracket.ticks)


def _distance_fault(leg: str, ticks: int) -> str | None:
    return f"Invalid {leg} ticks ({ticks}). Ticks should be 1000 ticks or less." if abs(ticks) > TICKS_MAX else None


def _sign_fault(leg: str, ticks: int, *, is_below: bool, is_long: bool) -> str | None:
    if (ticks < 0) if is_below else (ticks > 0):
        return None
    when = "when longing" if is_long else "when going short"
    relation = "less" if is_below else "greater"
    return f"Invalid {leg} ticks ({ticks}). Ticks should be {relation} than zero {when}."


def _type_name(number: int) -> str:
    return OrderType(number).name.title().replace("_", "") if number in set(OrderType) else "Unknown"
