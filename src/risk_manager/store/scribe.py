"""What becomes of each step: lines of the journal, and the rows that belong to them.

Everything in here is in memory and in order; `writer.py` makes it durable. A line's time is the engine's own, which
never runs backwards, so that a replay hands the engine the same times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec
from msgspec.structs import replace

from risk_manager.core import engine
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.differences import Difference
from risk_manager.core.events import AccountRead, AnyEvent, QuoteSeen, Unreadable
from risk_manager.core.record import Alert, Breach, LockChange, Step
from risk_manager.core.state import State
from risk_manager.store import line as lines
from risk_manager.store import marks, snapshot, tables
from risk_manager.store.instant import micros
from risk_manager.store.line import Head, Line, follow
from risk_manager.store.tables import Statement

_INT_MOST: Final = 2**63 - 1


class Heard(Protocol):
    """One event and what came of it, as the guard tells its listeners."""

    @property
    def event(self) -> AnyEvent: ...
    @property
    def at(self) -> datetime: ...
    @property
    def step(self) -> Step: ...


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step without the state: what the journal holds of it."""

    breaches: tuple[Breach, ...] = ()
    alerts: tuple[Alert, ...] = ()
    commands: tuple[Command, ...] = ()
    locks: tuple[LockChange, ...] = ()
    differences: tuple[Difference, ...] = ()
    deadline: datetime | None = None


def record_of(step: Step) -> str:
    """A step's record as text."""
    record = Record(
        breaches=step.breaches,
        alerts=step.alerts,
        commands=step.commands,
        locks=step.locks,
        differences=step.differences,
        deadline=step.deadline,
    )
    return msgspec.json.encode(record).decode()


class Entry(msgspec.Struct, frozen=True):
    """What must be written together: some lines with their rows, and where the chain and the state are then."""

    statements: list[Statement]
    head: Head
    state: State | None
    heard: int
    """Steps that had been heard by then."""
    is_reset: bool = False
    """An account's own day has begun."""


def together(first: Entry, then: Entry) -> Entry:
    """Two entries that are written in one transaction."""
    return Entry(
        first.statements + then.statements, then.head, then.state, then.heard, is_reset=first.is_reset or then.is_reset
    )


