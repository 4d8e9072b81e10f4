"""What a message of the broker changes in what we believe of an account: pure, one function a message."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core import booking, exits, fills, locks, order_fills, protection, pursuit
from risk_manager.core.contracts import contract_known
from risk_manager.core.events import AccountRead, AccountSeen, OrderSeen, PositionSeen, TradeSeen
from risk_manager.core.model import ENDED, Contract, ContractId, Order, OrderId, OrderStatus, OrderType, Position, Trade
from risk_manager.core.pnl import cost_of
from risk_manager.core.state import Account, Told


def position_seen(account: Account, event: PositionSeen, now: datetime, within: timedelta) -> Account:
    """The broker's last word on a contract."""
    contract = event.contract
    old = account.positions.get(contract)
    before = old.signed_size if old is not None else 0
    move = event.signed_size - before
    if move:
        is_told = contract in account.fills and any(told.is_exit for told in account.fills[contract].trades)
        account = _match_move(account, contract, before, event.signed_size, now, within)
        if is_told:
            account = order_fills.gone(account, contract, now, within)
        if old is not None:
            account = replace(account, earlier={**account.earlier, contract: old})
    account = _with_position(account, event, now)
    return protection.watch(locks.measured(account, contract), contract, now) if move else account


def _match_move(
    account: Account, contract: ContractId, before: int, after: int, now: datetime, within: timedelta
) -> Account:
    """Let a position's move meet the trades and orders that have told of it, or wait for them."""
    move = after - before
    growth = _growth(before, after)
    going_out = exits.under_way(account, contract, now, within) if growth < abs(move) else 0
    waiting = account.fills.get(contract, fills.NOTHING)
    trades, untold = fills.settle(waiting.trades, move)
    moves_for_trades = waiting.moves_for_trades
    if untold:
        moves_for_trades = (*moves_for_trades, Told(at=now, quantity=untold))
    order_fills, unshown = fills.settle(waiting.order_fills, move)
    taken_fills = _market_fills(waiting.order_fills) - _market_fills(order_fills)
    shrinking = abs(move) - growth
    by_exits = min(max(0, going_out - taken_fills), max(0, abs(unshown) - growth), shrinking)
    closed = shrinking - taken_fills - by_exits
    moves_for_orders = waiting.moves_for_orders
    if unshown:
        side = 1 if move > 0 else -1
        told = Told(
            at=now,
            quantity=unshown,
            growth=min(growth, abs(unshown)),
            is_turn=bool(growth and shrinking),
            exits=by_exits,
            orders=_working_then(account, contract, side),
            is_ours=not growth and closed > 0 and pursuit.closing_of(account, contract) != 0,
        )
        moves_for_orders = (*moves_for_orders, told)
    account = fills.put(
        account,
        contract,
        replace(
            waiting,
            trades=trades,
            moves_for_trades=moves_for_trades,
            order_fills=order_fills,
            moves_for_orders=moves_for_orders,
        ),
    )
    return pursuit.seen_move(account, contract, before, after, closed, now, within)


def _market_fills(order_fills: tuple[Told, ...]) -> int:
    """Contracts that market exits have told as filled."""
    return sum(abs(told.quantity) for told in order_fills if told.until is not None) if order_fills else 0


def _growth(before: int, after: int) -> int:
    """Contracts by which a position has become larger on the side where it is now."""
    if not after:
        return 0
    return max(0, abs(after) - abs(before)) if (before > 0) == (after > 0) and before else abs(after)


def _working_then(account: Account, contract: ContractId, sign: int) -> tuple[OrderId, ...]:
    orders = [
        order
        for order in account.orders.values()
        if order.contract == contract and order.is_working and order.side.sign == sign
    ]
    orders.sort(key=lambda order: (order.created_at, order.id))
    return tuple(order.id for order in orders)


def _with_position(account: Account, event: PositionSeen, now: datetime) -> Account:
    contract, signed_size = event.contract, event.signed_size
    told = {**account.told, contract: now}
    old = account.positions.get(contract)
    if not signed_size:
        return replace(account, positions=pursuit.without(account.positions, contract), told=told)
    known = contract_known(contract)
    before = old.signed_size if old is not None else 0
    grown = _growth(before, signed_size) > 0
    growths = account.growths + 1 if grown else account.growths
    is_same = old is not None and (before > 0) == (signed_size > 0)
    position = Position(
        contract=contract,
        signed_size=signed_size,
        average_price=event.average_price,
        cost=cost_of(event.average_price, abs(signed_size), known.tick_size if known is not None else None),
        first_seen_at=old.first_seen_at if old is not None and is_same else now,
        opened_at=old.opened_at if old is not None and is_same else event.opened_at,
        increased=growths if grown or old is None else old.increased,
        told_at=now,
        tick_size=known.tick_size if known is not None else None,
        point_value=known.point_value if known is not None else None,
    )
    return replace(account, positions={**account.positions, contract: position}, growths=growths, told=told)


def with_contracts(account: Account, contracts: dict[ContractId, Contract]) -> Account:
    """Positions of products that are not in the catalogue get the worth that the gateway has told of."""
    for position in account.positions.values():
        contract = contracts.get(position.contract)
        if position.point_value is None and contract is not None:
            cost = cost_of(position.average_price, position.size, contract.tick_size)
            known = replace(position, cost=cost, tick_size=contract.tick_size, point_value=contract.point_value)
            account = replace(account, positions={**account.positions, contract.id: known})
    return account


