"""From what the guard believes to what screens show: pure, one function a thing. No secret is in any of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from risk_manager.core import pnl, protection
from risk_manager.core.contracts import symbol_of
from risk_manager.core.instants import seconds
from risk_manager.core.model import STOP_TYPES, Position
from risk_manager.core.outcome import Outcome
from risk_manager.core.rule import LockKind
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, State
from risk_manager.daemon.telling import name_of
from risk_manager.ipc.status import (
    AccountStatus,
    CloseStatus,
    ClosingStatus,
    LockStatus,
    OrderStatus,
    PositionStatus,
    RuleStatus,
    TradeStatus,
)


def account_status(
    state: State,
    account: Account,
    settings: Settings,
    now: datetime,
    last_close: CloseStatus | None = None,
    close_refused: Mapping[str, str] | None = None,
) -> AccountStatus:
    """One account for people to read."""
    sight = Sight(state, account, settings, now, Outcome(account))
    realized, unrealized = pnl.realized(account), sight.unrealized()
    day = account.days.get(account.own_day)
    return AccountStatus(
        id=account.id,
        name=name_of(account, settings),
        can_trade=account.can_trade,
        balance=account.balance,
        realized_pnl=realized,
        unrealized_pnl=unrealized,
        net_pnl=realized + unrealized,
        is_tradable=not any(lock.symbol is None for lock in account.locks),
        positions=tuple(_position(sight, position) for position in account.positions.values()),
        orders=_orders(account),
        locks=_locks(account),
        waived_rules=tuple(dict.fromkeys(waiver.rule for waiver in account.waivers if waiver.until > now)),
        rules=tuple(armed.rule.key for armed in settings.rules),
        rule_details=_rules(sight),
        day_ends_at=day.end if day is not None else None,
        trades=_trades(account),
        is_asleep=account.is_asleep,
        quote_stale_after=float(settings.defaults.quote_stale_after),
        closings=tuple(_closings(account, close_refused or {})),
        last_close=last_close,
    )


def _position(sight: Sight, position: Position) -> PositionStatus:
    account, contract = sight.account, position.contract
    mark, quote = sight.mark(position), sight.state.quotes.get(contract)
    since, stop = account.unprotected.get(contract), _furthest_stop(account, position)
    ticks = (mark - stop) * position.sign / position.tick_size if mark and stop and position.tick_size else None
    return PositionStatus(
        contract=contract,
        symbol=symbol_of(contract),
        signed_size=position.signed_size,
        average_price=position.average_price,
        mark=mark,
        mark_at=quote.told_at if quote is not None else None,
        open_pnl=sight.open_pnl(position),
        unprotected_since=since,
        stopped=protection.stopped(account, contract),
        stop_price=stop,
        stop_ticks=ticks,
        stop_usd=pnl.of_position(account, position, stop) if stop is not None and position.point_value else None,
        grace_until=_grace_until(sight.settings, since),
    )


def _furthest_stop(account: Account, position: Position) -> Decimal | None:
    """The price at which the last of its stops would close it; None where none has a price."""
    prices = [
        order.stop_price
        for order in account.orders.values()
        if order.contract == position.contract
        and order.type in STOP_TYPES
        and order.is_working
        and order.side.sign != position.sign
        and order.stop_price is not None
    ]
    return min(prices, key=lambda price: price * position.sign, default=None)


def _grace_until(settings: Settings, since: datetime | None) -> datetime | None:
    armed = settings.armed("RULE-008")
    if since is None or armed is None:
        return None
    return since + seconds(armed.config.grace_period_seconds)


def _orders(account: Account) -> tuple[OrderStatus, ...]:
    return tuple(
        OrderStatus(
            id=order.id,
            contract=order.contract,
            symbol=symbol_of(order.contract),
            side=order.side.name.lower(),
            type=order.type.name.lower(),
            status=order.status.name.lower(),
            size=order.size,
            filled=order.filled,
            limit_price=order.limit_price,
            stop_price=order.stop_price,
        )
        for order in account.orders.values()
    )


def _closings(account: Account, refused: Mapping[str, str]) -> Iterator[ClosingStatus]:
    for contract, closing in account.closings.items():
        position, why = account.positions.get(contract), refused.get(contract)
        is_whole = closing.is_whole or position is None or closing.outstanding >= position.size
        yield ClosingStatus(
            contract=contract,
            size=None if is_whole else closing.outstanding,
            is_overdue=why is not None or closing.tries > 1 or not closing.is_under_way(),
            refused=why,
        )


def _locks(account: Account) -> tuple[LockStatus, ...]:
    return tuple(
        LockStatus(
            rule=lock.rule,
            symbol=lock.symbol,
            kind="hard" if lock.kind is LockKind.HARD else "cooldown",
            since=lock.since,
            until=lock.until,
            why=lock.why,
        )
        for lock in account.locks
    )


def _rules(sight: Sight) -> tuple[RuleStatus, ...]:
    account = sight.account
    breached = {held.rule for held in account.standing.values()}
    waivers = [waiver for waiver in account.waivers if waiver.until > sight.now]
    waived = {waiver.rule: waiver.until for waiver in waivers if waiver.symbol is None}
    symbols: dict[str, dict[str, datetime]] = {}
    for waiver in waivers:
        if waiver.symbol is not None:
            symbols.setdefault(waiver.rule, {})[waiver.symbol] = waiver.until
    return tuple(
        RuleStatus(
            id=armed.rule.id,
            key=armed.rule.key,
            gauges=tuple(armed.rule.gauges(sight, armed.config)) if armed.rule.gauges is not None else (),
            is_breached=armed.rule.id in breached,
            waived_until=waived.get(armed.rule.id),
            waived_symbols=symbols.get(armed.rule.id, {}),
        )
        for armed in sorted(sight.settings.rules, key=lambda armed: armed.rule.id)
    )


def _trades(account: Account) -> tuple[TradeStatus, ...]:
    """The fills of the account's own day, in the order of their times."""
    day = account.days.get(account.own_day)
    of_the_day = [
        trade
        for trade in account.trades.values()
        if not trade.voided and day is not None and day.start <= trade.at < day.end
    ]
    return tuple(
        TradeStatus(
            id=trade.id,
            order=trade.order,
            at=trade.at,
            symbol=symbol_of(trade.contract),
            side=trade.side.name.lower(),
            size=trade.size,
            price=trade.price,
            realized_pnl=trade.profit_and_loss,
            costs=trade.costs,
        )
        for trade in sorted(of_the_day, key=lambda trade: (trade.at, trade.arrival))
    )