class Scribe:
    """Keeps the end of the chain and the state behind it."""

    def __init__(self, head: Head, texts: Mapping[str, str] | None = None) -> None:
        """`texts` is the configuration that is in force, as far as it has been written down."""
        self.head = head
        self.texts = texts or {}
        self.state: State | None = None
        self.samples = True
        """False: prices are written only before other lines. Set while nothing can be written at all."""
        self._marks = marks.Marks()
        self.heard = 0
        """Steps taken in so far."""
        self._since_snapshot = 0
        self._statements: list[Statement] = []

    def begin(self, state: State, was: State | None, version: str, at: datetime) -> Entry:
        """A guard begins with a state, which is written down whole. `was` is the state at the last line: rows are
        written for what is different. With None whatever rows there are have nothing to do with it."""
        self.state = state
        if self._marks:
            self._write_marks(state.now)
        content = {"version": version, "fresh": was is None, "state": msgspec.Raw(engine.dump(state))}
        began = self._line(max(at, state.now), lines.STATE, None, _text(content), None)
        self._statements += tables.whole(was, state, began.seq)
        self._snapshot()
        return self._entry()

    def hear(self, heard: Heard) -> Entry | None:
        """Take in a step; None where it leaves nothing to write yet."""
        self.heard += 1
        before, event, step = self.state, heard.event, heard.step
        assert before is not None, "a store hears nothing before its guard has begun"
        self.state = step.state
        if isinstance(event, QuoteSeen) and marks.is_only_a_price(before, step):
            is_time = self._marks.hear(event.contract, step.state)
            if not (is_time and self.samples):
                return None
            self._write_marks(step.state.now)
            return self._entry()
        if self._marks:
            self._write_marks(before.now)
        account = getattr(event, "account", None)
        written = self._line(step.state.now, _kind(event), account, _text(slim(event, before)), record_of(step))
        rows = tables.rows(before, event, step, written.seq)
        self._statements += rows
        if self._since_snapshot >= snapshot.LINES_APART:
            self._snapshot()
        return self._entry(is_reset=tables.is_own_reset(rows, step.state))

    def configure(self, texts: Mapping[str, str], at: datetime, steps: Sequence[Heard] = ()) -> Entry:
        """Other settings are in force from here on; `steps` are written together with them."""
        self.texts = texts
        entry = self.note(lines.SETTINGS, texts, at)
        for heard in steps:
            more = self.hear(heard)
            if more is not None:
                entry = together(entry, more)
        return entry

    def note(self, kind: str, content: Mapping[str, Any], at: datetime) -> Entry:
        """A line of the store's own."""
        now = self.state.now if self.state is not None else at
        if self._marks:
            self._write_marks(now)
        self._line(max(at, now), kind, None, _text(content), None)
        return self._entry()

    def keep_state(self) -> Entry | None:
        """A snapshot now, where lines have come since the last one."""
        if self.state is None or not (self._since_snapshot or self._marks):
            return None
        if self._marks:
            self._write_marks(self.state.now)
        self._snapshot()
        return self._entry()

    def _write_marks(self, now: datetime) -> None:
        self._line(now, lines.MARKS, None, self._marks.take(now), None)

    def _snapshot(self) -> None:
        assert self.state is not None
        kept = self._line(self.state.now, lines.SNAPSHOT, None, _text({"state": snapshot.digest(self.state)}), None)
        self._statements.append((snapshot.INSERT, snapshot.row(kept.seq, self.state, self.texts)))
        self._statements.append((snapshot.THIN_OUT, ()))
        self._since_snapshot = 0

    def _line(self, at: datetime, kind: str, account: int | None, event: str, step: str | None) -> Line:
        about = account if account is not None and -_INT_MOST <= account <= _INT_MOST else None
        line = follow(self.head, micros(at), kind, about, event, step)
        self.head = Head(line.seq, line.hash)
        self._since_snapshot += 1
        self._statements.append((lines.INSERT, line.row))
        return line

    def _entry(self, *, is_reset: bool = False) -> Entry:
        statements, self._statements = self._statements, []
        return Entry(statements, self.head, self.state, self.heard, is_reset)


def slim(event: AnyEvent, before: State) -> AnyEvent:
    """The event without what changes nothing: trades of a read that are booked already. A read tells the whole day
    again, every half minute."""
    if not isinstance(event, AccountRead) or not event.trades:
        return event
    account = before.accounts.get(event.account)
    if account is None:
        return event
    known = account.trades
    new = tuple(
        trade
        for trade in event.trades
        if (booked := known.get(trade.id)) is None or (trade.voided and not booked.voided)
    )
    return event if len(new) == len(event.trades) else replace(event, trades=new)


def is_urgent(step: Step, event: AnyEvent) -> bool:
    """True for what is made durable at once: locks, waivers, enforcement and what became of it."""
    if step.locks or step.breaches:
        return True
    return any(not isinstance(command, Fetch) for command in step.commands) or _kind(event) in _URGENT


_URGENT: Final = frozenset({"cleared", "reloaded", "command_accepted", "command_refused", "command_lost"})


def _kind(event: AnyEvent) -> str:
    return str(event.__struct_config__.tag)


def _text(content: object) -> str:
    if isinstance(content, Unreadable):
        # Bytes that were no text at all may have come through as halves of characters; those cannot be written down.
        content = replace(content, raw=_writable(content.raw), why=_writable(content.why))
    return msgspec.json.encode(content).decode()


def _writable(text: str) -> str:
    return text.encode(errors="replace").decode()
