"""The trader's own sessions, in a file of the trader's own: the guard knows nothing of it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import platformdirs


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """From clocking in to clocking out."""

    began_at: datetime
    ended_at: datetime | None = None
    """None: it goes on."""
    made: dict[int, Decimal] | None = None
    """Net, by account; None: it was not asked for yet, or the guard has not answered."""

    def lasted(self, now: datetime) -> timedelta:
        """How long, until now where it goes on; never below zero."""
        return max(timedelta(), (self.ended_at or now) - self.began_at)


class OutOfTurnError(Exception):
    """Clocking in twice, or out without having been in. The text is the sentence."""


def place() -> Path:
    """The file, in the trader's own data folder."""
    return platformdirs.user_data_path("risk-manager", appauthor=False) / "clock.json"


def read(path: Path) -> list[Hours]:
    """All sessions, oldest first; none where there is no file. Raises ValueError with a sentence."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Hours])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"{path} cannot be read: {error}. Mend it, or put it aside to begin anew.") from error


def write(path: Path, sessions: list[Hours]) -> None:
    """Replace the file. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(sessions)))
    os.replace(fresh, path)


def punch(path: Path, now: datetime) -> None:
    """Begin a session, or end the one that goes on. Raises ValueError or OSError with a sentence; nothing is lost."""
    sessions = read(path)
    goes_on = bool(sessions) and sessions[-1].ended_at is None
    write(path, ended(sessions, now) if goes_on else began(sessions, now))


def began(sessions: list[Hours], now: datetime) -> list[Hours]:
    """With a session that begins now. Raises OutOfTurnError where one goes on."""
    if sessions and sessions[-1].ended_at is None:
        since = sessions[-1].began_at.astimezone()
        raise OutOfTurnError(f"You have been clocked in since {since:%Y-%m-%d %H:%M}. Clock out first.")
    return [*sessions, Hours(began_at=now)]


def ended(sessions: list[Hours], now: datetime) -> list[Hours]:
    """With the session that goes on ended now. Raises OutOfTurnError where none does."""
    if not sessions or sessions[-1].ended_at is not None:
        raise OutOfTurnError("You are not clocked in.")
    last = sessions[-1]
    return [*sessions[:-1], Hours(began_at=last.began_at, ended_at=max(now, last.began_at))]
