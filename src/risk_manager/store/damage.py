"""What is wrong with the content of a file, as SQLite sees it."""

from __future__ import annotations

import sqlite3


def faults(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the content of a file; it looks at every page."""
    try:
        found = [row[0] for row in connection.execute("PRAGMA quick_check(10)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found
