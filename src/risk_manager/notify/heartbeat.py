"""The dead man's switch: an address asked for again and again, as long as the guard decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from risk_manager.notify.line import Line, UnreachableError

NAME: Final = "heartbeat"
_TOLD_AFTER: Final = 3
"""Beats that fail in a row before it is said."""


class Beat(msgspec.Struct, frozen=True):
    """Where, and how often."""

    url: str
    every_seconds: float

    def __repr__(self) -> str:
        return "Beat(***)"


class Heartbeat:
    """Runs in the notifier's loop. That loop may live on while the guard hangs, so the guard itself is asked first."""

    def __init__(
        self,
        beat: Beat,
        line: Line,
        decides: Callable[[], Awaitable[bool]],
        report: Callable[[str, str, bool], None],
    ) -> None:
        """`decides` tells whether the guard guards and its loop turns; where it does not, nothing is asked for."""
        self._beat = beat
        self._line = line
        self._decides = decides
        self._report = report
        self._failures = 0

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            if await self._decides():
                await self._once()
            await asyncio.sleep(self._beat.every_seconds)

    async def _once(self) -> None:
        try:
            status = await self._line.get(self._beat.url)
            why = f"it answers HTTP {status}" if status >= 300 else ""
        except UnreachableError as error:
            why = str(error)
        if not why:
            if self._failures >= _TOLD_AFTER:
                self._report(NAME, "The heartbeat arrives again.", True)
            self._failures = 0
            return
        self._failures += 1
        if self._failures == _TOLD_AFTER:
            self._report(
                NAME, f"The heartbeat does not arrive: {why}. Its service will say that the guard is gone.", False
            )
