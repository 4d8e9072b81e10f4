"""What people and tools read: rows as pure functions of a state, the event, and the state after it.

A row is written whenever the value behind it has changed, and always whole, with the number of the journal line that
did it. So replaying the lines writes the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from risk_manager.core import commands as asks
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import AnyEvent, CommandAccepted, CommandHeld, CommandLost, CommandRefused
from risk_manager.core.record import Step
from risk_manager.core.state import Account, Lock, State, Waiver
from risk_manager.store.instant import text

Statement = tuple[str, tuple[Any, ...]]
"""SQL, and the values for it."""

_RULE: Final = re.compile(r"RULE-\d+")
_NOBODY: Final = Account(id=0)
_ID_MOST: Final = 2**63 - 1


def _upsert(table: str, count: int) -> str:
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * count)})"  # noqa: S608  names are ours


_LOCKOUT: Final = _upsert("lockouts", 11)
_WAIVER: Final = _upsert("waivers", 7)
_DAY: Final = _upsert("daily_pnl", 8)
_POSITION: Final = _upsert("positions", 8)
_ENDS: Final = (CommandAccepted, CommandRefused, CommandLost, CommandHeld)
_ORDER: Final = _upsert("orders", 14)
_TRADE: Final = _upsert("trade_history", 14)
_CONTRACT: Final = _upsert("contract_cache", 7)
_SESSION: Final = _upsert("session_state", 8)
_RESET: Final = _upsert("reset_schedule", 5)
_COMMAND: Final = _upsert("enforcement_log", 13)
_OUTCOME: Final = (
    "UPDATE enforcement_log SET outcome = ?, outcome_at = ?, outcome_why = ?, outcome_seq = ? WHERE (seq, number) = ("
    "SELECT seq, number FROM enforcement_log WHERE account = ? AND command = ? AND outcome IS NULL "
    "ORDER BY seq, number LIMIT 1)"
)


def rows(before: State, event: AnyEvent, step: Step, seq: int) -> list[Statement]:
    """What a step writes, in order."""
    after = step.state
    written = list(states_differ(before, after, seq))
    now = text(after.now)
    if step.commands:
        written += [
            (_COMMAND, _command_row(command, number, now, seq))
            for number, command in enumerate(step.commands)
            if not isinstance(command, Fetch)
        ]
    if isinstance(event, _ENDS) and not isinstance(event.command, Fetch):
        outcome, why = _outcome(event)
        written.append((_OUTCOME, (outcome, now, why, seq, event.command.account, _command_text(event.command))))
    return written


def is_own_reset(written: list[Statement], after: State) -> bool:
    """True where among the rows is the beginning of an account's own day."""
    return any(sql is _RESET and values[1] == after.accounts[values[0]].own_day for sql, values in written)


def whole(before: State | None, after: State, seq: int) -> Iterator[Statement]:
    """Rows for a state that does not follow from the line before it. With none before, whatever stood is over."""
    if before is None:
        for table in ("positions", "orders", "reset_schedule", "session_state", "contract_cache"):
            yield f"DELETE FROM {table}", ()  # noqa: S608  names are ours
        for table in ("lockouts", "waivers"):
            yield f"UPDATE {table} SET ended_at = ?, seq = ? WHERE ended_at IS NULL", (text(after.now), seq)  # noqa: S608
    yield from states_differ(before, after, seq)


def states_differ(before: State | None, after: State, seq: int) -> Iterator[Statement]:
    """Rows for all that is different in `after`; with no state before, for everything that is in it."""
    known = before.accounts if before is not None else {}
    if after.accounts is not known:
        for key, account in after.accounts.items():
            old = known.get(key, _NOBODY)
            if account is not old:
                yield from _account(old, account, after.now, seq)
        for key in sorted(known.keys() - after.accounts.keys()):
            yield from _account(known[key], Account(id=key), after.now, seq)
            yield "DELETE FROM session_state WHERE account = ?", (key,)
    told = before.contracts if before is not None else {}
    if after.contracts is not told:
        for contract, known_as in after.contracts.items():
            if told.get(contract) != known_as:
                values = (known_as.tick_size, known_as.tick_value, known_as.point_value)
                yield (
                    _CONTRACT,
                    (contract, known_as.symbol, *map(str, values), int(known_as.is_micro), seq),
                )


def _account(old: Account, new: Account, now: datetime, seq: int) -> Iterator[Statement]:
    key = new.id
    if new.positions is not old.positions:
        yield from _positions(old, new, seq)
    if new.orders is not old.orders:
        yield from _orders(old, new, seq)
    if new.trades is not old.trades:
        yield from _trades(old, new, seq)
    if new.locks is not old.locks:
        gone = {_lock_key(lock): lock for lock in old.locks}
        for lock in new.locks:
            if gone.pop(_lock_key(lock), None) != lock:
                yield _LOCKOUT, _lock_row(key, lock, None, seq)
        for lock in gone.values():
            yield _LOCKOUT, _lock_row(key, lock, now, seq)
    if new.waivers is not old.waivers:
        for waiver in new.waivers:
            if waiver not in old.waivers:
                yield _WAIVER, _waiver_row(key, waiver, None, seq)
        for waiver in old.waivers:
            if waiver not in new.waivers:
                yield _WAIVER, _waiver_row(key, waiver, now, seq)
    if new.days is not old.days:
        yield from _days(old, new, seq)
    session, was = _session(new), _session(old)
    if session != was or old is _NOBODY:
        yield _SESSION, (key, *session, seq)


