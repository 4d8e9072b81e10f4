"""What the gateway answers when it is asked is the truth as of the moment of asking.

What a hub has told later than that is newer, and stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core import booking, fills, hearing, pursuit
from risk_manager.core.events import AccountRead, OrderSeen, PositionSeen
from risk_manager.core.model import ContractId, OrderStatus
from risk_manager.core.state import Account

_ZERO = Decimal(0)


def account_read(account: Account, event: AccountRead, now: datetime, within: timedelta) -> Account:
    """The account after a read."""
    account = hearing.account_seen(account, event)
    if event.after_restart:
        account = replace(pursuit.start_over(account, now, event.asked_at, within), is_asleep=False)
    if event.trades is not None:
        for trade in sorted(event.trades, key=lambda trade: (trade.at, trade.id)):
            account, _ = booking.book(account, trade, now)
    if event.positions is not None:
        account = _positions_read(account, event.positions, event, now, within)
    if event.orders is not None:
        account = _orders_read(account, event.orders, event.asked_at, now, within)
    return account


def _positions_read(
    account: Account, positions: tuple[PositionSeen, ...], event: AccountRead, now: datetime, within: timedelta
) -> Account:
    asked_at, after_restart = event.asked_at, event.after_restart
    listed = {position.contract for position in positions}
    gone = [contract for contract in account.positions if contract not in listed]
    flat = [
        PositionSeen(account=account.id, contract=contract, signed_size=0, average_price=_ZERO) for contract in gone
    ]
    # The oldest opening first, so that "increased last" is the newest.
    oldest_first = sorted(positions, key=lambda position: (position.opened_at is not None, position.opened_at or now))
    for position in [*flat, *oldest_first]:
        if (told_at := account.told.get(position.contract)) is not None and told_at > asked_at:
            continue
        held = account.positions.get(position.contract)
        if position.signed_size != (held.signed_size if held is not None else 0) or after_restart:
            # A read that differs has the other messages of its fills in it; one that confirms says nothing of them.
            account = _forget_fills(account, position.contract)
            account = hearing.position_seen(account, position, now, within)
            account = _forget_fills(account, position.contract)
        else:
            account = hearing.position_seen(account, position, now, within)
    return account


def _forget_fills(account: Account, contract: ContractId) -> Account:
    """After a read nothing waits for its other messages: the read has them all in it."""
    return fills.put(account, contract, fills.NOTHING)


def _orders_read(
    account: Account, orders: tuple[OrderSeen, ...], asked_at: datetime, now: datetime, within: timedelta
) -> Account:
    told = {order.order for order in orders}
    for known in list(account.orders.values()):
        if known.id not in told and known.told_at <= asked_at:
            ended = OrderSeen(account=account.id, order=known.id, status=OrderStatus.CANCELLED)
            account = hearing.order_seen(account, ended, now, within, from_read=True)
    for order in orders:
        old = account.orders.get(order.order)
        if old is None or old.told_at <= asked_at:
            account = hearing.order_seen(account, order, now, within, from_read=True)
    return account
