"""Pauses that the writer takes, so that the guard's own thread never waits long for the interpreter.

Only one thread runs Python code at a time, and one that does not pause is asked to give way only every 5 ms: an age
when a position is to be closed.
"""

from __future__ import annotations

import time
from typing import Final

WORK_SECONDS: Final = 0.000_3
PAUSE_SECONDS: Final = 0.000_05
BEHIND: Final = 5_000
"""With more than this waiting, catching up goes first."""


class Breath:
    """Counts work, and pauses when it is time."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def pause(self, waiting: int = 0) -> None:
        """Give way if there has been enough work since the last pause."""
        if waiting < BEHIND and time.perf_counter() - self._since >= WORK_SECONDS:
            time.sleep(PAUSE_SECONDS)
            self._since = time.perf_counter()
