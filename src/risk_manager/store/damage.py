"""A file whose content is wrong is set aside, never deleted, and the newest good backup takes its place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from risk_manager.store import backup
from risk_manager.store.connection import connect_to_read
from risk_manager.store.schema import VERSION, version_of

_BESIDE = ("", "-wal", "-shm")
"""A file in WAL mode is three files."""


def set_aside(path: Path, now: datetime, why: str = "damaged") -> Path:
    """Move a file and what belongs to it out of the way, under a name with the time in it."""
    aside = name_aside(path, now, why)
    move_aside(path, aside)
    return aside


def name_aside(path: Path, now: datetime, why: str) -> Path:
    """The name that a file has when it is out of the way."""
    return path.with_name(f"{path.name}.{why}-{now:%Y%m%dT%H%M%S%f}Z")


def move_aside(path: Path, aside: Path) -> None:
    """Move a file and what belongs to it to another name."""
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            os.replace(f"{path}{ending}", f"{aside}{ending}")


def replace_by_backup(path: Path, backups: Path) -> Path | None:
    """Put the newest backup that is whole in the place of a file that is gone. None where there is none."""
    for candidate in backup.newest_first(backups):
        if is_whole(candidate):
            backup.copy(candidate, path)
            return candidate
    return None


def is_whole(path: Path) -> bool:
    """True for a database of ours that SQLite finds nothing wrong with."""
    try:
        with closing(connect_to_read(path)) as connection:
            return 0 < version_of(connection) <= VERSION and not faults(connection)
    except sqlite3.Error:
        return False


def faults(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the content of a file; it looks at every page."""
    try:
        found = [row[0] for row in connection.execute("PRAGMA quick_check(10)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found
