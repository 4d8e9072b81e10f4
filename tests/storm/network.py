"""The line between a guard and the gateway: bytes that take their time, get held up, or never arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.storm.loop import VirtualLoop

_APART_SECONDS: Final = 1e-6
"""Timers of the same instant go off in any order; messages on one line do not."""


class Line:
    """One connection. Each side hears the other's messages in order, or nothing any more once it is cut."""

    def __init__(self, network: Network, on_cut: Callable[[], None]) -> None:
        self.is_cut = False
        self._network, self._on_cut = network, on_cut
        self._last = {True: 0.0, False: 0.0}
        network.lines[self] = None

    def carry(self, is_up: bool, take: Callable[..., Any], *what: Any) -> None:
        """Have `take` called with something at the other end, after what was sent before it."""
        if self.is_cut:
            return
        loop = self._network.loop
        at = max(loop.time() + self._network.delay(), self._last[is_up] + _APART_SECONDS)
        self._last[is_up] = at
        loop.call_at(at, self._arrive, take, what)

    def _arrive(self, take: Callable[..., Any], what: tuple[Any, ...]) -> None:
        if not self.is_cut:
            take(*what)

    def cut(self) -> None:
        """End it for both sides; what is on its way is lost."""
        if not self.is_cut:
            self.hush()
            self._on_cut()

    def hush(self) -> None:
        """End it, without a word to the guard's side: it is dead, or it has ended the line itself."""
        self.is_cut = True
        self._network.lines.pop(self, None)


class Network:
    """All lines of one guard. Dies with it."""

    def __init__(self, loop: VirtualLoop, draw: Random) -> None:
        self.loop = loop
        self.lines: dict[Line, None] = {}
        self.is_dead = False
        self._draw = draw
        self._down_until = 0.0
        self._held_until = 0.0

    def delay(self) -> float:
        """How long the next message takes."""
        way = 0.0005 + self._draw.random() ** 3 * 0.02
        return max(self.loop.time(), self._held_until) - self.loop.time() + way

    @property
    def is_down(self) -> bool:
        """True while no connection can be made."""
        return self.is_dead or self.loop.time() < self._down_until

    def break_down(self, seconds: float) -> None:
        """Everything breaks off, and nothing can be connected for a while."""
        self._down_until = max(self._down_until, self.loop.time() + seconds)
        for line in list(self.lines):
            line.cut()

    def hold(self, seconds: float) -> None:
        """What is sent meanwhile arrives later, all at once."""
        self._held_until = max(self._held_until, self.loop.time() + seconds)

    def mend(self) -> None:
        """All is well again."""
        self._down_until = self._held_until = 0.0

    def die(self) -> None:
        """The guard is gone: nothing of it arrives any more."""
        self.is_dead = True
        for line in list(self.lines):
            line.hush()

    async def way(self) -> None:
        """A way to the gateway and back, which a new connection takes. Raises OSError where there is none."""
        await asyncio.sleep(self.delay())
        if self.is_down:
            raise ConnectionRefusedError("there is no way to the gateway")
