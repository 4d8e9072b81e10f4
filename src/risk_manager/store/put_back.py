"""The line with which a journal says of itself that it is a backup: who put it back and why, when, and where it broke
off. A journal that took the place of another one without any backup says that of itself too."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from risk_manager.core.told_times import dated
from risk_manager.store import line as lines
from risk_manager.store import meta
from risk_manager.store.instant import micros
from risk_manager.store.line import Head, follow


class PutBack(msgspec.Struct, frozen=True, kw_only=True):
    """Something was put in the place of the database. The next start says so, and the record keeps it."""

    backup: str
    """The name of the backup; empty: there was no good one, and the journal begins here."""
    until: datetime | None
    """Its last line; None: it had none. What came later is not in it."""
    at: datetime
    """When it was put back."""
    user: int | None
    """Who did it: the user's number, as the operating system says. None: a guard that started, for `why`."""
    aside: str
    """The name that the file has now which stood there; empty: there was none."""
    why: str = ""
    """What a guard has found, in sentences; empty: an admin wanted it."""

    @property
    def sentence(self) -> str:
        """For people, loudly."""
        if self.user is None:
            return self._of_a_guard
        end = f"It ends at {dated(self.until)}" if self.until is not None else "It is empty"
        kept = f" What stood there is kept as {self.aside}." if self.aside else ""
        return (
            f"CRITICAL: The database is the backup {self.backup}, which user {self.user} put back at "
            f"{dated(self.at)}. {end}: locks, waivers and counts of later are not known. Trades and "
            f"positions are asked of the broker.{kept}"
        )

    @property
    def _of_a_guard(self) -> str:
        kept = f" What was left is kept as {self.aside}." if self.aside else ""
        if not self.backup:
            return (
                f"CRITICAL: {self.why} There is no good backup. No lock and no count of earlier is known: look at the "
                f"account before you trade.{kept}"
            )
        span = f"the time from {dated(self.until)} to" if self.until is not None else "all until"
        return (
            f"CRITICAL: {self.why} The backup {self.backup} is in its place: what came after it is not known, locks "
            f"included. That is {span} {dated(self.at)}. Trades and positions are asked of the broker."
            f"{kept}"
        )


def write(connection: sqlite3.Connection, what: PutBack) -> None:
    """Add the line to the end of the chain, in a transaction of its own. Raises sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")
    head = meta.read(connection).head
    event = msgspec.json.encode(what).decode()
    line = follow(head, max(micros(what.at), _last_at(connection)), lines.PUT_BACK, None, event, None)
    connection.execute(lines.INSERT, line.row)
    connection.execute(*meta.put_head(Head(line.seq, line.hash)))
    connection.execute("COMMIT")


def read(line: lines.Line) -> PutBack:
    """What a line of this kind says. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(line.event, type=PutBack)


def _last_at(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return 0 if found is None else int(found[0])
