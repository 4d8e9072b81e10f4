"""Is it over? What must hold at rest, by the venue's own record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from risk_manager.core.contracts import symbol_of
from risk_manager.core.pursued import Change, ChangeKind
from risk_manager.core.rule import LockKind
from risk_manager.core.state import Account as Believed
from risk_manager.core.state import Lock
from risk_manager.simulator.exchange import OrderType, Trade
from tests.storm.broker import Broker
from tests.storm.plan import THIRD, Plan


def unrest(plan: Plan, broker: Broker, accounts: Mapping[int, Believed]) -> Iterator[str]:
    """Why it is not over yet: who is locked and not flat, who is wrongly believed, what is still pursued."""
    for number in plan.accounts:
        believed = accounts[number]
        yield from _differences(number, broker, believed)
        for lock in believed.locks:
            yield from _alive_under(plan, broker, number, lock)
        changes = {
            key: change
            for key, change in believed.changes.items()
            if not _cannot_cancel(plan, number) and not _is_hopeless(broker, number, change)
        }
        # A stop that the broker refuses, since the market is beyond it or the account is blocked, is tried without end.
        placings = {key: placing for key, placing in believed.placings.items() if placing.tries <= 3}
        if believed.closings or changes or placings:
            yield f"{number}: still under way: {believed.closings} {changes} {placings}"
        yield from _broken_rules(plan, broker, number, believed)


def _differences(number: int, broker: Broker, believed: Believed) -> Iterator[str]:
    ledger = broker.venue.exchange.ledger
    held = {one.contract.id: one.signed_size for one in ledger.open_positions(number)}
    seen = {key: position.signed_size for key, position in believed.positions.items()}
    if held != seen:
        yield f"{number}: holds {held}, and the guard believes {seen}"
    alive = {order.id: (order.size, order.fill_volume) for order in ledger.working_orders(number)}
    known = {key: (order.size, order.filled) for key, order in believed.orders.items()}
    if alive != known:
        yield f"{number}: has orders {alive}, and the guard believes {known}"
    trades = {trade.id for trade in ledger.trades_of(number)}
    if missing := trades - set(believed.trades):
        yield f"{number}: the guard does not know of the trades {missing}"


def _alive_under(plan: Plan, broker: Broker, number: int, lock: Lock) -> Iterator[str]:
    if lock.kind is not LockKind.HARD:
        return
    ledger = broker.venue.exchange.ledger
    for position in ledger.open_positions(number):
        if lock.covers(symbol_of(position.contract.id)):
            yield f"{number}: {position.signed_size} of {position.contract.id} are open under {lock.rule}"
    if _cannot_cancel(plan, number):
        return
    for order in ledger.working_orders(number):
        if lock.covers(symbol_of(order.contract.id)):
            yield f"{number}: order {order.id} works under {lock.rule}"


def _cannot_cancel(plan: Plan, number: int) -> bool:
    """True for live accounts and followers: the gateway cancels nothing there, and trying goes on without end."""
    return number == THIRD and plan.third != "none"


def _is_hopeless(broker: Broker, number: int, change: Change) -> bool:
    """True for a move that the broker refuses, since the market is beyond it, and for any change while it changes
    nothing of a blocked account: both are tried without end."""
    is_blocked = not broker.venue.exchange.ledger.accounts[number].can_trade
    return change.tries > 3 and (change.kind is ChangeKind.MOVE or (is_blocked and change.kind is ChangeKind.RESIZE))


def _broken_rules(plan: Plan, broker: Broker, number: int, believed: Believed) -> Iterator[str]:
    """Limits that are simple enough to be computed here once more, from the venue's record alone."""
    ledger, rules = broker.venue.exchange.ledger, plan.rules
    now = broker.clock.now()
    sizes = {symbol_of(one.contract.id): one.signed_size for one in ledger.open_positions(number)}
    limits = rules.get("max_contracts_per_instrument", {}).get("limits", {})
    for symbol, size in sizes.items():
        if symbol in limits and abs(size) > limits[symbol]:
            yield f"{number}: {size} of {symbol} are open, and {limits[symbol]} may be"
    if rules.get("max_contracts", {}).get("limit") == 3 and sum(map(abs, sizes.values())) > 3:
        yield f"{number}: {sizes} are open, and 3 in all may be"
    blocked = {"RTY"} if "symbol_blocks" in rules else set()
    for symbol in blocked & set(sizes):
        yield f"{number}: {sizes[symbol]} of the blocked {symbol} are open"
    if "auth_loss_guard" in rules and not ledger.accounts[number].can_trade and sizes:
        yield f"{number}: {sizes} are open, and the broker does not let it trade"
    grace = rules.get("no_stop_loss_grace", {}).get("grace_period_seconds")
    for position in ledger.open_positions(number):
        if grace is not None and now - position.opened > timedelta(seconds=60) and not _is_protected(broker, position):
            yield f"{number}: {position.signed_size} of {position.contract.id} have no stop since {position.opened:%X}"
    loss = rules.get("daily_realized_loss", {})
    limit, with_open = loss.get("limit"), loss.get("include_unrealized", True)
    # Where no day ends within the storm, and what is open does not count or is nothing.
    if limit is not None and plan.start.hour == 15 and not (with_open and sizes):
        realized = sum((_net(trade) for trade in ledger.trades_of(number) if not trade.is_voided), Decimal(0))
        if realized <= limit and not believed.is_locked_hard():
            yield f"{number}: lost {realized} of {limit}, and is not locked"


def _is_protected(broker: Broker, position: Any) -> bool:
    stops = sum(
        order.remaining
        for order in broker.venue.exchange.ledger.working_orders(position.account_id)
        if order.contract.id == position.contract.id
        and order.type in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
        and order.side.sign * position.signed_size < 0
    )
    return bool(stops >= abs(position.signed_size))


def _net(trade: Trade) -> Decimal:
    return (trade.profit or Decimal(0)) - trade.fees - trade.commissions
