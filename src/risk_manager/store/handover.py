"""What goes to the writer besides steps, and what it lets everybody see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from risk_manager.core.state import State
from risk_manager.store.line import Head


class Begin(msgspec.Struct, frozen=True):
    """A guard begins with a state."""

    state: State
    was: State | None
    version: str
    at: datetime


class Configure(msgspec.Struct, frozen=True):
    """Other settings are in force from here on."""

    texts: Mapping[str, str]
    at: datetime


class Watched(msgspec.Struct, kw_only=True):
    """What the writer tells of itself. Each value is replaced as a whole, so that any thread may look."""

    heard_saved: int = 0
    """Steps that are durable, of those that were handed over. Prices that changed nothing else may still wait."""
    state: State | None = None
    """The state that is durable."""
    head: Head = Head()
    trouble: str | None = None
    """Why nothing can be written now."""
