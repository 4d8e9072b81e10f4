"""What an order has filled, however it is told: by itself, by its trades, by the position that it has moved.

Each fill counts once, in whatever order its messages come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from risk_manager.core import fills
from risk_manager.core.model import ENDED, ContractId, Order, OrderType, Side, Trade
from risk_manager.core.state import Account, Told


def met(account: Account, order: Order, old: Order | None, now: datetime, within: timedelta) -> Account:
    """Let what an order says that it has filled meet the position's move, or wait for it. What a close of ours has
    moved is no news of an order that is known to be another's."""
    filled_before = old.filled if old is not None else 0
    filled = order.filled - filled_before
    if filled <= 0:
        return account
    waiting = account.fills.get(order.contract, fills.NOTHING)
    moves, unshown = fills.settle(
        waiting.moves_for_orders, filled * order.side.sign, but_ours=old is not None and not order.claimed
    )
    order_fills = waiting.order_fills
    if unshown and (order.id in account.orders or order.status not in ENDED):
        own = min(abs(unshown), max(0, order.claimed - filled_before))
        until = _exit_until(account, order, within)
        parts = [(own, None), (abs(unshown) - own, until)] if until is not None else [(abs(unshown), None)]
        order_fills = order_fills + tuple(
            Told(at=now, quantity=part * order.side.sign, until=ends) for part, ends in parts if part
        )
    return fills.put(account, order.contract, replace(waiting, moves_for_orders=moves, order_fills=order_fills))


def _exit_until(account: Account, order: Order, within: timedelta) -> datetime | None:
    """Until when the fills of a market exit count as on their way; None for any other order."""
    position = account.positions.get(order.contract)
    if order.type is not OrderType.MARKET or position is None or order.side.sign == position.sign:
        return None
    return order.first_seen_at + within


def traded(account: Account, trade: Trade, now: datetime, within: timedelta) -> Account:
    """A trade that opens tells of its order too: what has filled does not wait for the order's own message. One that
    closes tells of it when the position shows it: `gone`."""
    order = account.orders.get(trade.order)
    if order is None:
        return account
    total = order.traded + trade.size
    filled = order.filled if trade.is_exit else max(order.filled, min(order.size, total))
    known = replace(order, traded=total, filled=filled)
    account = met(account, known, order, now, within)
    return replace(account, orders={**account.orders, order.id: known})


def gone(account: Account, contract: ContractId, now: datetime, within: timedelta) -> Account:
    """What exit trades have told of and the position has shown is filled of their orders: they are not too large for
    what is left, though their own messages are still on their way."""
    waiting = account.fills.get(contract)
    if waiting is not None and any(told.is_exit for told in waiting.trades):
        return account
    for order in list(account.orders.values()):
        if order.contract == contract and order.traded > order.filled:
            known = replace(order, filled=min(order.size, order.traded))
            account = met(account, known, order, now, within)
            account = replace(account, orders={**account.orders, order.id: known})
    return account


def joined(account: Account, order: Order) -> Account:
    """An order that is first heard of only when a position has shown its fill was working then: what the position has
    moved by, and no order has told of yet, is taken off this one too, where it is older than the move by the gateway's
    own time. What a close of ours has moved is no news of it."""
    waiting = account.fills.get(order.contract)
    if waiting is None or not waiting.moves_for_orders:
        return account
    is_flat = order.contract not in account.positions
    moves = tuple(_with(order, move, is_flat=is_flat) for move in waiting.moves_for_orders)
    return fills.put(account, order.contract, replace(waiting, moves_for_orders=moves))


def _with(order: Order, move: Told, *, is_flat: bool) -> Told:
    is_of_its_side = (move.quantity > 0) is (order.side is Side.BUY)
    if move.is_ours or not is_of_its_side or order.created_at >= move.at:
        return move
    if order.type is not OrderType.MARKET:
        return replace(move, orders=(*move.orders, order.id))
    # A market order fills at once: it has, before any that was resting. While something is open one that gets out
    # counts as on its way all the same: it may be another one than that which has made the position smaller.
    exits = abs(move.quantity) - move.growth if is_flat else move.exits
    return replace(move, orders=(order.id, *move.orders), exits=exits)
