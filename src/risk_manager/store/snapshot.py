"""The state as it was at a line, so that a start need not begin at the first line of a week."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from risk_manager.core import engine
from risk_manager.core.model import AccountId
from risk_manager.core.settings import Settings
from risk_manager.core.state import State
from risk_manager.store.instant import micros
from risk_manager.store.line import HASH_BYTES

LINES_APART: Final = 1_000
"""The tail that a start replays is no longer: about a tenth of a second."""
SPAN: Final = timedelta(hours=6)
"""Of older ones, one in each such span stays, so that lines before it can be let go of and the rest still replays."""
_NEWEST_KEPT: Final = 2

INSERT: Final = "INSERT OR REPLACE INTO snapshots (seq, at, settings, state) VALUES (?, ?, ?, ?)"
_SELECT: Final = "SELECT seq, settings, state FROM snapshots"
THIN_OUT: Final = f"""
DELETE FROM snapshots
WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT {_NEWEST_KEPT})
  AND seq NOT IN (SELECT min(seq) FROM snapshots GROUP BY at / {SPAN // timedelta(microseconds=1)})
"""  # noqa: S608  numbers of ours


class Kept(msgspec.Struct, frozen=True):
    """A state that is kept."""

    seq: int
    """The line that names it: it is the state after that line."""
    texts: Mapping[str, str]
    """The configuration that was in force; empty where none had been written down."""
    dumped: bytes


def digest(state: State) -> str:
    """What the journal keeps of a state. Reading a state puts the memories of rules in the rules' order, so their order
    is no part of it."""
    accounts = {
        key: replace(account, memory=dict(sorted(account.memory.items()))) if len(account.memory) > 1 else account
        for key, account in state.accounts.items()
    }
    return hashlib.blake2b(engine.dump(replace(state, accounts=accounts)), digest_size=HASH_BYTES).hexdigest()


def row(seq: int, state: State, texts: Mapping[str, str]) -> tuple[int, int, str, bytes]:
    """The values of `INSERT`."""
    packed = zlib.compress(engine.dump(state), 1)
    return (seq, micros(state.now), msgspec.json.encode(texts).decode(), packed)


def newest(connection: sqlite3.Connection) -> Kept | None:
    """The newest one that is kept."""
    return _kept(connection.execute(f"{_SELECT} ORDER BY seq DESC LIMIT 1").fetchone())


def oldest(connection: sqlite3.Connection) -> Kept | None:
    """The oldest one that is kept."""
    return _kept(connection.execute(f"{_SELECT} ORDER BY seq LIMIT 1").fetchone())


def _kept(found: tuple[int, str, bytes] | None) -> Kept | None:
    if found is None:
        return None
    seq, texts, packed = found
    return Kept(seq, msgspec.json.decode(texts, type=dict[str, str]), zlib.decompress(packed))


def exactly(dumped: bytes, settings: Mapping[AccountId, Settings]) -> State:
    """The state as it was dumped, for lines that come after it; `engine.load` makes one for a guard that starts.

    Only what rules remember is taken from the engine's reading: the types are the rules' own.
    """
    read = engine.load(dumped, settings)
    state = msgspec.json.decode(dumped, type=State)
    accounts = {key: replace(one, memory=read.accounts[key].memory) for key, one in state.accounts.items()}
    return replace(state, accounts=accounts)
