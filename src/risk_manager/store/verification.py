"""Is the journal what was written: no line changed, none missing, none added."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.store import damage, meta
from risk_manager.store.connection import connect_to_read
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.instant import from_micros
from risk_manager.store.line import Head, chained
from risk_manager.store.recovery import read_lines
from risk_manager.store.schema import check_version

_TOLD_MOST: Final = 20


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What looking at every line has found."""

    lines: int
    first: Head
    """The line before the oldest one that is kept."""
    last: Head
    """The newest line."""
    since: datetime | None
    until: datetime | None
    problems: tuple[str, ...] = ()
    """What is wrong, in sentences, the first ones of many."""

    @property
    def is_whole(self) -> bool:
        """True where nothing is wrong."""
        return not self.problems


def open_to_read(path: Path) -> sqlite3.Connection:
    """A file of ours, to be read. Raises StoreError where there is none, or it cannot be read."""
    if not path.exists():
        raise StoreError(StoreTrouble.CANNOT_READ, f"There is no database {path}: no guard has ever run there.")
    try:
        connection = connect_to_read(path)
        try:
            check_version(connection)
            meta.read(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(StoreTrouble.CANNOT_READ, f"The database {path} cannot be read: {error}.") from error
    return connection


def verify(path: Path) -> Verified:
    """Look at every line of a file. It is not changed, and a guard may go on writing. Raises StoreError."""
    with closing(open_to_read(path)) as connection:
        # One transaction: the lines and where they should end are of the same moment, also while a guard writes.
        connection.execute("BEGIN")
        known = meta.read(connection)
        problems = [f"SQLite finds the file damaged: {fault}." for fault in damage.faults(connection)]
        try:
            return _walk(connection, known, problems)
        except sqlite3.DatabaseError as error:
            problems.append(f"The journal cannot be read to its end: {error}.")
            return Verified(
                lines=0, first=known.anchor, last=known.head, since=None, until=None, problems=tuple(problems)
            )


def _walk(connection: sqlite3.Connection, known: meta.Meta, problems: list[str]) -> Verified:
    seq, before = known.anchor.seq, known.anchor.hash
    count, since, until = 0, None, None
    for line in read_lines(connection, -1):
        if len(problems) < _TOLD_MOST:
            is_next = line.seq == seq + 1
            if line.seq > seq + 1:
                problems.append(_missing(seq + 1, line.seq - 1))
            elif not is_next:
                problems.append(f"Line {line.seq} should not be there: lines up to {seq} have been let go of.")
            own = chained(before, line.seq, line.at, line.kind, line.account, line.event, line.step)
            if is_next and own != line.hash:
                problems.append(
                    f"Line {line.seq} ({from_micros(line.at):%Y-%m-%d %H:%M:%S} UTC, {line.kind}) is not what was "
                    "written, or the line before it is not."
                )
        seq, before, count = line.seq, line.hash, count + 1
        since = line.at if since is None else since
        until = line.at
    if seq < known.head.seq:
        problems.append(_missing(seq + 1, known.head.seq))
    elif (seq, before) != (known.head.seq, known.head.hash):
        problems.append(f"The journal ends at line {seq}, and the guard had ended it at line {known.head.seq}.")
    return Verified(
        lines=count,
        first=known.anchor,
        last=Head(seq, before),
        since=None if since is None else from_micros(since),
        until=None if until is None else from_micros(until),
        problems=tuple(problems),
    )


def _missing(first: int, last: int) -> str:
    return f"Line {first} is missing." if first == last else f"Lines {first} to {last} are missing."
