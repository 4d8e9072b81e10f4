"""A step of the guard as messages for the local door.

Positions, orders and trades are told by what has changed in the belief, not by what came in: so what a read has found
is told too, and what came twice is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from risk_manager.core.commands import Command, Fetch
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import CommandAccepted, CommandHeld, CommandLost, CommandRefused, Hub, HubLost, OrderSeen
from risk_manager.core.model import ContractId, Order, OrderId, Trade
from risk_manager.core.record import LockChange
from risk_manager.core.state import Account, Day, State
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.telling import act, in_words, lock_sentence, rule_in, said
from risk_manager.ipc import messages, news
from risk_manager.ipc.messages import News

Number = Callable[[], int]
"""Gives the next message its number; every message that is made is told."""
_ANSWERS = (CommandAccepted, CommandRefused, CommandLost, CommandHeld)


def told(before: State, taken: Taken, number: Number) -> Iterator[News]:
    """Everything of a step, in this order: the line, what is believed, breaches, locks, acts, alerts that say
    more than a breach. `before` is what was believed after the step that was told last."""
    after, at = taken.step.state, taken.at
    if after.away is not before.away:
        yield from _connection(before, taken, number)
    if after.accounts is not before.accounts:
        for key, account in after.accounts.items():
            old = before.accounts.get(key)
            if old is not None and account is not old:
                yield from _account(old, account, taken, number)
    yield from _judged(taken, number)
    yield from _acts(taken, number)
    sentences = {f"{breach.rule}: {breach.why}" for breach in taken.step.breaches}
    for alert in taken.step.alerts:
        if alert.text in sentences:
            continue
        heard = news.AlertNews(severity=alert.severity.value, says=alert.text)
        yield messages.Alerted(account_id=alert.account, seq=number(), at=at, data=heard)


def quote(state: State, contract: ContractId, at: datetime, number: Number) -> News:
    """The prices of a contract that is quoted."""
    known = state.quotes[contract]
    data = news.QuoteNews(contract=contract, symbol=symbol_of(contract), last=known.last, bid=known.bid, ask=known.ask)
    return messages.MarketQuote(seq=number(), at=at, data=data)


def _connection(before: State, taken: Taken, number: Number) -> Iterator[News]:
    for hub in Hub:
        is_away = hub in taken.step.state.away
        if is_away == (hub in before.away):
            continue
        why = taken.event.why if isinstance(taken.event, HubLost) else ""
        data = news.ConnectionNews(hub=hub.value, is_connected=not is_away, why=why if is_away else "")
        yield messages.Connection(seq=number(), at=taken.at, data=data)


def begun_day(old: Account, new: Account) -> Day | None:
    """The account's own day, where it has begun in between; None where it has not."""
    was, now = old.days.get(old.own_day), new.days.get(new.own_day)
    return now if was is not None and now is not None and now.start > was.start else None


def _account(old: Account, new: Account, taken: Taken, number: Number) -> Iterator[News]:
    key, at = new.id, taken.at
    if (day := begun_day(old, new)) is not None:
        data = news.ResetNews(day=new.own_day, starts_at=day.start, ends_at=day.end)
        yield messages.DailyReset(account_id=key, seq=number(), at=at, data=data)
    if new.orders is not old.orders:
        for order in _orders(old, new, taken):
            yield messages.Order(account_id=key, seq=number(), at=at, data=order)
    if new.trades is not old.trades:
        for trade_id, trade in new.trades.items():
            if (known := old.trades.get(trade_id)) is None or known.voided != trade.voided:
                yield messages.Trade(account_id=key, seq=number(), at=at, data=_trade(trade))
    if new.positions is not old.positions:
        for position in _positions(old, new):
            yield messages.Position(account_id=key, seq=number(), at=at, data=position)


def _positions(old: Account, new: Account) -> Iterator[news.PositionNews]:
    for contract in sorted(old.positions.keys() | new.positions.keys()):
        was, now = old.positions.get(contract), new.positions.get(contract)
        size, price = (now.signed_size, now.average_price) if now is not None else (0, None)
        if was is None or (was.signed_size, was.average_price) != (size, price):
            symbol = symbol_of(contract)
            yield news.PositionNews(contract=contract, symbol=symbol, signed_size=size, average_price=price)


