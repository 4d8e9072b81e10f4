"""One line of the journal, and the chain that holds the lines together.

A line's hash covers the hash before it and everything in the line, so that no line can be changed, taken out or put
in without the rest of the chain saying so. It is kept short (128 bits): a week has a million lines.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

HASH_BYTES: Final = 16
FIRST: Final = bytes(HASH_BYTES)
"""What stands before the first line."""

INSERT: Final = "INSERT INTO journal (seq, at, kind, account, event, step, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
COLUMNS: Final = "seq, at, kind, account, event, step, hash"

MARKS: Final = "marks"
"""The newest prices of contracts, of quotes that changed nothing else."""
STATE: Final = "state"
"""A guard begins: with this state, whole."""
STOPPED: Final = "stopped"
"""A guard ended in order."""
SETTINGS: Final = "settings"
"""The configuration that is in force from here on, as texts without secrets."""
SNAPSHOT: Final = "snapshot"
"""The state as it was here is kept; the line has its hash."""
PUT_BACK: Final = "put_back"
"""An admin has put this file back, a backup: what came after the line before is not in it."""
OWN_KINDS: Final = frozenset({MARKS, STATE, STOPPED, SETTINGS, SNAPSHOT, PUT_BACK})
"""Kinds of lines that are no event of the engine."""


class Line(msgspec.Struct, frozen=True):
    """A line as it is stored."""

    seq: int
    at: int
    """Microseconds since 1970: the engine's time after the step."""
    kind: str
    account: int | None
    event: str
    step: str | None
    hash: bytes

    @property
    def row(self) -> tuple[object, ...]:
        """The values of `INSERT`."""
        return (self.seq, self.at, self.kind, self.account, self.event, self.step, self.hash)


class Head(msgspec.Struct, frozen=True):
    """The end of the chain."""

    seq: int = 0
    hash: bytes = FIRST


def follow(head: Head, at: int, kind: str, account: int | None, event: str, step: str | None) -> Line:
    """The line that comes after `head`."""
    seq = head.seq + 1
    return Line(seq, at, kind, account, event, step, chained(head.hash, seq, at, kind, account, event, step))


def chained(before: bytes, seq: int, at: int, kind: str, account: int | None, event: str, step: str | None) -> bytes:
    """The hash of a line. The event's length keeps two lines apart whose texts are the same when put together."""
    held = event.encode()
    written = "" if step is None else f"+{step}"
    front = f"{seq}|{at}|{kind}|{account}|{len(held)}|".encode()
    return hashlib.blake2b(before + front + held + written.encode(), digest_size=HASH_BYTES).digest()


def is_right(before: bytes, line: Line) -> bool:
    """True where a line is what was written after `before`."""
    return chained(before, line.seq, line.at, line.kind, line.account, line.event, line.step) == line.hash
