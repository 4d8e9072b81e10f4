"""The watchdog within the process: where the engine has not beaten for too long, it says so and ends the process.

Whoever has started the process starts it again. A supervisor that watches by itself (systemd) is the second wall: it
also ends a process in which not even this thread can run.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from risk_manager.exit_codes import ExitCode

HUNG_SECONDS: Final = 5
"""Without a beat for so long the engine hangs. With the start of the next guard it stays below ten seconds."""
ENDING_SECONDS: Final = 12
"""The same for one that ends in order: it waits for the broker's last answers, leaves the hubs, and has people told.
Less than what its supervisors give it for that."""
_LOOK_SECONDS: Final = 1.0
_RECORD_SECONDS: Final = 1.0


class Dog:
    """A thread that counts beats. It counts its own looks and not the clock: while the machine slept, or the whole
    process was stopped by hand, nobody has looked, and the engine is given its time anew."""

    def __init__(self, record: Callable[[str], None]) -> None:
        """`record` writes down why the process ends. It may fail or hang, as the disk may: it is waited for briefly."""
        self._record = record
        self._beats = 0
        self._patience_seconds: float = HUNG_SECONDS
        self._has_ended = threading.Event()
        self._thread: threading.Thread | None = None

    def beat(self) -> None:
        """The engine has shown that it works. The first beat wakes the dog: a start may take its time."""
        self._beats += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()

    def ending(self) -> None:
        """The guard ends in order from here on. That takes longer than a beat, and not for ever."""
        self._patience_seconds = ENDING_SECONDS
        self._beats += 1

    def end(self) -> None:
        """Watch no more: the guard has ended."""
        self._has_ended.set()

    def _watch(self) -> None:
        seen, missed = self._beats, 0
        while not self._has_ended.wait(_LOOK_SECONDS):
            if self._beats != seen:
                seen, missed = self._beats, 0
                continue
            missed += 1
            if missed >= self._patience_seconds / _LOOK_SECONDS:
                self._bite()

    def _bite(self) -> None:
        is_ending = self._patience_seconds == ENDING_SECONDS
        why = f"its {'end' if is_ending else 'engine'} stood still for {self._patience_seconds} s"
        writing = threading.Thread(target=self._write, args=(why,), name="watchdog: record", daemon=True)
        writing.start()
        writing.join(_RECORD_SECONDS)
        # Neither a stderr that is closed may keep the process alive, nor a pipe that is full and that nobody reads.
        if sys.platform != "win32":  # there Python can do so with a pipe from 3.12 on
            with suppress(Exception):
                os.set_blocking(sys.stderr.fileno(), False)
        with suppress(Exception):
            faulthandler.dump_traceback(all_threads=True)  # where it stands: files and lines, no values
        os._exit(ExitCode.HUNG)

    def _write(self, why: str) -> None:
        with suppress(OSError):
            self._record(why)
