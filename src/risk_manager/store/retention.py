"""How long what is kept, and how what is older goes: in small bites, between other work."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Final

import msgspec

from risk_manager.store import meta
from risk_manager.store.instant import micros, text
from risk_manager.store.line import Head

BITE: Final = 2_000
"""Lines that go in one transaction: some milliseconds."""


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """How long what is kept."""

    journal_days: int = 7
    """Lines of the journal, and trades."""
    enforcement_days: int = 365
    daily_pnl_days: int = 90
    backups: int = 14


def prune(connection: sqlite3.Connection, keep: Keep, now: datetime) -> bool:
    """Take one bite of what is too old; the caller's transaction. True while there is more.

    The journal goes up to a line whose state is kept, so that what is left replays; the chain's anchor moves along.
    """
    cut = micros(now - timedelta(days=keep.journal_days))
    known = meta.read(connection)
    last = connection.execute("SELECT max(seq) FROM snapshots WHERE at < ?", (cut,)).fetchone()[0]
    is_more = False
    if last is not None and last > known.anchor.seq + 1:
        upto = min(last - 1, known.anchor.seq + BITE)
        is_more = upto < last - 1
        found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (upto,)).fetchone()
        if found is not None:
            connection.execute("DELETE FROM snapshots WHERE seq <= ?", (upto,))
            connection.execute("DELETE FROM journal WHERE seq <= ?", (upto,))
            connection.execute("DELETE FROM trade_history WHERE seq <= ?", (upto,))
            connection.execute(*meta.put_anchor(Head(upto, found[0])))
    _forget(connection, "enforcement_log", "at", now, max(keep.enforcement_days, keep.journal_days))
    _forget(connection, "lockouts", "ended_at", now, max(keep.enforcement_days, keep.journal_days))
    _forget(connection, "waivers", "ended_at", now, max(keep.enforcement_days, keep.journal_days))
    _forget(connection, "daily_pnl", "end", now, max(keep.daily_pnl_days, keep.journal_days))
    return is_more


def _forget(connection: sqlite3.Connection, table: str, column: str, now: datetime, days: int) -> None:
    limit = text(now - timedelta(days=days))
    anchor = meta.read(connection).anchor.seq
    connection.execute(f"DELETE FROM {table} WHERE {column} < ? AND seq <= ?", (limit, anchor))  # noqa: S608
