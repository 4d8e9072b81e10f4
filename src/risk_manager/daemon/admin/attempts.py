"""The wrong passwords so far, in a file beside the password's: a guard that is started again forgives none."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from risk_manager.config.replacing import write
from risk_manager.daemon.admin.gate import SILENCE_MOST, Attempts

NO_ATTEMPTS = Attempts()


def beside(password_file: Path) -> Path:
    """Where they are kept."""
    return password_file.with_suffix(".attempts")


def read(path: Path, now: datetime) -> Attempts:
    """What is kept; none where nothing is, or it cannot be read. No silence is longer than the longest from now on: the
    clock may have been wrong when it was written."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Attempts)
    except (OSError, msgspec.MsgspecError):
        return NO_ATTEMPTS
    until = kept.silent_until
    return replace(kept, silent_until=min(until, now + SILENCE_MOST)) if until is not None else kept


def keep(path: Path, attempts: Attempts) -> None:
    """Write them down for the next guard. On a disk that takes nothing they count until this one ends."""
    with suppress(OSError):
        if attempts == NO_ATTEMPTS:
            path.unlink(missing_ok=True)
        else:
            write(path, msgspec.json.encode(attempts).decode())
