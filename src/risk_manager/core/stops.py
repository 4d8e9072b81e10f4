"""Stop orders: which protect a position, which may be moved, which are ours, and prices on the tick grid."""

from __future__ import annotations

from datetime import timedelta

from risk_manager.core.model import STOP_TYPES, ContractId, Order, OrderId, OrderType, Position
from risk_manager.core.sight import Sight

OWN = "rmstop-"
"""How the customTag of a stop of ours begins."""


def is_ours(order: Order) -> bool:
    """True for a stop that the guard has placed."""
    return order.tag.startswith(OWN)


def to_see_to(sight: Sight, after: timedelta) -> frozenset[ContractId]:
    """Contracts that have been without a stop for `after`, or have one of ours: it may have to be placed, resized or
    cancelled."""
    late_since = sight.now - after
    late = [contract for contract, since in sight.account.unprotected.items() if since <= late_since]
    ours = [order for order in sight.account.orders.values() if order.tag and is_ours(order)]
    return frozenset(late + [order.contract for order in ours if order.type in STOP_TYPES and order.is_working])


def of(sight: Sight, position: Position) -> list[Order]:
    """The working stops on the opposite side of a position, at any price."""
    stops, cancels = sight.stops(position.contract), sight.outcome.cancels
    return [order for order in stops if order.side.sign != position.sign and order.id not in cancels]


def protecting(sight: Sight, position: Position) -> int:
    """Contracts that the stops of a position would close."""
    return sum(sight.left(order) for order in of(sight, position))


def size_to_protect(sight: Sight, position: Position) -> int:
    """The position's size, less what an order has told as sold out of it and no position message has shown yet."""
    waiting = sight.account.fills.get(position.contract)
    if waiting is None:
        return position.size
    out = sum(abs(told.quantity) for told in waiting.order_fills if (told.quantity > 0) != (position.sign > 0))
    return max(0, position.size - out)


def own(sight: Sight, position: Position) -> Order | None:
    """Our own stop of a position, the oldest where there are several."""
    oldest = None
    for order in of(sight, position):
        if is_ours(order) and (oldest is None or order.id < oldest.id):
            oldest = order
    return oldest


def resized(sight: Sight, position: Position, ours: Order) -> dict[OrderId, int]:
    """The total size that our own stop should have, where that is another than it has: the position less other
    stops."""
    others = protecting(sight, position) - sight.left(ours)
    wanted = max(0, size_to_protect(sight, position) - others)
    if wanted == sight.left(ours):
        return {}
    return {ours.id: ours.filled + wanted if wanted else 0}


def movable(sight: Sight, position: Position, also: frozenset[OrderId] = frozenset()) -> list[Order]:
    """The protective stops that may be moved: not larger than the position, and not trailing by themselves. Those in
    `also` are there whatever their size."""
    return [
        order
        for order in of(sight, position)
        if order.stop_price is not None
        and order.type is not OrderType.TRAILING_STOP
        and (order.id in also or sight.left(order) <= position.size)
    ]
