"""What was saved, for people who look back: rows by their column names, newest first.

The connection only reads. To be used in a thread of its own: it gives way to the guard's as often as the writer does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from risk_manager.core.contracts import symbol_of
from risk_manager.store.breath import Breath
from risk_manager.store.connection import connect_to_read
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.instant import text

Row = dict[str, Any]
_STEPS_BETWEEN_BREATHS: Final = 2_000  # instructions of SQLite's machine, some hundred microseconds of work


class Wanted(NamedTuple):
    """Which rows; what is None does not narrow it."""

    account: int | None = None
    since: datetime | None = None
    """Itself included."""
    before: datetime | None = None
    """Itself not included."""
    symbol: str | None = None
    """The trader's symbol; acts that concern an order and no contract are left out then."""
    rule: str | None = None
    limit: int = 100


class History:
    """A look into the file, for as long as the `with` lasts. Raises StoreError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> History:
        try:
            self._connection = connect_to_read(self._path)
            self._connection.row_factory = _named
            self._connection.create_function("symbol_of", 1, _symbol_of, deterministic=True)
            breath = Breath()
            self._connection.set_progress_handler(breath.pause, _STEPS_BETWEEN_BREATHS)
        except sqlite3.Error as error:
            raise _unreadable(self._path, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def trades(self, wanted: Wanted) -> list[Row]:
        """Fills by their own times. With a rule there are none: a fill belongs to no rule."""
        if wanted.rule is not None:
            return []
        return self._rows("*", "trade_history", "at DESC, seq DESC, id DESC", "symbol", wanted)

    def acts(self, wanted: Wanted) -> list[Row]:
        """What was asked of the broker."""
        order = "at DESC, seq DESC, number DESC"
        return self._rows("*, symbol_of(target) AS symbol", "enforcement_log", order, "symbol_of(target)", wanted)

    def last_close(self, account: int) -> list[Row]:
        """What the guard last asked to be closed of an account, wholly or in part: all of that one step."""
        closes = "account = ? AND kind IN ('close', 'reduce')"
        last = f"SELECT seq FROM enforcement_log WHERE {closes} ORDER BY at DESC LIMIT 1"  # noqa: S608  names are ours
        sql = f"SELECT * FROM enforcement_log WHERE {closes} AND seq = ({last}) ORDER BY number"  # noqa: S608
        try:
            return self._connection.execute(sql, (account, account)).fetchall()
        except sqlite3.Error as error:
            raise _unreadable(self._path, error) from error

    def locks(self, wanted: Wanted) -> list[Row]:
        """Locks by their beginnings; with a symbol those of it, not those of the whole account."""
        return self._rows("*", "lockouts", "since DESC, seq DESC", "symbol", wanted)

    def _rows(self, columns: str, table: str, order: str, symbol: str, wanted: Wanted) -> list[Row]:
        """The first word of `order` is the column of the time."""
        tests = dict(_tests(order.partition(" ")[0], symbol, wanted))
        where = f"WHERE {' AND '.join(tests)}" if tests else ""
        sql = f"SELECT {columns} FROM {table} {where} ORDER BY {order} LIMIT ?"  # noqa: S608  all names are ours
        try:
            return self._connection.execute(sql, (*tests.values(), wanted.limit)).fetchall()
        except sqlite3.Error as error:
            raise _unreadable(self._path, error) from error


def _tests(when: str, symbol: str, wanted: Wanted) -> Iterator[tuple[str, Any]]:
    if wanted.account is not None:
        yield "account = ?", wanted.account
    if wanted.since is not None:
        yield f"{when} >= ?", text(wanted.since)
    if wanted.before is not None:
        yield f"{when} < ?", text(wanted.before)
    if wanted.symbol is not None:
        yield f"{symbol} = ?", wanted.symbol
    if wanted.rule is not None:
        yield "rule = ?", wanted.rule


def _named(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def _symbol_of(target: str) -> str | None:
    return None if target.startswith("order ") else symbol_of(target)


def _unreadable(path: Path, error: sqlite3.Error) -> StoreError:
    return StoreError(StoreTrouble.CANNOT_READ, f"{path.name} cannot be read now ({error}).")
