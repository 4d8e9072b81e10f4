"""The line with which a journal says of itself that it is a backup: who put it back, when, and where it broke off."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from risk_manager.store import line as lines
from risk_manager.store import meta
from risk_manager.store.instant import micros
from risk_manager.store.line import Head, follow


class PutBack(msgspec.Struct, frozen=True, kw_only=True):
    """A backup was put in the place of the database. The next start says so, and the record keeps it."""

    backup: str
    """Its name."""
    until: datetime | None
    """Its last line; None: it had none. What came later is not in it."""
    at: datetime
    """When it was put back."""
    user: int
    """Who did it: the user's number, as the operating system says."""
    aside: str
    """The name that the file has now which stood there; empty: there was none."""

    @property
    def sentence(self) -> str:
        """For people, loudly."""
        end = f"It ends at {self.until:%Y-%m-%d %H:%M:%S} UTC" if self.until is not None else "It is empty"
        kept = f" What stood there is kept as {self.aside}." if self.aside else ""
        return (
            f"CRITICAL: The database is the backup {self.backup}, which user {self.user} put back at "
            f"{self.at:%Y-%m-%d %H:%M:%S} UTC. {end}: locks, waivers and counts of later are not known. Trades and "
            f"positions are asked of the broker.{kept}"
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
