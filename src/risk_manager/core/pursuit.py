"""Closes and changes under way: confirmed by what the broker reports, given two seconds, then asked for again.

A wish is computed afresh at every step; here it is only decided whether it leaves now, because it is not under way
already and no pause stands. So what is still wrong is asked for again, without end, and what is right is dropped.
Pauses: 0.25 s, doubling to at most 5 s.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from risk_manager.core.model import ContractId, Order, OrderStatus, OrderType, Position, Side, Trade
from risk_manager.core.pursued import Change, ChangeKind, Placing, Spent
from risk_manager.core.state import Account

_PAUSE_FIRST = timedelta(milliseconds=250)
_PAUSE_MOST = timedelta(seconds=5)
LOUD_FROM_TRY = 3
"""The third try and every later one alert."""

K = TypeVar("K")
V = TypeVar("V")


def pause(tries: int) -> timedelta:
    """How long to wait after the n-th try before the state is judged afresh."""
    return min(_PAUSE_MOST, _PAUSE_FIRST * (1 << min(tries - 1, 10)))


def without(mapping: dict[K, V], key: K) -> dict[K, V]:
    """The mapping without one key."""
    return {kept: value for kept, value in mapping.items() if kept != key} if key in mapping else mapping


def closing_of(account: Account, contract: ContractId) -> int | None:
    """Contracts that a command of ours is closing now: a number, None for the whole position, 0 for none."""
    closing = account.closings.get(contract)
    if closing is None or not closing.is_under_way():
        return 0
    return None if closing.is_whole else closing.outstanding


def seen_move(
    account: Account, contract: ContractId, before: int, after: int, closed: int, now: datetime, within: timedelta
) -> Account:
    """A position has moved; `closed` contracts of a shrinking are not explained by market exits of the trader.

    Flat or reversed: our close is done. Smaller: that is progress, and gives it `within` more.
    """
    if after and contract in account.closed:
        account = replace(account, closed=without(account.closed, contract))
    closing = account.closings.get(contract)
    if closing is None:
        return account
    if not after or (after > 0) != (before > 0):
        if not after and (closing.is_whole or closing.size >= abs(before)):
            account = replace(account, closed={**account.closed, contract: now})
        return _spent(account, contract, before > 0, now + within, is_awaited=bool(after))
    if abs(after) >= abs(before):
        return account
    confirm_by = now + within if closing.is_under_way() else closing.confirm_by
    if closing.is_whole:
        return replace(account, closings={**account.closings, contract: replace(closing, confirm_by=confirm_by)})
    if closed <= 0:
        return account
    outstanding = max(0, closing.outstanding - closed)
    if outstanding:
        left = replace(closing, outstanding=outstanding, confirm_by=confirm_by)
        account = replace(account, closings={**account.closings, contract: left})
    else:
        account = _spent(account, contract, before > 0, now + within, is_awaited=False)
    trims = dict(account.trims)
    sign = 1 if after > 0 else -1
    for order in account.orders.values():
        if (
            order.contract == contract
            and order.is_working
            and order.side.sign != sign
            and order.type is not OrderType.MARKET
            and order.remaining > abs(after) - outstanding
        ):
            trims[order.id] = contract
    return replace(account, trims=trims)


def _spent(account: Account, contract: ContractId, was_long: bool, until: datetime, *, is_awaited: bool) -> Account:
    """Our close is done. Its own market order may be told of later, and is ours then too."""
    closing = account.closings[contract]
    account = replace(account, closings=without(account.closings, contract))
    size = max(0, closing.size - closing.claimed)
    if (not size and not closing.order) or not closing.is_under_way():
        return account
    side = Side.SELL if was_long else Side.BUY
    spent = Spent(side=side, size=size, until=until, order=closing.order, is_awaited=is_awaited and size > 0)
    return replace(account, spent={**account.spent, contract: spent})


def may_still_come(account: Account, position: Position, now: datetime) -> bool:
    """True where our close was on its way when the position turned round, and its own order has not been told of: it
    closes what it finds, and that is the new side. A second one would turn it round again."""
    spent = account.spent.get(position.contract)
    return spent is not None and spent.is_awaited and now < spent.until and spent.side.sign == position.sign


def seen_trade(account: Account, trade: Trade) -> Account:
    """A market exit that no order has told of, while a close of ours is under way or was just seen done, is its fill;
    the order of that name is its own."""
    if not trade.is_exit or trade.order in account.orders or trade.order in account.ended:
        return account
    closing, spent = account.closings.get(trade.contract), account.spent.get(trade.contract)
    position = account.positions.get(trade.contract)
    if closing is not None and closing.is_under_way():
        if closing.order in (0, trade.order) and position is not None and trade.side.sign != position.sign:
            closing = replace(closing, claimed=closing.claimed + trade.size, order=trade.order)
            return replace(account, closings={**account.closings, trade.contract: closing})
    elif spent is not None and spent.order in (0, trade.order) and spent.side is trade.side:
        size = max(0, spent.size - trade.size)
        spent = replace(spent, size=size, order=trade.order, is_awaited=spent.is_awaited and size > 0)
        return replace(account, spent={**account.spent, trade.contract: spent})
    return account


def claim(account: Account, order: Order) -> tuple[Account, Order]:
    """A market order that is first seen while a close of ours is under way, or just after it was seen done, is taken
    for it, up to its size. Where a trade has named the close's own order, no other is taken for what it has filled."""
    spent = account.spent.get(order.contract)
    if spent is not None and spent.order in (0, order.id):
        account = replace(account, spent=without(account.spent, order.contract))
        is_it = spent.order == order.id or order.size <= spent.size
        if is_it and spent.side is order.side and order.told_at < spent.until:
            return account, replace(order, claimed=order.size)
    closing = account.closings.get(order.contract)
    position = account.positions.get(order.contract)
    if closing is None or not closing.is_under_way() or position is None or order.side.sign == position.sign:
        return account, order
    if closing.order == order.id:
        return account, replace(order, claimed=order.size)
    wanted = position.size if closing.is_whole else closing.outstanding
    claimed = min(order.size, max(0, wanted - closing.claimed))
    closings = {**account.closings, order.contract: replace(closing, claimed=closing.claimed + claimed)}
    return replace(account, closings=closings), replace(order, claimed=claimed)


