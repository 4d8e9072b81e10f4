"""One guard for a folder: a lock on a file, which the system lets go of when its process ends, however it ends."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from risk_manager.home import PRIVATE_FILE, belong
from risk_manager.store.errors import StoreError, StoreTrouble

LOCK_FILE: Final = "guard.lock"
# What is written there replaces what was: never through a link that somebody has laid for an administrator.
_HOW: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02
"""Whoever only asks whether a guard runs holds the lock for a moment: a guard that starts just then waits for it."""
_TURN_SECONDS: Final = 30.0
_SAID_AT: Final = 1
"""The first byte is what is locked: Windows lets nobody read a byte that another process has locked."""


def here() -> str:
    """This process, as it is named to another one."""
    return f"process {os.getpid()} on {socket.gethostname()}"


class Lease:
    """The right to guard from a folder, held until `release`."""

    def __init__(self, file: IO[bytes] | None, why_not: str = "") -> None:
        self._file = file
        self.why_not = why_not
        """Why there is none where the folder cannot be written; empty where there is one."""

    def release(self) -> None:
        """Let another guard have the folder."""
        if self._file is not None:
            self._file.close()
            self._file = None


def take(folder: Path, now: datetime) -> Lease:
    """Take the lease of a folder. Raises StoreError where another guard has it.

    Where no file can be locked at all the guard goes on without: better two guards than none.
    """
    path = folder / LOCK_FILE
    try:
        file = os.fdopen(os.open(path, _HOW, PRIVATE_FILE), "r+b", buffering=0)
        belong(path)
    except OSError as error:
        return Lease(None, f"{path} cannot be written ({error.strerror}): a second guard would not be noticed.")
    if not _locks_soon(file):
        try:
            file.seek(_SAID_AT)
            holder = file.read(200).decode(errors="replace").strip()
        finally:
            file.close()
        raise StoreError(
            StoreTrouble.SECOND_GUARD,
            f"Another guard holds {folder}: {holder or 'it does not say which'}. Two guards would close the same "
            "position twice. Stop that one first.",
        )
    try:
        file.truncate(0)
        file.write(f" {here()} since {now:%Y-%m-%d %H:%M:%S} UTC\n".encode())
    except OSError:
        pass  # A full disk: the lock holds, it only does not say whose it is.
    return Lease(file)


def is_held(folder: Path) -> bool | None:
    """Whether a guard runs from this folder at this moment. None: that cannot be told, for nobody has ever held it, or
    its file is not ours. Nothing is changed."""
    try:
        file = os.fdopen(os.open(folder / LOCK_FILE, _HOW & ~os.O_CREAT), "r+b", buffering=0)
    except OSError:
        return None
    with file:
        try:
            _lock(file)
        except OSError:
            return True
    return False


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """One process after the other, over a lock on this file. Where no file can be locked, and after a long wait, side
    by side."""
    try:
        file = os.fdopen(os.open(path, _HOW, PRIVATE_FILE), "r+b", buffering=0)
        belong(path)
    except OSError:
        yield
        return
    with file:
        until = time.monotonic() + _TURN_SECONDS
        while not _locks_soon(file) and time.monotonic() < until:
            pass
        yield


def _locks_soon(file: IO[bytes]) -> bool:
    for number in range(_TRIES):
        if number:
            time.sleep(_PAUSE_SECONDS)
        try:
            _lock(file)
        except OSError:
            continue
        return True
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
