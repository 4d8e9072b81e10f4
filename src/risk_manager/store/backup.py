"""Copies of the whole file, made while the guard writes."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from risk_manager.home import CLOSED, belong, make_folder, make_private
from risk_manager.store.connection import connect_to_read
from risk_manager.store.errors import StoreError, StoreTrouble

FOLDER: Final = "backups"
_NAME: Final = "risk-%Y%m%dT%H%M%S%fZ.db"
_PATTERN: Final = "risk-*Z.db"


def make(path: Path, backups: Path, now: datetime, kept: int) -> Path:
    """Copy the file as it is at one moment; of the copies the newest `kept` stay. Raises StoreError.

    It reads through a connection of its own, so that the writer goes on meanwhile.
    """
    made = backups / now.strftime(_NAME)
    part = made.with_suffix(".part")
    try:
        if not backups.exists():
            make_folder(backups, CLOSED)
        with closing(connect_to_read(path)) as source:
            copy_content(source, part)
        os.replace(part, made)
        for old in newest_first(backups)[kept:]:
            old.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreError(StoreTrouble.CANNOT_WRITE, f"No backup could be made in {backups}: {error}.") from error
    return made


def copy_content(source: sqlite3.Connection, part: Path) -> None:
    """All that a database holds, also while a guard writes it, as a file of its own that is on the disk when this
    returns. Raises OSError and sqlite3.Error; what is at `part` then is no copy."""
    part.unlink(missing_ok=True)
    make_private(part)
    with closing(sqlite3.connect(part)) as target:
        source.backup(target)
        # One file, without a log beside it: a copy that is moved about must not lose half of itself.
        target.execute("PRAGMA journal_mode = DELETE")
    belong(part)
    sync(part)


def newest_first(backups: Path) -> list[Path]:
    """The backups of a folder."""
    return sorted(backups.glob(_PATTERN), reverse=True)


def sync(path: Path) -> None:
    """Return when what has been written to a file is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