def order_seen(
    account: Account, event: OrderSeen, now: datetime, within: timedelta, *, from_read: bool = False
) -> Account:
    """News of one order. What the message lacks stays as it was; an unknown order that has ended is ignored.

    What comes late of an order that has ended does not bring it back.
    """
    if event.order in account.ended:
        return account
    old = account.orders.get(event.order)
    if old is None:
        order = _first_seen(event, now)
        if order is None:
            return account
        if order.contract in account.fills:  # A trade may have told of it before it was heard of.
            traded = fills.traded(account, order.id)
            order = replace(order, traded=traded, filled=max(order.filled, min(order.size, traded)))
    else:
        order = _merged(old, event, now)
    if not from_read:
        account = order_fills.met(account, order, old, now, within)
    if order.status in ENDED:
        # What a read misses may still be there (it hides some states); only the hub's word is the end.
        if not from_read:
            account = replace(account, ended={**account.ended, order.id: now})
        if old is None:
            return pursuit.claim(account, order)[0] if order.type is OrderType.MARKET else account
        account = pursuit.seen_ended(account, order)
        orders = {key: kept for key, kept in account.orders.items() if key != order.id}
    else:
        if old is None and order.type is OrderType.MARKET:
            account, order = pursuit.claim(account, order)
        account = pursuit.seen_changed(account, order)
        if old is None and order.contract in account.fills and not (from_read or order.claimed):
            account = order_fills.joined(account, order)
        orders = {**account.orders, order.id: order}
    return protection.watch(replace(account, orders=orders), order.contract, now)


def _first_seen(event: OrderSeen, now: datetime) -> Order | None:
    if event.contract is None or event.side is None or event.size is None:
        return None
    return Order(
        id=event.order,
        contract=event.contract,
        side=event.side,
        type=event.type if event.type is not None else OrderType.UNKNOWN,
        status=event.status if event.status is not None else OrderStatus.OPEN,
        size=event.size,
        filled=event.filled or 0,
        limit_price=event.limit_price,
        stop_price=event.stop_price,
        tag=event.tag or "",
        created_at=event.created_at if event.created_at is not None else now,
        first_seen_at=now,
        told_at=now,
    )


def _merged(old: Order, event: OrderSeen, now: datetime) -> Order:
    """What was known of an order with what a message says of it. What has filled never becomes less."""
    return replace(
        old,
        type=event.type if event.type is not None else old.type,
        status=event.status if event.status is not None else old.status,
        size=event.size if event.size is not None else old.size,
        filled=_filled(old, event),
        limit_price=event.limit_price if event.limit_price is not None else old.limit_price,
        stop_price=event.stop_price if event.stop_price is not None else old.stop_price,
        tag=event.tag if event.tag else old.tag,
        told_at=now,
    )


def _filled(old: Order, event: OrderSeen) -> int:
    if event.filled is None:
        return old.size if event.status is OrderStatus.FILLED else old.filled
    return max(old.filled, event.filled)


def trade_seen(account: Account, event: TradeSeen, now: datetime, within: timedelta) -> Account:
    """A fill is booked, once, and meets the position's move or waits for it."""
    trade = event.trade
    account, counts = booking.book(account, trade, now)
    if trade.voided:
        return _untold(account, trade)
    if not counts:
        return account
    account = order_fills.traded(pursuit.seen_trade(account, trade), trade, now, within)
    waiting = account.fills.get(trade.contract, fills.NOTHING)
    moves, untold = fills.settle(waiting.moves_for_trades, trade.size * trade.side.sign)
    trades = waiting.trades
    if trade.is_exit:
        untold = _within_open(account, trade.contract, untold)
    if untold:
        trades = (*trades, Told(at=now, quantity=untold, is_exit=trade.is_exit, trade=trade.id))
    account = fills.put(account, trade.contract, replace(waiting, moves_for_trades=moves, trades=trades))
    if untold or not trade.is_exit:
        return account
    return protection.watch(order_fills.gone(account, trade.contract, now, within), trade.contract, now)


def _untold(account: Account, trade: Trade) -> Account:
    """What a voided trade has told of is waited for no more."""
    waiting = account.fills.get(trade.contract)
    if waiting is None:
        return account
    trades = tuple(told for told in waiting.trades if told.trade != trade.id)
    return fills.put(account, trade.contract, replace(waiting, trades=trades))


def _within_open(account: Account, contract: ContractId, untold: int) -> int:
    """What an exit can have closed of the position that we know; beyond it there is nothing to wait for."""
    position = account.positions.get(contract)
    if position is None or (position.signed_size > 0) == (untold > 0):
        return 0
    still_open = max(0, position.size - fills.closed_by_trades(account, contract, position.sign))
    return -position.sign * min(abs(untold), still_open)


def account_seen(account: Account, event: AccountSeen | AccountRead) -> Account:
    """The account's own message."""
    balance: Decimal | None = event.balance if event.balance is not None else account.balance
    return replace(
        account,
        can_trade=event.can_trade if event.can_trade is not None else account.can_trade,
        balance=balance,
        name=event.name if event.name else account.name,
    )
