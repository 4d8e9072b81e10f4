"""The file is found, checked, brought up to date; what is wrong with it is said, and what can be done is done."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from risk_manager.home import close_to_others
from risk_manager.store import backup, damage, meta, replacement, swapping
from risk_manager.store.connection import connect_to_read, connect_to_write, damaged, is_damage
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.put_back import PutBack
from risk_manager.store.schema import VERSION, check_version, migrate, version_of

FILE: Final = "state.db"
CHECKED_EVERY: Final = timedelta(days=7)
"""How often the whole file is looked through at a start that follows an orderly end. What a start reads is held against
its hashes every time."""


@dataclass
class Opened:
    """A file that can be read, and mostly written."""

    path: Path
    connection: sqlite3.Connection
    meta: meta.Meta
    is_writable: bool = True
    warnings: list[str] = field(default_factory=list)
    replaced: PutBack | None = None
    """What has been put in its place just now; the journal says so too."""

    def for_writing(self) -> sqlite3.Connection | None:
        """The connection where it can write; None: the writer must open one itself when it can."""
        if self.is_writable:
            return self.connection
        self.connection.close()
        return None


def open_file(folder: Path, now: datetime) -> Opened:
    """Open the file of a folder; a damaged one, or one that is gone, is replaced first. Raises StoreError where it can
    be neither read nor made, OSError."""
    path = folder / FILE
    is_there = swapping.is_there(path)
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):  # not there, or not ours: then its owner says who may read it
            close_to_others(Path(f"{path}{ending}"))
    if replacement.is_gone(path):
        return _replaced(path, replacement.of_gone(path, now), now)
    try:
        return _open_to_write(path, now)
    except sqlite3.Error as error:
        if is_damage(error):
            return _replaced(path, replacement.of_damaged(path, str(error), now), now)
        if not is_there:
            raise StoreError(
                StoreTrouble.CANNOT_WRITE,
                f"The database {path} cannot be made: {error}. Without it every lock is forgotten at the next start. "
                "Make room, or give this user the right to write there.",
            ) from error
        return _open_to_read(path, error)


def begin_anew(opened: Opened, why: str, now: datetime) -> Opened:
    """What was opened turns out to be damaged: the newest good backup, or nothing, in its place. Raises StoreError."""
    opened.connection.close()
    if not opened.is_writable:
        raise StoreError(StoreTrouble.CANNOT_READ, f"{why} And the folder cannot be written, so nothing is mended.")
    before = opened.replaced
    if before is None:
        word = replacement.of_damaged(opened.path, why, now)
    elif before.backup:
        word = replacement.of_replacement(opened.path, before, why, now)
    else:
        raise StoreError(StoreTrouble.CANNOT_READ, f"The database {opened.path} was begun anew: {why}")
    return _replaced(opened.path, word, now)


def _replaced(path: Path, word: PutBack, now: datetime) -> Opened:
    opened = _open_to_write(path, now)
    opened.replaced = word
    return opened


def _open_to_write(path: Path, now: datetime) -> Opened:
    connection = connect_to_write(path)
    try:
        check_version(connection)
        warnings = _migrated(path, connection, now)
        known = meta.read(connection)
        if known.head.seq and _is_check_due(known, now):
            faults = damage.faults(connection)
            if faults:
                raise damaged("; ".join(faults[:3]) + ".")
            with suppress(sqlite3.OperationalError):  # It cannot be written now: the next start looks again.
                connection.execute(*meta.put_checked(now))
        elif not known.head.seq:
            connection.execute(*meta.put_checked(now))
    except BaseException:
        connection.close()
        raise
    return Opened(path, connection, known, warnings=warnings)


def _is_check_due(known: meta.Meta, now: datetime) -> bool:
    return not known.is_clean or known.checked_at is None or not timedelta(0) <= now - known.checked_at < CHECKED_EVERY


def _migrated(path: Path, connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Bring an older file up to date, after a backup of it."""
    found = version_of(connection)
    if not 0 < found < VERSION:
        migrate(connection)
        return []
    made = backup.make(path, path.parent / backup.FOLDER, now, kept=10**6)
    migrate(connection)
    return [f"The database was brought from version {found} to {VERSION}; {made.name} is how it was before."]


def _open_to_read(path: Path, why: sqlite3.Error) -> Opened:
    try:
        try:
            connection = connect_to_read(path)
        except sqlite3.OperationalError:
            connection = _connect_to_copy(path)
        try:
            check_version(connection)
            known = meta.read(connection)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            StoreTrouble.CANNOT_READ,
            f"The database {path} is there and cannot be opened: {error}. What is locked stands "
            "in it, so the guard does not start without it.",
        ) from error
    warning = f"The database {path} can be read and not written: {why}. The guard goes on from memory."
    return Opened(path, connection, known, is_writable=False, warnings=[warning])


def _connect_to_copy(path: Path) -> sqlite3.Connection:
    """The file and its log, read where we may write: the guard before us was killed, and its folder is read-only."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / path.name
        for ending in ("", "-wal"):
            shutil.copyfile(f"{path}{ending}", f"{copied}{ending}")
            Path(f"{copied}{ending}").chmod(0o600)
        with closing(connect_to_write(copied)) as source:
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            source.backup(connection)
    return connection
