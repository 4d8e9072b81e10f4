"""The wrong passwords so far, in a file beside the password's: whoever looks at one next, a guard or a command where
none runs, forgives none."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec.structs import replace

from risk_manager.config.replacing import write_private

WRONG_MAX: Final = 5
SILENCE: Final = timedelta(minutes=1)
SILENCE_MOST: Final = timedelta(hours=8)
_DOUBLINGS_MOST: Final = 16


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """The wrong passwords since the last right one."""

    wrong: int = 0
    """Since the last silence."""
    silences: int = 0
    silent_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """The end of the last silence; None: there was none."""

    def silence(self, now: datetime) -> datetime | None:
        """Until when no password is even looked at; None: now is fine."""
        return self.silent_until if self.silent_until is not None and now < self.silent_until else None

    def and_one(self, now: datetime) -> Attempts:
        """With one more. After five of them a silence begins, each twice as long as the last."""
        if self.wrong + 1 < WRONG_MAX:
            return replace(self, wrong=self.wrong + 1)
        until = now + min(SILENCE * (1 << min(self.silences, _DOUBLINGS_MOST)), SILENCE_MOST)
        return Attempts(silences=self.silences + 1, silent_until=until)


NO_ATTEMPTS: Final = Attempts()


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
    """Write them down for whoever is next. On a disk that takes nothing they count for this one only."""
    with suppress(OSError):
        if attempts == NO_ATTEMPTS:
            path.unlink(missing_ok=True)
        else:
            write_private(path, msgspec.json.encode(attempts).decode())
