"""The file under the writer: opened when it is needed, written in whole transactions, opened anew after trouble."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from risk_manager.store.connection import connect_to_write
from risk_manager.store.tables import Statement


class File:
    """The one connection that writes, of the one thread that uses it."""

    def __init__(self, path: Path, connection: sqlite3.Connection | None) -> None:
        self.path = path
        self._connection = connection

    def connection(self) -> sqlite3.Connection:
        """The open connection. Raises sqlite3.Error where it cannot be opened."""
        if self._connection is None:
            self._connection = connect_to_write(self.path)
        return self._connection

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
