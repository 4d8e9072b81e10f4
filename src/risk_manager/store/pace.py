"""Who has the writer write, and when: a thread of its own. A test on a clock of its own hands in another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from risk_manager.store.breath import Breath

GROUP_SECONDS: Final = 0.04
"""With the time that a commit takes, at most 50 ms behind."""


class Pace(Protocol):
    """Calls the writer's turns, never two at once."""

    def monotonic(self) -> float:
        """Steady seconds."""
        ...

    def begin(self, turn: Callable[[], None], last_turn: Callable[[], None]) -> None:
        """From here on: a turn at least every `GROUP_SECONDS` while something waits; the last one at the end."""
        ...

    def hurry(self, *, is_urgent: bool) -> None:
        """Something waits. Urgent: a turn is to come at once. Called by the guard, and costs it next to nothing."""
        ...

    def breathe(self, waiting: int = 0) -> None:
        """In the middle of a turn: give way to the guard if it is time."""
        ...

    def aside(self, work: Callable[[], None], name: str) -> None:
        """Have something long done beside the turns; what is under way already is enough."""
        ...

    def finish(self, timeout_seconds: float) -> bool:
        """Have the last turn, and end. False where that did not work out in time."""
        ...

    def finish_aside(self, timeout_seconds: float) -> None:
        """Wait for what is done beside the turns; once more after the last turn, which may just have begun it."""
        ...


class ThreadPace:
    """A thread of its own for the turns, and another one for what is done beside them."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._breath = Breath()
        self._is_finishing = False
        self._thread: threading.Thread | None = None
        self._aside: threading.Thread | None = None

    def monotonic(self) -> float:
        """Steady seconds."""
        return time.monotonic()

    def begin(self, turn: Callable[[], None], last_turn: Callable[[], None]) -> None:
        """Start the thread."""

        def run() -> None:
            while not self._is_finishing:
                self._wake.wait(GROUP_SECONDS)
                self._wake.clear()
                turn()
            last_turn()

        self._thread = threading.Thread(target=run, name="store: writer", daemon=True)
        self._thread.start()

    def hurry(self, *, is_urgent: bool) -> None:
        """What is not urgent is found when the thread looks by itself."""
        if is_urgent:
            self._wake.set()

    def breathe(self, waiting: int = 0) -> None:
        """Let the guard's thread have the interpreter."""
        self._breath.pause(waiting)

    def aside(self, work: Callable[[], None], name: str) -> None:
        """Start the other thread, unless it runs."""
        if self._aside is None or not self._aside.is_alive():
            thread = threading.Thread(target=work, name=f"store: {name}", daemon=True)
            thread.start()
            self._aside = thread  # not sooner: it is waited for from another thread, which needs one that has begun

    def finish(self, timeout_seconds: float) -> bool:
        """Wait for the thread."""
        self._is_finishing = True
        self._wake.set()
        assert self._thread is not None, "begin() comes first"
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def finish_aside(self, timeout_seconds: float) -> None:
        """Wait for the other thread."""
        if self._aside is not None:
            self._aside.join(timeout_seconds)