def _orders(old: Account, new: Account, taken: Taken) -> Iterator[news.OrderNews]:
    for order_id, order in new.orders.items():
        heard = _order(order, order.status.name.lower(), is_alive=True)
        was = old.orders.get(order_id)
        if was is None or (was is not order and _order(was, was.status.name.lower(), is_alive=True) != heard):
            yield heard
    for order_id, order in old.orders.items():
        if order_id not in new.orders:
            yield _order(order, _end_of(order_id, taken), is_alive=False)


def _end_of(order: OrderId, taken: Taken) -> str:
    event = taken.event
    if isinstance(event, OrderSeen) and event.order == order and event.status is not None:
        return event.status.name.lower()
    return "gone"


def _order(order: Order, status: str, *, is_alive: bool) -> news.OrderNews:
    return news.OrderNews(
        id=order.id,
        contract=order.contract,
        symbol=symbol_of(order.contract),
        side="sell" if order.side else "buy",
        type=order.type.name.lower(),
        status=status,
        size=order.size,
        filled=order.filled,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        is_alive=is_alive,
    )


def _trade(trade: Trade) -> news.TradeNews:
    return news.TradeNews(
        id=trade.id,
        order=trade.order,
        at=trade.at,
        contract=trade.contract,
        symbol=symbol_of(trade.contract),
        side="sell" if trade.side else "buy",
        size=trade.size,
        price=trade.price,
        realized_pnl=trade.profit_and_loss,
        costs=trade.costs,
        is_voided=trade.voided,
    )


def _judged(taken: Taken, number: Number) -> Iterator[News]:
    for breach in taken.step.breaches:
        data = news.BreachNews(
            rule=breach.rule,
            about=breach.about,
            why=breach.why,
            value=breach.value,
            limit=breach.limit,
            is_waived=breach.waived,
        )
        yield messages.Breached(account_id=breach.account, seq=number(), at=taken.at, data=data)
    for lock in taken.step.locks:
        kind = messages.LockoutCleared if lock.ended else messages.LockoutSet
        yield kind(account_id=lock.account, seq=number(), at=taken.at, data=_lock(lock))


def _lock(lock: LockChange) -> news.LockNews:
    return news.LockNews(
        rule=lock.rule,
        symbol=lock.symbol,
        kind=lock.kind,
        since=lock.since,
        until=lock.until,
        why=lock.why,
        says=lock_sentence(lock),
    )


def _acts(taken: Taken, number: Number) -> Iterator[News]:
    event, at = taken.event, taken.at
    if isinstance(event, _ANSWERS) and not isinstance(event.command, Fetch):
        if isinstance(event, CommandAccepted):
            says = f"The broker has taken the request to {in_words(event.command)}"
        else:
            says = [one.text for one in said(taken)][-1]  # the answer's own sentence is the last of its step
        data = _act(event.command, _outcome(event), says)
        yield messages.EnforcementAction(account_id=event.account, seq=number(), at=at, data=data)
    for command in taken.step.commands:
        if not isinstance(command, Fetch):
            data = _act(command, "asked", act(command))
            yield messages.EnforcementAction(account_id=command.account, seq=number(), at=at, data=data)


def _outcome(event: CommandAccepted | CommandRefused | CommandLost | CommandHeld) -> news.Outcome:
    match event:
        case CommandAccepted():
            return "accepted"
        case CommandRefused():
            return "refused"
        case CommandHeld():
            return "held"
        case CommandLost():
            return "unknown" if event.left else "held"


def _act(command: Command, outcome: news.Outcome, says: str) -> news.ActNews:
    contract: ContractId | None = getattr(command, "contract", None)
    return news.ActNews(
        kind=str(command.__struct_config__.tag),
        outcome=outcome,
        contract=contract,
        symbol=symbol_of(contract) if contract is not None else None,
        order=getattr(command, "order", None),
        rule=rule_in(command.why),
        why=command.why,
        says=says,
    )
