"""A file looked at from a thread of its own: what looking costs, and how long it hangs, is nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from risk_manager.config import ConfigError

LOOK_SECONDS: Final = 0.5
"""Between two looks. A file counts when two looks in a row have found the same: an editor writes in parts."""

T = TypeVar("T")


class FileWatch(Generic[T]):
    """What a file says, at the beginning and whenever it has changed."""

    def __init__(
        self,
        name: str,
        look: Callable[[], object],
        read: Callable[[], T],
        changed: Callable[[T | ConfigError], None],
    ) -> None:
        """`look` gives what tells whether it has changed, `read` what it says. `changed` is called in the thread."""
        self._look, self._read, self._changed = look, read, changed
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._has_read = threading.Event()
        self._first: T | ConfigError | None = None
        self._nobody_waits = False
        self._thread = threading.Thread(target=self._live, name=f"watch: {name}", daemon=True)

    def begin(self, seconds: float) -> T | ConfigError | None:
        """What it says now; None where that cannot be told in time, and is told as a change then."""
        self._thread.start()
        self._has_read.wait(seconds)
        with self._lock:
            self._nobody_waits = True
            return self._first

    @property
    def is_looking(self) -> bool:
        """False once its thread has ended by a mistake: what changes is not noticed any more."""
        return self._thread.is_alive() or self._ended.is_set()

    def end(self) -> None:
        """Look no more. Not waited for."""
        self._ended.set()

    def _live(self) -> None:
        known = last = self._look()
        first = self._read_it()
        with self._lock:
            is_late = self._nobody_waits
            self._first = first
        self._has_read.set()
        if is_late:
            self._changed(first)
        while not self._ended.wait(LOOK_SECONDS):
            now = self._look()
            if now != known and now == last:
                known = now
                self._changed(self._read_it())
            last = now

    def _read_it(self) -> T | ConfigError:
        try:
            return self._read()
        except ConfigError as error:
            return error