def _positions(old: Account, new: Account, seq: int) -> Iterator[Statement]:
    for contract, one in new.positions.items():
        if _is_other(old.positions.get(contract), one):
            prices = (str(one.average_price), str(one.cost))
            yield (
                _POSITION,
                (new.id, contract, symbol_of(contract), one.signed_size, *prices, text(one.first_seen_at), seq),
            )
    for contract in old.positions:
        if contract not in new.positions:
            yield "DELETE FROM positions WHERE account = ? AND contract = ?", (new.id, contract)


def _orders(old: Account, new: Account, seq: int) -> Iterator[Statement]:
    for order_id, one in new.orders.items():
        if _is_other(old.orders.get(order_id), one):
            yield (
                _ORDER,
                (
                    *(new.id, _number(order_id), one.contract, symbol_of(one.contract)),
                    *(one.side.name.lower(), one.type.name.lower(), one.status.name.lower()),
                    *(one.size, one.filled, _money(one.limit_price), _money(one.stop_price)),
                    *(one.tag, text(one.created_at), seq),
                ),
            )
    for order_id in old.orders:
        if order_id not in new.orders:
            yield "DELETE FROM orders WHERE account = ? AND id = ?", (new.id, _number(order_id))


def _trades(old: Account, new: Account, seq: int) -> Iterator[Statement]:
    for trade_id, one in new.trades.items():
        if _is_other(old.trades.get(trade_id), one):
            yield (
                _TRADE,
                (
                    *(new.id, _number(trade_id), _number(one.order), one.contract, symbol_of(one.contract)),
                    *(one.side.name.lower(), one.size, str(one.price), _money(one.profit_and_loss), str(one.costs)),
                    *(text(one.at), int(one.voided), one.arrival, seq),
                ),
            )


def _days(old: Account, new: Account, seq: int) -> Iterator[Statement]:
    for name, day in new.days.items():
        was = old.days.get(name)
        if was == day:
            continue
        money = (str(day.gross), str(day.costs), str(day.gross - day.costs))
        yield _DAY, (new.id, name, text(day.start), text(day.end), *money, seq)
        if was is None or (was.start, was.end) != (day.start, day.end):
            yield _RESET, (new.id, name, text(day.start), text(day.end), seq)
    for name in old.days:
        if name not in new.days:
            yield "DELETE FROM reset_schedule WHERE account = ? AND day = ?", (new.id, name)


def _is_other(old: object, new: object) -> bool:
    return old is not new and old != new


def _session(account: Account) -> tuple[Any, ...]:
    day = account.days.get(account.own_day)
    can_trade = None if account.can_trade is None else int(account.can_trade)
    ends = (text(day.start), text(day.end)) if day is not None else (None, None)
    return (account.name, can_trade, _money(account.balance), account.own_day, *ends)


def _lock_key(lock: Lock) -> tuple[Any, ...]:
    return (lock.rule, lock.symbol, lock.kind, lock.since)


def _lock_row(account: int, lock: Lock, ended_at: datetime | None, seq: int) -> tuple[Any, ...]:
    return (
        *(account, lock.rule, lock.symbol or "", lock.kind.value, text(lock.since), text(lock.until), lock.why),
        *(lock.condition.value if lock.condition is not None else None, _json(lock.measure), text(ended_at), seq),
    )


def _waiver_row(account: int, waiver: Waiver, ended_at: datetime | None, seq: int) -> tuple[Any, ...]:
    return (account, waiver.rule, waiver.symbol or "", text(waiver.until), waiver.why, text(ended_at), seq)


def _command_row(command: Command, number: int, now: str | None, seq: int) -> tuple[Any, ...]:
    found = _RULE.search(command.why)
    target = getattr(command, "contract", None) or f"order {getattr(command, 'order', '')}"
    kind = command.__struct_config__.tag
    return (
        *(seq, number, now, command.account, kind, target, found[0] if found else "", command.why),
        *(_command_text(command), None, None, None, None),
    )


def _outcome(event: CommandAccepted | CommandRefused | CommandLost | CommandHeld) -> tuple[str, str]:
    if isinstance(event, CommandAccepted):
        return "accepted", f"order {event.order}" if event.order is not None else ""
    if isinstance(event, CommandRefused):
        return f"refused: {event.refusal.value}", event.why
    if isinstance(event, CommandHeld):
        return "held back", event.why
    return "not known" if event.left else "not sent", event.why


def _command_text(command: asks.Command) -> str:
    return _json(command)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _money(amount: object) -> str | None:
    return None if amount is None else str(amount)


def _number(given: int) -> int | str:
    """An id of the broker's; one that SQLite has no number for is kept as text, for it must not stop the writer."""
    return given if -_ID_MOST <= given <= _ID_MOST else str(given)
