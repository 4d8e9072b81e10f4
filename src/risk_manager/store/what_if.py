"""The journal through the engine with another configuration: what it would have done with what was told then.

What the broker told is told again as it was: an account that the other configuration would have closed goes on being
reported open, until it was closed in fact. So the first difference is exact and later ones are an indication. Quotes
that changed nothing were kept once a second: a limit touched for a tick between two of them is not seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec

from risk_manager.core import engine
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import AnyEvent, QuoteSeen, Reloaded
from risk_manager.core.record import Breach, LockChange
from risk_manager.core.state import Account, State
from risk_manager.core.told_times import lock_end
from risk_manager.store import line as lines
from risk_manager.store import marks
from risk_manager.store.instant import from_micros
from risk_manager.store.line import Line
from risk_manager.store.recovery import AnySettings, ReadSettings, Tail, read_event, read_lines
from risk_manager.store.replaying import start_of
from risk_manager.store.scribe import Record
from risk_manager.store.verification import open_to_read


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, what would have, both as sentences in their order."""

    lines: int
    both: int
    """Acts and findings that are the same."""
    only_then: tuple[str, ...]
    """What happened and would not have."""
    only_other: tuple[str, ...]
    """What would have happened and did not."""


def what_if(path: Path, settings: AnySettings, read_settings: ReadSettings, other: AnySettings) -> WhatIf:
    """Replay all lines that are kept with `other` in force throughout. `settings` and `read_settings` are those of
    then, as for `replay`. Raises StoreError where the file cannot be read."""
    then: list[str] = []
    now: list[str] = []
    count = 0
    with closing(open_to_read(path)) as source:
        source.execute("BEGIN")
        tail, after = start_of(source, settings, read_settings)
        other_state = _Other(tail.state, other, now)
        for line in read_lines(source, after):
            count += 1
            if line.step is not None:
                record = msgspec.json.decode(line.step, type=Record)
                then += _told(line, record.breaches, record.locks, record.commands)
            other_state.follow(line, tail)
    both = Counter(then) & Counter(now)
    return WhatIf(lines=count, both=both.total(), only_then=_rest(then, both), only_other=_rest(now, both))


class _Other:
    """The state as the other configuration would have had it."""

    def __init__(self, state: State | None, settings: AnySettings, told: list[str]) -> None:
        self._state = state
        self._settings = settings
        self._told = told

    def follow(self, line: Line, then: Tail) -> None:
        if line.kind == lines.STATE:
            then.follow(line)
            begun = self._state if self._state is not None else then.known(line)
            state = engine.load(engine.dump(begun), self._settings)
            new = {key: Account(id=key) for key in then.known(line).accounts if key not in state.accounts}
            self._state = msgspec.structs.replace(state, accounts={**state.accounts, **new})
        elif line.kind == lines.SETTINGS:
            then.follow(line)
        elif line.kind == lines.MARKS:
            for mark in marks.read(line.event):
                seen = QuoteSeen(contract=mark.contract, last=mark.last, bid=mark.bid, ask=mark.ask)
                self._step(line, seen, mark.at)
        elif line.kind not in lines.OWN_KINDS:
            event = read_event(line)
            if not isinstance(event, Reloaded):  # The other configuration stays.
                self._step(line, event, line.at)

    def _step(self, line: Line, event: AnyEvent, at: int) -> None:
        if self._state is not None:
            step = engine.step(self._state, event, self._settings, from_micros(at))
            self._state = step.state
            self._told += _told(line, step.breaches, step.locks, step.commands)


def _told(
    line: Line, breaches: Iterable[Breach], locks: Iterable[LockChange], commands: Iterable[Command]
) -> list[str]:
    at = f"{from_micros(line.at):%Y-%m-%d %H:%M:%S} UTC"
    told = [f"{at} account {one.account}: breach of {one.rule}. {one.why}" for one in breaches]
    told += [f"{at} account {one.account}: {_lock(one)}" for one in locks]
    told += [f"{at} account {one.account}: {_command(one)}" for one in commands if not isinstance(one, Fetch)]
    return told


def _lock(change: LockChange) -> str:
    what = f"{change.rule} {change.kind} lock of {change.symbol or 'the account'}"
    if change.ended:
        return f"{what} ended"
    return f"{what} until {lock_end(change.rule, change.until)}"


def _command(command: Command) -> str:
    contract, order = getattr(command, "contract", None), getattr(command, "order", None)
    about = symbol_of(contract) if contract is not None else f"order {order}"
    size = getattr(command, "size", None)
    kind = str(command.__struct_config__.tag).replace("_", " ")
    return f"{kind} {about}{f' ({size})' if size is not None else ''}. {command.why}"


def _rest(told: list[str], both: Counter[str]) -> tuple[str, ...]:
    left = Counter(both)
    rest = []
    for sentence in told:
        if left[sentence]:
            left[sentence] -= 1
        else:
            rest.append(sentence)
    return tuple(rest)
