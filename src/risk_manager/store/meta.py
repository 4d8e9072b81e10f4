"""What the file says of itself: the end of the chain, who holds it, and how the last guard ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from risk_manager.store import instant
from risk_manager.store.line import FIRST, Head
from risk_manager.store.tables import Statement

_PUT: Final = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in the table."""

    head: Head = Head()
    """The newest line."""
    anchor: Head = Head()
    """The line before the oldest one that is kept."""
    is_clean: bool = True
    """False while a guard runs, and after one that did not end in order."""
    holder: str = ""
    """Who holds the file: a machine and a process."""
    heartbeat: datetime | None = None
    """When a guard was last known to be alive."""
    texts: Mapping[str, str] = {}
    """The last configuration that was in force, without secrets."""
    checked_at: datetime | None = None
    """When the whole file was last looked through."""


def read(connection: sqlite3.Connection) -> Meta:
    """The table's rows; what is missing has never been."""
    found: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta"))
    return Meta(
        head=_head(found.get("head")),
        anchor=_head(found.get("anchor")),
        is_clean=found.get("is_clean", "1") == "1",
        holder=found.get("holder", ""),
        heartbeat=instant.from_text(found["heartbeat"]) if found.get("heartbeat") else None,
        texts=msgspec.json.decode(found.get("texts", "{}"), type=dict[str, str]),
        checked_at=instant.from_text(found["checked_at"]) if found.get("checked_at") else None,
    )


def put_head(head: Head) -> Statement:
    """The chain's new end."""
    return _PUT, ("head", f"{head.seq}:{head.hash.hex()}")


def put_anchor(anchor: Head) -> Statement:
    """Where the chain begins now."""
    return _PUT, ("anchor", f"{anchor.seq}:{anchor.hash.hex()}")


def put_clean(*, is_clean: bool) -> Statement:
    """Whether the last guard ended in order."""
    return _PUT, ("is_clean", str(int(is_clean)))


def put_holder(holder: str) -> Statement:
    """Who holds the file."""
    return _PUT, ("holder", holder)


def put_heartbeat(at: datetime) -> Statement:
    """A guard is alive."""
    return _PUT, ("heartbeat", instant.text(at))


def put_texts(texts: Mapping[str, str]) -> Statement:
    """The configuration that is in force."""
    return _PUT, ("texts", msgspec.json.encode(texts).decode())


def put_checked(at: datetime) -> Statement:
    """The whole file has been looked through."""
    return _PUT, ("checked_at", instant.text(at))


def _head(written: str | None) -> Head:
    if not written:
        return Head(0, FIRST)
    seq, _, hash_text = written.partition(":")
    return Head(int(seq), bytes.fromhex(hash_text))
