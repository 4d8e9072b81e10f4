"""The tables, and how a file of an earlier version becomes one of this.

`PRAGMA user_version` is the version; it is part of the transaction that changes the tables. A migration is one function
and one row below; a file that is newer than this program is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from risk_manager.store.errors import StoreError, StoreTrouble

_FIRST: Final = """
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, account INTEGER, event TEXT NOT NULL, step TEXT,
  hash BLOB NOT NULL);
CREATE TABLE snapshots (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, settings TEXT NOT NULL, state BLOB NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE lockouts (
  account INTEGER, rule TEXT, symbol TEXT, kind TEXT, since TEXT, until TEXT, why TEXT, condition TEXT, measure TEXT,
  ended_at TEXT, seq INTEGER NOT NULL, PRIMARY KEY (account, rule, symbol, kind, since)) WITHOUT ROWID;
CREATE TABLE waivers (
  account INTEGER, rule TEXT, symbol TEXT, until TEXT, why TEXT, ended_at TEXT, seq INTEGER NOT NULL,
  PRIMARY KEY (account, rule, symbol, until)) WITHOUT ROWID;
CREATE TABLE daily_pnl (
  account INTEGER, day TEXT, start TEXT, end TEXT, gross TEXT, costs TEXT, realized TEXT, seq INTEGER NOT NULL,
  PRIMARY KEY (account, day, start)) WITHOUT ROWID;
CREATE TABLE positions (
  account INTEGER, contract TEXT, symbol TEXT, signed_size INTEGER, average_price TEXT, cost TEXT, first_seen_at TEXT,
  seq INTEGER NOT NULL, PRIMARY KEY (account, contract)) WITHOUT ROWID;
CREATE TABLE orders (
  account INTEGER, id INTEGER, contract TEXT, symbol TEXT, side TEXT, type TEXT, status TEXT, size INTEGER,
  filled INTEGER, limit_price TEXT, stop_price TEXT, tag TEXT, created_at TEXT, seq INTEGER NOT NULL,
  PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE TABLE trade_history (
  account INTEGER, id INTEGER, order_id INTEGER, contract TEXT, symbol TEXT, side TEXT, size INTEGER, price TEXT,
  profit_and_loss TEXT, costs TEXT, at TEXT, voided INTEGER, arrival INTEGER, seq INTEGER NOT NULL,
  PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE TABLE contract_cache (
  contract TEXT PRIMARY KEY, symbol TEXT, tick_size TEXT, tick_value TEXT, point_value TEXT, is_micro INTEGER,
  seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE session_state (
  account INTEGER PRIMARY KEY, name TEXT, can_trade INTEGER, balance TEXT, own_day TEXT, day_start TEXT, day_end TEXT,
  seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE reset_schedule (
  account INTEGER, day TEXT, last_reset TEXT, next_reset TEXT, seq INTEGER NOT NULL,
  PRIMARY KEY (account, day)) WITHOUT ROWID;
CREATE TABLE enforcement_log (
  seq INTEGER NOT NULL, number INTEGER NOT NULL, at TEXT, account INTEGER, kind TEXT, target TEXT, rule TEXT, why TEXT,
  command TEXT, outcome TEXT, outcome_at TEXT, outcome_why TEXT, outcome_seq INTEGER, PRIMARY KEY (seq, number)
  ) WITHOUT ROWID;
CREATE INDEX enforcement_log_open ON enforcement_log (account, command) WHERE outcome IS NULL;
CREATE INDEX enforcement_log_at ON enforcement_log (at);
CREATE INDEX trade_history_seq ON trade_history (seq);
"""

TABLES: Final = (
    "lockouts",
    "waivers",
    "daily_pnl",
    "positions",
    "orders",
    "trade_history",
    "contract_cache",
    "session_state",
    "reset_schedule",
    "enforcement_log",
)
"""What the journal alone decides: replaying it gives the same rows."""

Migration = Callable[[sqlite3.Connection], None]


def _first(connection: sqlite3.Connection) -> None:
    for statement in _FIRST.split(";"):
        if statement.strip():
            connection.execute(statement)


MIGRATIONS: Final[Sequence[Migration]] = (_first,)
"""Migration n leads from version n to n + 1. Rows are only ever added at the end."""
VERSION: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file; 0 for an empty one."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def check_version(connection: sqlite3.Connection) -> None:
    """Raises StoreError for a file that this program does not know."""
    found = version_of(connection)
    if found > VERSION:
        raise StoreError(
            StoreTrouble.NEWER,
            f"The database has version {found}, and this program knows versions up to {VERSION}: a newer program has "
            "written it. Install that one again, or restore a backup from before the update.",
        )


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a file up to date, version by version; a step that fails leaves the version before it."""
    for number in range(version_of(connection), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrations[number](connection)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
