"""Connections to the file: one that writes, and any number that only read.

SQLite before 3.51.3 can damage a file in WAL mode when two connections write or checkpoint at the same moment. So the
guard has exactly one connection that does either; a reader is opened read-only and never checkpoints.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from risk_manager.home import make_private

BUSY_SECONDS: Final = 5.0


def connect_to_write(path: Path) -> sqlite3.Connection:
    """The one connection that writes. Every commit is on the disk when it returns. A file that it makes can be read by
    this user only, and so can what SQLite lays beside it."""
    if not path.exists():
        with suppress(OSError):  # SQLite says why in its own words
            make_private(path)
    connection = _connect(path, "mode=rwc")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot change anything, also while a guard writes.

    In a folder where we may not write SQLite cannot make the index of its log; a file without a log needs none.
    """
    connection = _connect(path, "mode=ro")
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if has_log(path):
            raise
        return _connect(path, "mode=ro&immutable=1")
    except BaseException:
        connection.close()
        raise
    return connection


def has_log(path: Path) -> bool:
    """True where something has been written beside the file that is not in it yet."""
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def _connect(path: Path, how: str) -> sqlite3.Connection:
    # One thread at a time uses it: who opens the file hands it to the writer's thread.
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def is_damage(error: sqlite3.Error) -> bool:
    """True where the content of the file is wrong, not the disk, the rights or the moment."""
    return error_name(error) in {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CORRUPT_INDEX", "SQLITE_CORRUPT_SEQUENCE"}


def damaged(why: str) -> sqlite3.DatabaseError:
    """The error that SQLite raises for a damaged file, for damage that it does not see itself."""
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def error_name(error: sqlite3.Error) -> str:
    """SQLite's own name for an error; empty where it has none."""
    return getattr(error, "sqlite_errorname", "") or ""
