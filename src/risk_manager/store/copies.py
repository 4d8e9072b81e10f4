"""What a backup is worth: where it ends, whether it is whole, and what of the journal of now is not in it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from risk_manager.store import backup, damage, meta
from risk_manager.store.errors import StoreError
from risk_manager.store.instant import from_micros
from risk_manager.store.line import Head
from risk_manager.store.verification import open_to_read, verify


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A backup, as it was found."""

    path: Path
    size: int
    """Bytes."""
    made_at: datetime
    """When the file was written last."""
    last: Head = Head()
    """Its last line."""
    until: datetime | None = None
    """The time of that line; None: it has none, or cannot be read."""
    problems: tuple[str, ...] = ()
    """What is wrong with it, in sentences."""

    @property
    def is_good(self) -> bool:
        """True where nothing is wrong with it: it can be put back."""
        return not self.problems


def look_at(path: Path, *, with_chain: bool) -> Copy:
    """What a backup holds. `with_chain`: every line is held against its hash too, some seconds for a million lines.

    Raises OSError where there is none; what cannot be read as a database of ours is a problem of it.
    """
    told = path.stat()
    bare = Copy(path=path, size=told.st_size, made_at=datetime.fromtimestamp(told.st_mtime, UTC))
    try:
        if with_chain:
            found = verify(path)
            return msgspec.structs.replace(bare, last=found.last, until=found.until, problems=found.problems)
        with closing(open_to_read(path)) as connection:
            return msgspec.structs.replace(
                bare,
                last=meta.read(connection).head,
                until=_until(connection),
                problems=tuple(f"SQLite finds the file damaged: {fault}." for fault in damage.faults(connection)),
            )
    except (StoreError, sqlite3.Error) as error:
        return msgspec.structs.replace(bare, problems=(str(error),))


def all_of(data: Path, *, with_chain: bool = False) -> Iterator[Copy]:
    """The backups of a data folder, the newest first, each looked at when it is asked for. Raises OSError where the
    folder may not be looked into."""
    folder = data / backup.FOLDER
    if folder.is_dir():
        os.scandir(folder).close()
    for path in backup.newest_first(folder):
        yield look_at(path, with_chain=with_chain)


def lines_lost(path: Path, copy: Copy) -> int | None:
    """How many lines the journal of now has after the backup's last one. None where that cannot be said: the backup is
    of another journal or older than what is kept, or there is no journal that can be read."""
    try:
        with closing(open_to_read(path)) as connection:
            seq = copy.last.seq
            found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()
            if found is None or bytes(found[0]) != copy.last.hash:
                return None
            return meta.read(connection).head.seq - seq
    except (StoreError, sqlite3.Error):
        return None


def _until(connection: sqlite3.Connection) -> datetime | None:
    found = connection.execute("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return None if found is None else from_micros(found[0])
