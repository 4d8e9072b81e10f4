"""What goes to the writer besides steps, and what it lets everybody see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from risk_manager.core.events import Reloaded
from risk_manager.core.state import State
from risk_manager.store.line import Head
from risk_manager.store.scribe import Heard

_STEPS_MOST: Final = 1_000


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
    steps: tuple[Heard, ...] = ()
    """Those that belong to it: with it they are durable, or neither is."""


class Announced:
    """Settings that some accounts are still to be told of."""

    def __init__(self, configure: Configure, reloads: int) -> None:
        self._configure = configure
        self._missing = reloads
        self._steps: list[Heard] = []

    def followed_by(self, configure: Configure, reloads: int) -> Announced:
        """Other settings before all have been told of these: with all of them durable, as the newest."""
        after = Announced(configure, self._missing + reloads)
        after._steps = self._steps
        return after

    def take(self, heard: Heard) -> Iterator[Heard | Configure]:
        """What is handed over now: a step before the first reload, nothing while reloads are missing, then all of it.

        Reloads that never come must not keep everything else back.
        """
        is_reload = isinstance(heard.event, Reloaded)
        if not (is_reload or self._steps):
            yield heard
            return
        self._missing -= is_reload
        self._steps.append(heard)
        if self._missing <= 0 or len(self._steps) >= _STEPS_MOST:
            yield replace(self._configure, steps=tuple(self._steps))


class Watched(msgspec.Struct, kw_only=True):
    """What the writer tells of itself. Each value is replaced as a whole, so that any thread may look."""

    heard_saved: int = 0
    """Steps that are durable, of those that were handed over. Prices that changed nothing else may still wait."""
    state: State | None = None
    """The state that is durable."""
    head: Head = Head()
    trouble: str | None = None
    """Why nothing can be written now."""
