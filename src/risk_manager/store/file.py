"""The file under the writer: opened when it is needed, written in whole transactions, opened anew after trouble, and
put back where somebody has taken its name away."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from risk_manager.store import backup, swapping
from risk_manager.store.connection import connect_to_write, damaged
from risk_manager.store.tables import Statement


class File:
    """The one connection that writes, of the one thread that uses it."""

    def __init__(self, path: Path, connection: sqlite3.Connection | None) -> None:
        self.path = path
        self._connection = connection
        self._is = _identity(path) if connection is not None else None

    def connection(self) -> sqlite3.Connection:
        """The open connection. Raises sqlite3.Error where it cannot be opened; a file that was written and is gone now
        counts as damaged, and no empty one takes its place unnoticed."""
        if self._connection is None:
            if self._is is not None and not swapping.is_there(self.path):
                raise damaged("the file is gone")
            self._connection = connect_to_write(self.path)
            self._is = _identity(self.path)
        return self._connection

    def is_in_place(self) -> bool:
        """False where the open file is not the one that its name leads to: it was deleted, moved, or replaced. Where
        nobody can look (on Windows another program may have it for a moment), nothing is claimed."""
        if self._connection is None or self._is is None:
            return True
        return _identity(self.path) in (None, self._is)

    def put_back(self) -> None:
        """Give all that the open file holds its name again; what has that name now is written over. Raises OSError and
        sqlite3.Error, and the open file goes on being written."""
        part = self.path.with_name(f"{self.path.name}.part")
        backup.copy_content(self.connection(), part)
        for ending in ("-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        os.replace(part, self.path)
        self.close()

    def write(self, statements: Iterable[Statement], breathe: Callable[[], None]) -> None:
        """All of it in one transaction, on the disk when this returns; or nothing, and sqlite3.Error."""
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, values in statements:
                connection.execute(sql, values)
                breathe()
            connection.execute("COMMIT")
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        """Leave a transaction that failed; SQLite has often left it by itself."""
        if self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self.close()

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(sqlite3.Error):  # What could not be written is in memory; the next opening finds the rest.
                connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file has a name; zeros: none; None: nobody can look."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0
    except OSError:
        return None
    return found.st_dev, found.st_ino