def seen_ended(account: Account, order: Order) -> Account:
    """An order is gone: nothing is left to change of it. Our own close that ended unfilled counts as refused."""
    closing = account.closings.get(order.contract)
    is_unfilled = order.claimed > order.filled and order.status is not OrderStatus.FILLED
    if is_unfilled and closing is not None and closing.is_under_way():
        account = put_off(account, order.contract, order.told_at + pause(closing.tries))
    return replace(_placed(account, order), changes=without(account.changes, order.id))


def put_off(account: Account, contract: ContractId, again_at: datetime) -> Account:
    """Our close is under way no more: the state is judged afresh at `again_at`. Market orders that were taken for it
    and still work are exits like any other; one of them may be its own, and closes what a second close would."""
    closings = {**account.closings, contract: replace(account.closings[contract], again_at=again_at)}
    orders = {
        key: replace(order, claimed=order.filled)
        if order.contract == contract and order.claimed > order.filled
        else order
        for key, order in account.orders.items()
    }
    return replace(account, closings=closings, orders=orders)


def seen_changed(account: Account, order: Order) -> Account:
    """An order that lives on has been told of: is it what we asked for?"""
    account = _placed(account, order)
    change = account.changes.get(order.id)
    if change is None or change.kind is ChangeKind.CANCEL:
        return account
    is_sized = (
        change.size is None
        or order.size == change.size
        or (change.kind is ChangeKind.RESIZE and order.size <= change.size)
    )
    is_priced = change.price is None or order.stop_price == change.price
    if is_sized and is_priced:
        return replace(account, changes=without(account.changes, order.id))
    return account


def _placed(account: Account, order: Order) -> Account:
    placing = account.placings.get(order.contract)
    if placing is None or not order.tag or placing.tag != order.tag:
        return account
    return replace(account, placings=without(account.placings, order.contract))


def start_over(account: Account, now: datetime, asked_at: datetime, within: timedelta) -> Account:
    """After a restart: a close that left shortly before may still come, and is under way for its 2 s, since a second
    one would open a position. Of the rest nothing is under way, and nothing where the clock was set back meanwhile;
    what must go still must. A market order that an earlier close of ours has made is one like any other: it counts as
    long as it is there. `asked_at` is by the clock of now, and never later than `now`."""
    closings = {
        key: kept
        for key, kept in account.closings.items()
        if kept.is_under_way() and now < kept.confirm_by <= asked_at + within
    }
    orders = {
        key: replace(order, claimed=0) if order.claimed and order.contract not in closings else order
        for key, order in account.orders.items()
    }
    changes = {key: replace(change, again_at=now) for key, change in account.changes.items() if change.sweeps}
    return replace(account, orders=orders, closings=closings, placings={}, spent={}, changes=changes, by_order=())


def run_out(account: Account, now: datetime) -> tuple[Account, bool]:
    """Begin the pause of all that has not been confirmed in time. The flag says whether there was any."""
    late = [key for key, closing in account.closings.items() if closing.is_under_way() and closing.confirm_by <= now]
    changes = {key: _late(change, now) for key, change in account.changes.items()}
    placings = {key: _late(placing, now) for key, placing in account.placings.items()}
    spent = {key: kept for key, kept in account.spent.items() if now < kept.until}
    if len(spent) != len(account.spent):
        account = replace(account, spent=spent)
    for key in late:
        closing = account.closings[key]
        account = put_off(account, key, closing.confirm_by + pause(closing.tries))
    if not late and changes == account.changes and placings == account.placings:
        return account, False
    return replace(account, changes=changes, placings=placings), True


P = TypeVar("P", Change, Placing)


def _late(pursued: P, now: datetime) -> P:
    if pursued.again_at is None and pursued.confirm_by <= now:
        return replace(pursued, again_at=pursued.confirm_by + pause(pursued.tries))
    return pursued


def next_due(account: Account) -> datetime | None:
    """When the first confirmation is overdue or the first pause is over."""
    times = [
        pursued.again_at or pursued.confirm_by
        for family in (account.closings, account.changes, account.placings)
        for pursued in family.values()
    ]
    times += [spent.until for spent in account.spent.values()]
    return min(times, default=None)


def is_quiet(account: Account) -> bool:
    """True when nothing is being pursued."""
    return not (account.closings or account.changes or account.placings)
