"""One fill is told three times, by order, trade and position, in any order, and counts once.

Two pairs of messages wait for each other. Trades and positions: contracts that an exit trade has closed are no longer
open for P&L before a position message shows it. Orders and positions: what a position has grown by is taken off the
orders that were working then, before their own messages show it. Nothing waits longer than `confirm_within`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from risk_manager.core.model import ContractId, Order, OrderId, OrderType
from risk_manager.core.state import Account, Fills, Told

NOTHING = Fills()


def settle(waiting: tuple[Told, ...], quantity: int, *, but_ours: bool = False) -> tuple[tuple[Told, ...], int]:
    """Take a signed quantity off what waits in the same direction, oldest first: (what still waits, what is left).
    With `but_ours` what a close of ours has moved goes on waiting."""
    if not waiting or not quantity:
        return waiting, quantity
    kept: list[Told] = []
    for told in waiting:
        if quantity and (told.quantity > 0) == (quantity > 0) and not (but_ours and told.is_ours):
            took = min(abs(told.quantity), abs(quantity))
            sign = 1 if quantity > 0 else -1
            quantity -= sign * took
            rest = abs(told.quantity) - took
            if rest:
                growth, exits = min(told.growth, rest), min(told.exits, rest)
                kept.append(replace(told, quantity=sign * rest, growth=growth, exits=exits))
        else:
            kept.append(told)
    return tuple(kept), quantity


def forget(fills: Fills, before: datetime) -> Fills:
    """Let go of what was told at `before` or earlier: its counterpart will not come any more."""
    return Fills(
        trades=tuple(told for told in fills.trades if told.at > before),
        moves_for_trades=tuple(told for told in fills.moves_for_trades if told.at > before),
        order_fills=tuple(told for told in fills.order_fills if told.at > before),
        moves_for_orders=tuple(told for told in fills.moves_for_orders if told.at > before),
    )


def oldest(fills: Fills) -> datetime | None:
    """When the first of what waits was told: in each family that is the first."""
    at = None
    for family in (fills.trades, fills.moves_for_trades, fills.order_fills, fills.moves_for_orders):
        if family and (at is None or family[0].at < at):
            at = family[0].at
    return at


def next_forgotten(waiting: Iterable[Fills], within: timedelta) -> datetime | None:
    """When the first of all that waits is let go of."""
    first = None
    for fills in waiting:
        at = oldest(fills)
        if at is not None and (first is None or at < first):
            first = at
    return first + within if first is not None else None


def put(account: Account, contract: ContractId, fills: Fills) -> Account:
    """The account with these fills of a contract; nothing is kept where nothing waits."""
    if fills.is_empty:
        if contract not in account.fills:
            return account
        return replace(account, fills={key: kept for key, kept in account.fills.items() if key != contract})
    return replace(account, fills={**account.fills, contract: fills})


def taken_off(account: Account, contract: ContractId) -> dict[OrderId, int]:
    """Contracts of each order that have filled although its own message has not said so yet.

    Growth is taken off any order of its side, a shrinking only off market orders: a stop or a target that the trader
    leaves behind must not look smaller than it is. But a position that was turned round was closed first: that is one
    fill of one order, where there is one that is large enough.
    """
    fills = account.fills.get(contract)
    if fills is None or not fills.moves_for_orders:
        return {}
    taken: dict[OrderId, int] = {}
    for move in fills.moves_for_orders:
        if not move.orders:
            continue
        if move.is_turn and (turned_by := _large_enough(account, move, taken)) is not None:
            taken[turned_by] = taken.get(turned_by, 0) + abs(move.quantity)
            continue
        growth, exits = move.growth, move.exits
        for order_id in move.orders:
            order = account.orders.get(order_id)
            if order is None:
                continue
            rest = order.remaining - taken.get(order_id, 0)
            took = min(growth, rest)
            growth -= took
            if order.type is OrderType.MARKET:
                out = min(exits, rest - took)
                exits -= out
                took += out
            if took:
                taken[order_id] = taken.get(order_id, 0) + took
    return taken


def _large_enough(account: Account, move: Told, taken: Mapping[OrderId, int]) -> OrderId | None:
    for order_id in move.orders:
        order = account.orders.get(order_id)
        if order is not None and order.remaining - taken.get(order_id, 0) >= abs(move.quantity):
            return order_id
    return None


def left(account: Account, order: Order) -> int:
    """Contracts of an order that may still fill, less what a position has shown of it already."""
    if order.contract not in account.fills:
        return order.remaining
    return order.remaining - taken_off(account, order.contract).get(order.id, 0)


def beyond_told(account: Account, order: Order, left: int) -> int:
    """Contracts of an order that are left when it has got out of what fills have told and no position shows yet."""
    waiting = account.fills[order.contract]
    position = account.positions.get(order.contract)
    by_orders = sum(told.quantity for told in waiting.order_fills)
    by_trades = sum(told.quantity for told in waiting.trades)
    told = by_orders if abs(by_orders) >= abs(by_trades) else by_trades
    expected = told + (position.signed_size if position is not None else 0)
    return left if expected * order.side.sign >= 0 else max(0, left - abs(expected))


def traded(account: Account, order: OrderId) -> int:
    """Contracts that the trades of an order have told of."""
    return sum(trade.size for trade in account.trades.values() if trade.order == order and not trade.voided)


def waiting_trades(account: Account, contract: ContractId) -> int:
    """Signed size that trades have told and positions have not shown yet."""
    fills = account.fills.get(contract)
    return sum(told.quantity for told in fills.trades) if fills is not None else 0


def closed_by_trades(account: Account, contract: ContractId, sign: int) -> int:
    """Contracts of a long (+1) or short (-1) position that exit trades have closed and positions still show."""
    fills = account.fills.get(contract)
    if fills is None:
        return 0
    return sum(abs(told.quantity) for told in fills.trades if told.is_exit and (told.quantity > 0) != (sign > 0))
