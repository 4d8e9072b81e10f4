"""The watchdog within the process: where the engine has not beaten for too long, it says so and ends the process.

Whoever has started the process starts it again. A supervisor that watches by itself (systemd) is the second wall: it
also ends a process in which not even this thread can run.
"""

from __future__ import annotations

import faulthandler
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from risk_manager.exit_codes import ExitCode

HUNG_SECONDS: Final = 5
"""Without a beat for so long the engine hangs. With the start of the next guard it stays below ten seconds."""
_LOOK_SECONDS: Final = 1.0
_RECORD_SECONDS: Final = 1.0


class Dog:
    """A thread that counts beats. It counts its own looks and not the clock: while the machine slept, or the whole
    process was stopped by hand, nobody has looked, and the engine is given its time anew."""

    def __init__(self, record: Callable[[str], None]) -> None:
        """`record` writes down why the process ends. It may fail or hang, as the disk may: it is waited for briefly."""
        self._record = record
        self._beats = 0
        self._has_ended = threading.Event()
        self._thread: threading.Thread | None = None

    def beat(self) -> None:
        """The engine has shown that it works. The first beat wakes the dog: a start may take its time."""
        self._beats += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Watch no more: the guard ends in order, which may take longer than a beat."""
        self._has_ended.set()

    def _watch(self) -> None:
        seen, missed = self._beats, 0
        while not self._has_ended.wait(_LOOK_SECONDS):
            if self._beats != seen:
                seen, missed = self._beats, 0
                continue
            missed += 1
            if missed >= HUNG_SECONDS / _LOOK_SECONDS:
                self._bite()

    def _bite(self) -> None:
        why = f"its engine stood still for {HUNG_SECONDS} s"
        writing = threading.Thread(target=self._write, args=(why,), name="watchdog: record", daemon=True)
        writing.start()
        writing.join(_RECORD_SECONDS)
        with suppress(Exception):  # a stderr that is closed must not keep the process alive
            faulthandler.dump_traceback(all_threads=True)  # where it stands: files and lines, no values
        os._exit(ExitCode.HUNG)

    def _write(self, why: str) -> None:
        with suppress(OSError):
            self._record(why)
