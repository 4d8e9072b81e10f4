"""The journal through the engine once more: the same answers, the same state, the same rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.store import line as lines
from risk_manager.store import schema, snapshot, tables
from risk_manager.store.instant import from_micros
from risk_manager.store.line import Line
from risk_manager.store.recovery import AnySettings, ReadSettings, Tail, read_event, read_lines
from risk_manager.store.scribe import record_of
from risk_manager.store.verification import open_to_read

_TOLD_MOST: Final = 20


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay has found."""

    lines: int
    steps: int
    """Lines that are events of the engine."""
    states: int
    """States on the way that were held against the journal."""
    differences: tuple[str, ...] = ()
    """What came out differently, in sentences, the first ones of many."""

    @property
    def is_same(self) -> bool:
        """True where everything came out as it had."""
        return not self.differences


def replay(path: Path, settings: AnySettings, read_settings: ReadSettings) -> Replayed:
    """Replay all lines that are kept, with the settings that were in force. The file is not changed.

    `settings` count where none had been written down. Raises StoreError where the file cannot be read.
    """
    with closing(open_to_read(path)) as source, closing(sqlite3.connect(":memory:", isolation_level=None)) as target:
        source.execute("BEGIN")
        schema.migrate(target)
        replayer = _Replayer(source, target, settings, read_settings)
        target.execute("BEGIN")
        replayer.run()
        differences = replayer.differences + [
            f"The table {table} is not what the journal leads to: {why}."
            for table in schema.TABLES
            if (why := _differs(table, source, target))
        ]
        return Replayed(
            lines=replayer.lines,
            steps=replayer.steps,
            states=replayer.states,
            differences=tuple(differences[:_TOLD_MOST]),
        )


class _Replayer:
    def __init__(
        self, source: sqlite3.Connection, target: sqlite3.Connection, settings: AnySettings, read: ReadSettings
    ) -> None:
        self._source = source
        self._target = target
        self._tail, self._after = start_of(source, settings, read)
        _seed(source, target, self._after)
        self.lines = self.steps = self.states = 0
        self.differences: list[str] = []

    def run(self) -> None:
        for line in read_lines(self._source, self._after):
            self.lines += 1
            self._take(line)

    def _take(self, line: Line) -> None:
        tail, before = self._tail, self._tail.state
        step = tail.follow(line)
        if step is not None:
            self.steps += 1
            record = record_of(step)
            if record != line.step:
                self._tell(f"{_named(line)}: the journal has {line.step}, the replay {record}.")
            assert before is not None
            self._write(tables.rows(before, read_event(line), step, line.seq))
        elif line.kind == lines.STATE:
            is_fresh = msgspec.json.decode(line.event, type=_Began).fresh
            assert tail.state is not None
            self._write(list(tables.whole(None if is_fresh else before, tail.state, line.seq)))
        elif line.kind == lines.SNAPSHOT and tail.state is not None:
            self.states += 1
            if msgspec.json.decode(line.event)["state"] != snapshot.digest(tail.state):
                self._tell(f"{_named(line)}: the state is another one than it was.")

    def _write(self, statements: list[tables.Statement]) -> None:
        for sql, values in statements:
            self._target.execute(sql, values)

    def _tell(self, sentence: str) -> None:
        if len(self.differences) < _TOLD_MOST:
            self.differences.append(sentence)


class _Began(msgspec.Struct, frozen=True):
    fresh: bool = True


def start_of(source: sqlite3.Connection, settings: AnySettings, read: ReadSettings) -> tuple[Tail, int]:
    """The state before the first line that can be replayed, and the line it is the state of (0: there is none)."""
    first = source.execute("SELECT min(seq) FROM journal").fetchone()[0]
    if first is None or first == 1:
        return Tail(None, {}, settings, read), 0
    kept = snapshot.oldest(source)
    if kept is None:
        return Tail(None, {}, settings, read), first - 1
    of_then = read(kept.texts) if kept.texts else settings
    return Tail(snapshot.exactly(kept.dumped, of_then), kept.texts, of_then, read), kept.seq


def _seed(source: sqlite3.Connection, target: sqlite3.Connection, after: int) -> None:
    """Rows from before the first line. What became of a command later than that is not known yet."""
    for table in schema.TABLES:
        rows = source.execute(f"SELECT * FROM {table} WHERE seq <= ?", (after,)).fetchall()  # noqa: S608
        if rows:
            target.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608
    target.execute(
        "UPDATE enforcement_log SET outcome = NULL, outcome_at = NULL, outcome_why = NULL, outcome_seq = NULL "
        "WHERE outcome_seq > ?",
        (after,),
    )


def _differs(table: str, source: sqlite3.Connection, target: sqlite3.Connection) -> str:
    """What the first difference between two tables is; empty where they are the same, byte for byte."""
    columns = ", ".join(str(number + 1) for number, _ in enumerate(source.execute(f"PRAGMA table_info({table})")))
    select = f"SELECT * FROM {table} ORDER BY {columns}"  # noqa: S608  names are ours
    kept, made = source.execute(select), target.execute(select)
    while True:
        one, other = kept.fetchone(), made.fetchone()
        if one != other:
            return f"it has {one}, the replay {other}"
        if one is None:
            return ""


def _named(line: Line) -> str:
    return f"Line {line.seq} ({from_micros(line.at):%Y-%m-%d %H:%M:%S} UTC, {line.kind})"
