"""The watchdog within the process: where the engine has not beaten for too long, it says so and ends the process. The
start before the first beat and the end after the last one have their own, longer times.

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
from pathlib import Path
from typing import Final, NamedTuple

from risk_manager.exit_codes import ExitCode

START_SECONDS: Final = 120
"""A start that has nothing to repair is at its first beat within a few; here somebody may have to unlock a keyring."""
START_BYTES_PER_SECOND: Final = 1_000_000
"""More time for a start that has a database to look through, or to repair: a disk slower than this is broken."""
HUNG_SECONDS: Final = 5
"""Without a beat for so long the engine hangs. With the start of the next guard it stays below ten seconds."""
ENDING_SECONDS: Final = 12
"""The same for one that ends in order: it waits for the broker's last answers, leaves the hubs, and has people told.
Less than what its supervisors give it for that."""
_LOOK_SECONDS: Final = 1.0
_RECORD_SECONDS: Final = 1.0


class _Stage(NamedTuple):
    """Where a guard is in its life, and for how long at most nothing is heard of it there."""

    name: str
    seconds: float


def start_seconds(data: Path) -> float:
    """How long a start may take whose database, with its backups, lies in this folder."""
    size = 0
    for folder, _, names in os.walk(data):
        for name in names:
            with suppress(OSError):  # gone meanwhile
                size += os.lstat(os.path.join(folder, name)).st_size
    return START_SECONDS + size / START_BYTES_PER_SECOND


class Dog:
    """A thread that counts beats. It counts its own looks and not the clock: while the machine slept, or the whole
    process was stopped by hand, nobody has looked, and the engine is given its time anew."""

    def __init__(self, record: Callable[[str], None]) -> None:
        """`record` writes down why the process ends. It may fail or hang, as the disk may: it is waited for briefly."""
        self._record = record
        self._beats = 0
        self._stage: _Stage | None = None
        self._has_ended = threading.Event()

    def begin(self, seconds: float) -> None:
        """Watch from here on. The first beat must come within so many seconds."""
        self._stage = _Stage("start", seconds)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def beat(self) -> None:
        """The engine has shown that it works. From the first beat on it is to do so again and again."""
        self._beats += 1  # before the shorter time begins to count, or what the start took would count in it
        if self._stage is not None and self._stage.name == "start":
            self._stage = _Stage("engine", HUNG_SECONDS)

    def ending(self) -> None:
        """The guard ends in order from here on. That takes longer than a beat, and not for ever."""
        self._stage = _Stage("end", ENDING_SECONDS)
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
            stage = self._stage
            if stage is not None and missed >= stage.seconds / _LOOK_SECONDS:
                self._bite(f"its {stage.name} stood still for {stage.seconds:g} s")

    def _bite(self, why: str) -> None:
        writing = threading.Thread(target=self._write, args=(why,), name="watchdog: record", daemon=True)
        writing.start()
        writing.join(_RECORD_SECONDS)
        # Neither a stderr that is closed may keep the process alive, nor a pipe that is full and that nobody reads.
        if sys.platform != "win32":  # there Python can do so with a pipe from 3.12 on
            with suppress(Exception):
                os.set_blocking(sys.stderr.fileno(), False)
        with suppress(Exception):
            os.write(sys.stderr.fileno(), f"CRITICAL: the guard ends itself: {why}.\n".encode())
        with suppress(Exception):
            faulthandler.dump_traceback(all_threads=True)  # where it stands: files and lines, no values
        os._exit(ExitCode.HUNG)

    def _write(self, why: str) -> None:
        with suppress(OSError):
            self._record(why)
