"""What a read has shown and no message had told, in words: as a disagreement, and as what happened unseen."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from risk_manager.core import told_times
from risk_manager.core.contracts import symbol_of
from risk_manager.core.differences import (
    Difference,
    OrderDiffers,
    PermissionDiffers,
    PositionDiffers,
    TradeDiffers,
)
from risk_manager.core.model import ContractId, Order, Position, Side, Trade
from risk_manager.core.pnl import usd


def disagreement(difference: Difference) -> str:
    """What was believed, and what the gateway says."""
    match difference:
        case PositionDiffers(contract=contract, believed=believed, told=told):
            return f"{_named(contract)} was believed {_held(believed)}; the gateway says {_held(told)}"
        case OrderDiffers(believed=None, told=Order() as told):
            return f"order {told.id} was not known; the gateway says {_order(told)}"
        case OrderDiffers(order=number, believed=believed):
            return f"order {number} was believed {_order(believed)}; the gateway says {_now(difference)}"
        case TradeDiffers(trade=trade, was_known=False):
            return f"a fill was not known; the gateway says {_fill(trade)}"
        case TradeDiffers(trade=trade):
            return f"a fill was believed good; the gateway says that it is void: {_fill(trade)}"
        case PermissionDiffers(may_trade=may):
            return f"trading was believed {_allowed(not may)}; the gateway says {_allowed(may)}"
        case _:
            assert_never(difference)


def happening(difference: Difference) -> str:
    """What has happened while nobody watched."""
    match difference:
        case PositionDiffers(contract=contract, believed=believed, told=told):
            return f"{_named(contract)} was {_held(believed)} and is now {_held(told)}"
        case OrderDiffers(believed=None, told=Order() as told):
            return f"order {told.id} was placed: {_order(told)}"
        case OrderDiffers(order=number, believed=believed):
            return f"order {number} was {_order(believed)} and is now {_now(difference)}"
        case TradeDiffers(trade=trade, was_known=False):
            return _fill(trade)
        case TradeDiffers(trade=trade):
            return f"a fill was made void: {_fill(trade)}"
        case PermissionDiffers(may_trade=may):
            return f"trading was {_allowed(not may)} and is now {_allowed(may)}"
        case _:
            assert_never(difference)


def _named(contract: ContractId) -> str:
    return f"{symbol_of(contract)} ({contract})"


def _held(position: Position | None) -> str:
    if position is None:
        return "flat"
    return f"{'long' if position.sign > 0 else 'short'} {position.size} at {_price(position.average_price)}"


def _order(order: Order | None) -> str:
    if order is None:
        return "gone"
    prices = (("limit", order.limit_price), ("stop", order.stop_price))
    terms = "".join(f" {kind} {_price(price)}" for kind, price in prices if price is not None)
    filled = f", {order.filled} filled" if order.filled else ""
    status = order.status.name.lower().replace("_", " ")
    return f"{status}, {order.side.name.lower()} {order.size} {_named(order.contract)}{terms}{filled}"


def _now(difference: OrderDiffers) -> str:
    """What has become of an order that was known."""
    believed, filled = difference.believed, difference.filled
    if difference.told is not None or believed is None:
        return _order(difference.told)
    if filled >= believed.size:
        return "filled"
    return f"gone ({filled} of {believed.size} filled)" if filled else "gone (cancelled or expired)"


def _fill(trade: Trade) -> str:
    verb = "bought" if trade.side is Side.BUY else "sold"
    result = "" if trade.profit_and_loss is None else f" for {usd(trade.profit_and_loss)}"
    costs = f", costs {usd(trade.costs)}" if trade.costs else ""
    return (
        f"{told_times.named(trade.at)} {verb} {trade.size} {_named(trade.contract)} at {_price(trade.price)}{result}"
        f"{costs} (order {trade.order}, fill {trade.id})"
    )


def _allowed(may: bool) -> str:
    return "allowed" if may else "forbidden"


def _price(price: Decimal) -> str:
    return f"{price.normalize():f}"
