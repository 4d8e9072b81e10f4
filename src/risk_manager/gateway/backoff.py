"""How long to wait before the next attempt: full jitter, bounded, forgotten only after a stable time.
Pure."""

from __future__ import annotations

import math
from collections.abc import Callable


class Backoff:
    """The pauses of one resource that is tried again and again, without end."""

    def __init__(self, draw: Callable[[], float], *, first: float = 0.5, longest: float = 10.0) -> None:
        """`draw` gives numbers in [0, 1); the n-th pause lies between 0 and `first` x 2^n, at most `longest`
        (s)."""
        self._draw = draw
        self._first = first
        self._longest = longest
        self._failures = 0

    def pause(self) -> float:
        """Seconds from the start of the last attempt to the next one; longer each time."""
        ceiling = min(self._longest, math.ldexp(self._first, min(self._failures, 16)))
        self._failures += 1
        return max(0.05 * self._first, self._draw() * ceiling)

    def reset(self) -> None:
        """Begin anew: the resource has been stable."""
        self._failures = 0
