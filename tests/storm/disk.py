"""The writer's pace on the virtual clock: a disk that takes its time, stalls, or is gone with the guard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from risk_manager.store.pace import GROUP_SECONDS
from tests.storm.loop import VirtualLoop

_BEAT_SECONDS = 10.0


class DiskPace:
    """Turns as timers of the loop."""

    def __init__(self, loop: VirtualLoop, draw: Random) -> None:
        self._loop, self._draw = loop, draw
        self._turn: Callable[[], None] = lambda: None
        self._last_turn: Callable[[], None] = lambda: None
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stalled_until = 0.0
        self.is_dead = False
        self.waiting_since: float | None = None
        """What has been handed over since then may not be durable."""

    def monotonic(self) -> float:
        """Steady seconds."""
        return self._loop.time()

    def begin(self, turn: Callable[[], None], last_turn: Callable[[], None]) -> None:
        """From here on."""
        self._turn, self._last_turn = turn, last_turn
        self._plan(0.001)

    def hurry(self, *, is_urgent: bool) -> None:
        """Something waits."""
        if self.waiting_since is None:
            self.waiting_since = self._loop.time()
        self._plan(0.0002 + 0.003 * self._draw.random() if is_urgent else GROUP_SECONDS)

    def _plan(self, seconds: float) -> None:
        at = max(self._loop.time() + seconds, self._stalled_until)
        if self._next <= self._loop.time() or at < self._next:
            self._next = at
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(at, self._take_turn)

    def _take_turn(self) -> None:
        self._next = 0.0
        if self.is_dead:
            return
        if self._loop.time() < self._stalled_until:
            self._plan(0.0)
            return
        self.waiting_since = None
        self._turn()
        self._plan(_BEAT_SECONDS)

    def stall(self, seconds: float) -> None:
        """Nothing gets through to the disk for so long."""
        self._stalled_until = max(self._stalled_until, self._loop.time() + seconds)

    def breathe(self, waiting: int = 0) -> None:
        """Nobody waits for us."""

    def aside(self, work: Callable[[], None], name: str) -> None:
        """At once."""
        work()

    def finish(self, timeout_seconds: float) -> bool:
        """The last turn."""
        if not self.is_dead:
            self.is_dead = True
            self._last_turn()
        return True

    def finish_aside(self, timeout_seconds: float) -> None:
        """Nothing is under way."""

    def die(self) -> None:
        """The guard is killed."""
        self.is_dead = True
