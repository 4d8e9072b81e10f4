"""What a service says where nobody has a terminal: a file of its own, and for what matters the event log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

FILE: Final = "service.log"
CRASH_FILE: Final = "service-crash.log"
"""Where each thread stood when the process was ended, and errors that nobody has caught: files and lines, no values."""
_BYTES: Final = 1024 * 1024
_FILES: Final = 3
_MATTERS: Final = ("Guarding.", "The guard has stopped.", "Another guard")


class Weight(Enum):
    """How an entry is marked in the event log."""

    GOOD = "information"
    WARNING = "warning"
    BAD = "error"


def weight(sentence: str) -> Weight | None:
    """How a sentence is marked in the event log. None: it is in the file only."""
    if sentence.startswith("CRITICAL"):
        return Weight.BAD
    if sentence.startswith("WARNING"):
        return Weight.WARNING
    return Weight.GOOD if sentence.startswith(_MATTERS) else None


class Log:
    """Both. What cannot be written is not written: the guard guards all the same."""

    def __init__(self, folder: Path, enter: Callable[[str, Weight], None]) -> None:
        """`enter` puts a sentence into the event log; it may raise OSError."""
        self._enter = enter
        self._file: RotatingFileHandler | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = RotatingFileHandler(folder / FILE, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
        except OSError as error:
            self.enter(f"CRITICAL: {folder / FILE} cannot be written: {error.strerror}.", Weight.BAD)

    def say(self, sentence: str, at: datetime | None = None) -> None:
        """A sentence, and when it was; None: now."""
        stamp = (at or datetime.now(UTC)).astimezone(UTC)
        if self._file is not None:
            line = f"{stamp:%Y-%m-%d %H:%M:%S} UTC {sentence}"
            self._file.handle(logging.LogRecord("service", logging.INFO, "", 0, line, None, None))
        marked = weight(sentence)
        if marked is not None:
            self.enter(sentence, marked)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def enter(self, sentence: str, marked: Weight) -> None:
        """A sentence in the event log."""
        with suppress(OSError):  # the file has it
            self._enter(sentence, marked)
