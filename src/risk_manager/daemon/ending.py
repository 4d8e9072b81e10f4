"""How the last guard ended, for the next one to say: its own last words, or what the machine tells without any."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.core.record import Severity
from risk_manager.core.told_times import dated
from risk_manager.home import PRIVATE_FILE, belong

FILE: Final = "ending.json"
_CLOCKS_DIFFER: Final = timedelta(seconds=5)
"""The wall clock may have been set a little since the machine was started."""


class Ending(msgspec.Struct, frozen=True):
    """A guard's last words."""

    at: datetime
    why: str
    """Who ended it, or what; a sentence without its beginning and its full stop."""
    is_orderly: bool = False
    """It has ended by itself, with everything saved as far as that could be done."""
    is_told: bool = False
    """An error has ended it, and it has had people told."""


def write(data: Path, ending: Ending) -> None:
    """Leave them in the data folder of a home, for the next guard. Raises OSError."""
    new = data / f"{FILE}.new"
    with open(new, "wb", opener=lambda name, flags: os.open(name, flags, PRIVATE_FILE)) as file:
        file.write(msgspec.json.encode(ending))
        file.flush()
        os.fsync(file.fileno())
    belong(new)
    new.replace(data / FILE)


def take(data: Path) -> Ending | None:
    """The last words of the guard before this one, once: what they say does not explain the end of this one. None:
    it has left none, or none that can be read."""
    path = data / FILE
    try:
        said = msgspec.json.decode(path.read_bytes(), type=Ending)
    except (OSError, msgspec.MsgspecError):
        said = None
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return None  # it would be said again, of an end that it knows nothing of
    return said


def booted_at() -> datetime:
    """When this machine was started, as its own clock tells now."""
    if sys.platform == "linux":
        up = time.clock_gettime(time.CLOCK_BOOTTIME)  # counts the time asleep, as the clock of Windows does
    else:
        up = time.monotonic()
    return datetime.now(UTC) - timedelta(seconds=up)


def loudness(ending: Ending | None, *, was_clean: bool) -> Severity:
    """How loud the time without a guard is: critical where its end came without a word to anybody."""
    was_heard = was_clean if ending is None else ending.is_orderly or ending.is_told
    return Severity.WARNING if was_heard else Severity.CRITICAL


def in_words(ending: Ending | None, alive_at: datetime, booted_at: datetime, *, was_clean: bool) -> str:
    """Why nobody has watched since `alive_at`, as the end of a sentence. `was_clean`: all was saved at the end."""
    if ending is not None:
        return f"{ending.why}; not all of it could be saved" if ending.is_orderly and not was_clean else ending.why
    if was_clean:
        return "it ended in order"
    if alive_at < booted_at - _CLOCKS_DIFFER:
        return f"the machine went down under it, and was started again at {dated(booted_at)}"
    return "it crashed or was killed, while the machine stayed up"
