"""The children of a bracketed entry, from their making to the cancelling of the loser (reference, 4.5)."""

from dataclasses import replace
from datetime import datetime

from risk_manager.simulator.exchange.conditions import Conditions
from risk_manager.simulator.exchange.ledger import Ledger
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.order import Order, Ticket
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType


def make_children(ledger: Ledger, entry: Order, ticket: Ticket) -> list[Order]:
    """Suspended children with the ids that follow the entry's; stop first. They have no price yet."""
    children: list[Order] = []
    for bracket, suffix in ((ticket.stop_loss, "SL"), (ticket.take_profit, "TP")):
        if bracket is None:
            continue
        child = replace(
            entry,
            id=ledger.next_order_id(),
            type=OrderType(bracket.type),
            side=entry.side.opposite,
            status=OrderStatus.SUSPENDED,
            limit_price=None,
            stop_price=None,
            ticks=bracket.ticks,
            custom_tag=f"{entry.custom_tag}-{suffix}" if entry.custom_tag else None,
            parent_id=entry.id,
        )
        children.append(child)
        ledger.enter(child)
    if len(children) == 2:
        stop, target = children
        stop.sibling_id, target.sibling_id = target.id, stop.id
        target.linked_id = stop.id
    return children


def children_of(ledger: Ledger, entry: Order) -> list[Order]:
    """The entry's children that can still do something; target first, as they are activated."""
    working = ledger.working.get(entry.contract.id, {})
    return [order for order in reversed(working.values()) if order.parent_id == entry.id]


def activate_children(ledger: Ledger, entry: Order, market: Market, now: datetime) -> None:
    """The entry is filled: price the children from its average fill price and open them.

    A trailing child starts from the entry's price and follows the market from there.
    """
    average = entry.filled_price
    if average is None:
        return
    tick = entry.contract.product.tick_size
    for child in children_of(ledger, entry):
        if child.status is not OrderStatus.SUSPENDED or child.ticks is None:
            continue
        price = market.on_grid(average) + child.ticks * tick
        child.size = entry.fill_volume
        if child.type is OrderType.LIMIT:
            child.limit_price = price
        else:
            child.stop_price = price
        ledger.set_status(child, OrderStatus.OPEN, now)


def drop_children(ledger: Ledger, entry: Order, now: datetime) -> None:
    """The entry ended without a fill: its children end with it."""
    for child in children_of(ledger, entry):
        ledger.set_status(child, OrderStatus.CANCELLED, now)


def cancel_sibling(ledger: Ledger, conditions: Conditions, winner: Order, now: datetime) -> None:
    """One child filled: the other is cancelled, unless the conditions let it live."""
    sibling = ledger.orders.get(winner.sibling_id) if winner.sibling_id is not None else None
    if sibling and sibling.status.is_working and not conditions.sibling_survives:
        ledger.set_status(sibling, OrderStatus.CANCELLED, now)
