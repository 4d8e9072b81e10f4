"""How a start goes on where the last one ended: the newest state that is kept, and the lines since.

The settings of the lines' own time are used, so the state is the one that was believed then. What the gateway says
and what is configured now come afterwards, as events.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from risk_manager.core import engine
from risk_manager.core.events import AnyEvent
from risk_manager.core.model import AccountId
from risk_manager.core.record import Step
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, State
from risk_manager.store import line as lines
from risk_manager.store import marks, meta, put_back, snapshot
from risk_manager.store.connection import is_damage
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.instant import from_micros
from risk_manager.store.line import COLUMNS, Head, Line
from risk_manager.store.put_back import PutBack

ReadSettings = Callable[[Mapping[str, str]], Mapping[AccountId, Settings]]
"""From the texts of a configuration to what the engine wants."""

AnySettings = Mapping[AccountId, Settings]


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What a start finds."""

    state: State | None
    """For the guard to begin with; None: nothing has ever been written here. The accounts of now are all in it."""
    was: State | None = None
    """The state at the last line, as the tables have it."""
    was_clean: bool
    """The last guard ended in order."""
    gap_since: datetime | None
    """Nobody has watched since then."""
    lines_replayed: int
    texts: Mapping[str, str] = {}
    """The configuration that was in force; empty where none is known."""
    settings: AnySettings = {}
    """What those texts mean."""
    put_back: PutBack | None = None
    """The file is a backup that was put back, and no guard has begun with it yet."""


class Tail:
    """A state that goes along with the lines of the journal."""

    def __init__(
        self, state: State | None, texts: Mapping[str, str], settings: AnySettings, read: ReadSettings
    ) -> None:
        self.state = state
        self.texts = texts
        self.settings = settings
        self._read = read

    def follow(self, line: Line) -> Step | None:
        """Take a line in. The step that it leads to, where it is an event of the engine."""
        if line.kind == lines.SETTINGS:
            self.texts = msgspec.json.decode(line.event, type=dict[str, str])
            self.state, self.settings = self._with_those_who_come_back(self._read(self.texts))
        elif line.kind == lines.STATE:
            dumped = bytes(msgspec.json.decode(line.event, type=dict[str, msgspec.Raw])["state"])
            self.state = snapshot.exactly(dumped, self.settings)
        elif line.kind == lines.MARKS:
            self.state = marks.put_in(self.known(line), line.event, from_micros(line.at))
        elif line.kind not in lines.OWN_KINDS:
            step = engine.step(self.known(line), read_event(line), self.settings, from_micros(line.at))
            self.state = step.state
            return step
        return None

    def _with_those_who_come_back(self, settings: AnySettings) -> tuple[State | None, AnySettings]:
        """What the rules of an account remember can be read from when on it is guarded."""
        back = settings.keys() - self.settings.keys()
        if self.state is None or not back:
            return self.state, settings
        accounts = {
            key: engine.remembering(one, settings[key]) if key in back else one
            for key, one in self.state.accounts.items()
        }
        return replace(self.state, accounts=accounts), settings

    def known(self, line: Line) -> State:
        """The state. Raises StoreError where the lines begin in the middle."""
        if self.state is None:
            raise StoreError(
                StoreTrouble.DAMAGED, f"Line {line.seq} of the journal has no state before it: the beginning is gone."
            )
        return self.state


_EVENT: Final = msgspec.json.Decoder(AnyEvent)


def read_event(line: Line) -> AnyEvent:
    """The event of a line."""
    event: AnyEvent = _EVENT.decode(line.event)
    return event


def recover(
    connection: sqlite3.Connection, known: meta.Meta, settings: AnySettings, read_settings: ReadSettings
) -> Recovered:
    """As `_recover`, with whatever is wrong with the file as StoreError."""
    try:
        return _recover(connection, known, settings, read_settings)
    except (msgspec.MsgspecError, zlib.error, KeyError) as error:
        raise StoreError(StoreTrouble.DAMAGED, f"What is kept cannot be read: {error}.") from error
    except sqlite3.Error as error:
        trouble = StoreTrouble.DAMAGED if is_damage(error) else StoreTrouble.CANNOT_READ
        raise StoreError(trouble, f"The database cannot be read: {error}.") from error


def _recover(
    connection: sqlite3.Connection, known: meta.Meta, settings: AnySettings, read_settings: ReadSettings
) -> Recovered:
    """Load and replay. `settings` are those of now: they count where none were written down, and name the accounts.

    Raises StoreError where the chain is broken in what is replayed.
    """
    kept = snapshot.newest(connection)
    tail, after = _begin(kept, settings, read_settings)
    count, before = 0, Head(after, _hash_of(connection, after, known))
    back: PutBack | None = None
    for line in read_lines(connection, after):
        if line.seq != before.seq + 1 or not lines.is_right(before.hash, line):
            raise StoreError(StoreTrouble.DAMAGED, f"The journal is broken at line {line.seq}: see audit verify.")
        tail.follow(line)
        if line.kind in (lines.PUT_BACK, lines.STATE):
            back = put_back.read(line) if line.kind == lines.PUT_BACK else None
        before, count = Head(line.seq, line.hash), count + 1
    if before != known.head:
        raise StoreError(
            StoreTrouble.DAMAGED, f"The journal ends at line {before.seq}, and {known.head.seq} had been written."
        )
    state = tail.state
    gap_since = known.heartbeat
    if state is not None:
        gap_since = max(state.now, gap_since) if gap_since is not None else state.now
    return Recovered(
        state=None if state is None else _for_a_start(state, settings),
        was=state,
        was_clean=known.is_clean,
        gap_since=gap_since,
        lines_replayed=count,
        texts=tail.texts,
        settings=tail.settings,
        put_back=back,
    )


def _begin(kept: snapshot.Kept | None, settings: AnySettings, read: ReadSettings) -> tuple[Tail, int]:
    if kept is None:
        return Tail(None, {}, settings, read), 0
    of_then = read(kept.texts) if kept.texts else settings
    return Tail(snapshot.exactly(kept.dumped, of_then), kept.texts, of_then, read), kept.seq


def _for_a_start(state: State, settings: AnySettings) -> State:
    """The state as a guard begins with it. Accounts that are new in the configuration have nothing; those that are not
    guarded any more stay as they are, so that their locks stand when they come back."""
    state = engine.load(engine.dump(state), settings)
    new = {key: Account(id=key) for key in settings if key not in state.accounts}
    return replace(state, accounts={**state.accounts, **new}) if new else state


def _hash_of(connection: sqlite3.Connection, seq: int, known: meta.Meta) -> bytes:
    if seq == known.anchor.seq:
        return known.anchor.hash
    found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()
    if found is None:
        raise StoreError(StoreTrouble.DAMAGED, f"Line {seq} of the journal, whose state is kept, is gone.")
    return bytes(found[0])


def read_lines(connection: sqlite3.Connection, after: int) -> Iterator[Line]:
    """The lines after one, in order, as they are read."""
    for row in connection.execute(f"SELECT {COLUMNS} FROM journal WHERE seq > ? ORDER BY seq", (after,)):  # noqa: S608
        yield Line(*row)
