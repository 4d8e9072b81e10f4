"""An exit under way: a working market order that only reduces, the trader's or one that a close of ours has made.

No rule and no lock cancels it. For `confirm_within` from when it was first seen its size counts as being closed, so
that two exits do not make a reversal.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from risk_manager.core.fills import taken_off
from risk_manager.core.model import ContractId, Order, OrderType, Position
from risk_manager.core.state import Account

_MARKET = OrderType.MARKET


def only_reduces(account: Account, order: Order) -> bool:
    """True for a working market order that cannot do more than get out of the position as it is reported."""
    if order.type is not _MARKET or not order.is_working:
        return False
    if order.claimed >= order.size:
        return True
    taken = taken_off(account, order.contract).get(order.id, 0)
    if taken and taken >= order.remaining:
        return True
    position = account.positions.get(order.contract)
    if position is None or order.side.sign == position.sign:
        return False
    return order.remaining - taken <= position.size


def under_way(account: Account, contract: ContractId, now: datetime, within: timedelta) -> int:
    """Contracts of a position that market exits are about to close, the whole position at most.

    What such an order has filled counts until a position message shows it. Contracts that are taken for a close of
    our own count there and not here.
    """
    position = account.positions.get(contract)
    if position is None:
        return 0
    if not account.orders and contract not in account.fills:
        return 0
    total = 0
    taken: dict[int, int] | None = None
    for order in account.orders.values():
        if order.type is not _MARKET or order.contract != contract or not order.is_working:
            continue
        if order.side.sign == position.sign or now >= order.first_seen_at + within:
            continue
        if taken is None:
            taken = taken_off(account, contract)
        rest = order.remaining - taken.get(order.id, 0)
        if rest <= position.size:
            total += max(0, rest - max(0, order.claimed - order.filled))
    return min(total + filled(account, position, now), position.size)


def told(account: Account, contract: ContractId, now: datetime) -> int:
    """The same where no market order works."""
    fills = account.fills.get(contract)
    position = account.positions.get(contract) if fills is not None and fills.order_fills else None
    return 0 if position is None else min(filled(account, position, now), position.size)


def filled(account: Account, position: Position, now: datetime) -> int:
    """Contracts of a position that market exits have told as filled, and that it still shows."""
    fills = account.fills.get(position.contract)
    if fills is None:
        return 0
    return sum(
        abs(told.quantity)
        for told in fills.order_fills
        if told.until is not None and now < told.until and (told.quantity > 0) != (position.signed_size > 0)
    )


def next_over(account: Account, now: datetime, within: timedelta) -> datetime | None:
    """When the first exit that counts now counts no more."""
    ends = [
        order.first_seen_at + within
        for order in account.orders.values()
        if order.type is _MARKET and order.is_working and now < order.first_seen_at + within
    ]
    for fills in account.fills.values():
        if fills.order_fills:
            ends += [told.until for told in fills.order_fills if told.until is not None and now < told.until]
    return min(ends) if ends else None
