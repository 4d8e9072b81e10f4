"""How many requests may leave: the gateway's allowance, shared by the whole program, in lanes.

The gateway allows 200 requests in 60 s for everything but bars (50 in 30 s), and answers 429 beyond; whether
its window slides is not published, so ours does (an exact log of send times: a token or leaky bucket may let
twice the limit through). Enforcement goes first: reads may use no more than half, and wait after a 429. Login
and renewal count as enforcement: without a token nothing leaves. `Budget` is pure; `Lanes` waits.
"""

from __future__ import annotations

import asyncio
import enum
import time
from collections import deque
from collections.abc import Callable
from typing import Final

REQUESTS_MAX: Final = 200
READS_MAX: Final = 99
"""Below half, so that a flatten always finds room."""
WINDOW_SECONDS: Final = 60.0
HISTORY_MAX: Final = 50
HISTORY_WINDOW_SECONDS: Final = 30.0
MARGIN_SECONDS: Final = 0.05
"""The way to the gateway differs from request to request: one window is counted this much longer."""
PAUSE_SECONDS: Final = 5.0
"""For reads after the first 429; doubles with each further one up to a whole window (the gateway says "a
short delay", clients use 5 to 60 s)."""


class Lane(enum.Enum):
    """Who asks."""

    ENFORCEMENT = enum.auto()
    READ = enum.auto()
    HISTORY = enum.auto()


class Window:
    """At most `most` requests in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        """Nothing has been sent yet."""
        self._most = most
        self._seconds = seconds + MARGIN_SECONDS
        self._sent: deque[float] = deque()

    def free_at(self, now: float) -> float:
        """When the next one may leave: `now`, or later."""
        self._forget(now)
        return now if len(self._sent) < self._most else self._sent[-self._most] + self._seconds

    def note(self, now: float) -> None:
        """One leaves."""
        self._sent.append(now)

    def count(self, now: float) -> int:
        """How many left within the window."""
        self._forget(now)
        return len(self._sent)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] + self._seconds <= now:
            self._sent.popleft()


class Budget:
    """The allowance of one login. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Nothing has been sent yet."""
        self._all = Window(REQUESTS_MAX, WINDOW_SECONDS)
        self._reads = Window(READS_MAX, WINDOW_SECONDS)
        self._history = Window(HISTORY_MAX, HISTORY_WINDOW_SECONDS)
        self._reads_paused_until = 0.0
        self._pause = PAUSE_SECONDS

    def free_at(self, lane: Lane, now: float) -> float:
        """When a request of `lane` may leave: `now`, or later.

        Enforcement is held back by nothing but the allowance itself, and not by that after a 429: the
        gateway's counting may differ from ours, and a refused request costs little.
        """
        match lane:
            case Lane.ENFORCEMENT:
                return self._all.free_at(now)
            case Lane.READ:
                return max(self._all.free_at(now), self._reads.free_at(now), self._reads_paused_until)
            case Lane.HISTORY:
                return max(self._history.free_at(now), self._reads_paused_until)

    def note(self, lane: Lane, now: float) -> None:
        """A request of `lane` leaves."""
        if lane is Lane.HISTORY:
            self._history.note(now)
            return
        self._all.note(now)
        if lane is Lane.READ:
            self._reads.note(now)

    def refused(self, now: float, retry_after_seconds: float | None = None) -> None:
        """The gateway answered 429: reads wait, longer each time."""
        pause = self._pause if retry_after_seconds is None else max(retry_after_seconds, PAUSE_SECONDS)
        self._reads_paused_until = max(self._reads_paused_until, now + min(pause, WINDOW_SECONDS))
        self._pause = min(2 * self._pause, WINDOW_SECONDS)

    def answered(self) -> None:
        """The gateway answered a read: the next pause is a short one again."""
        self._pause = PAUSE_SECONDS

    def count(self, now: float) -> int:
        """Requests within the last minute, history not counted."""
        return self._all.count(now)


class Lanes:
    """The budget for those who can wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives monotonic seconds."""
        self.budget = Budget()
        self._clock = clock
        self._turn = {lane: asyncio.Lock() for lane in Lane}

    async def pass_through(self, lane: Lane) -> None:
        """Wait until a request of `lane` may leave, and count it. First come, first served within a lane."""
        async with self._turn[lane]:
            while True:
                now = self._clock()
                wait = self.budget.free_at(lane, now) - now
                if wait <= 0:
                    break
                await asyncio.sleep(wait)
            self.budget.note(lane, now)

    def pass_at_once(self, lane: Lane) -> bool:
        """Count a request of `lane` that leaves now; False where none may."""
        now = self._clock()
        if self.budget.free_at(lane, now) > now:
            return False
        self.budget.note(lane, now)
        return True

    def note(self, lane: Lane) -> None:
        """Count a request that leaves without having asked: a repetition."""
        self.budget.note(lane, self._clock())

    def refused(self, retry_after_seconds: float | None = None) -> None:
        """The gateway answered 429."""
        self.budget.refused(self._clock(), retry_after_seconds)

    def count(self) -> int:
        """Requests within the last minute."""
        return self.budget.count(self._clock())
