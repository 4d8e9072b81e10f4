"""What is critical and was taken by nobody yet, in a file: a guard that is killed has it told by the next one.

It is written in a thread of its own, so that a disk that hangs holds up no message. It is not forced onto the disk: a
kill loses nothing of it, a power cut may.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.home import PRIVATE_FILE, belong
from risk_manager.notify.notice import Notice

FILE: Final = "untold.json"
OLD_AFTER: Final = timedelta(days=7)
"""What has waited so long is no news; the log has it."""


class Kept(msgspec.Struct, frozen=True):
    """A notice, and the name of the channel that has not taken it."""

    channel: str
    notice: Notice


class Untold:
    """One guard's; it holds no address and no token."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._news = threading.Condition()
        self._wanted: bytes | None = None
        self._is_closed = False
        self._last: list[Kept] | None = None
        self._thread = threading.Thread(target=self._write, name="notify: keep", daemon=True)

    def take(self, now: datetime) -> list[Kept]:
        """What the guard before this one has left; nothing where there is no file, or none that can be read."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=list[Kept])
        except (OSError, msgspec.MsgspecError):
            kept = []
        self._last = kept
        return [one for one in kept if one.notice.at > now - OLD_AFTER]

    def begin(self) -> None:
        """From here on `keep` is heard."""
        self._thread.start()

    def keep(self, kept: Sequence[Kept]) -> None:
        """This is all that waits now. Never waits itself; of several the newest is written."""
        if kept == self._last:
            return
        self._last = list(kept)
        with self._news:
            self._wanted = msgspec.json.encode(self._last)
            self._news.notify()

    def close(self, seconds: float) -> None:
        """Write what was kept last, for so long at most."""
        with self._news:
            self._is_closed = True
            self._news.notify()
        self._thread.join(seconds)

    def _write(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_closed or self._wanted is not None)
                content, self._wanted = self._wanted, None
            if content is None:
                return
            with suppress(OSError):  # the log has them, and a disk that is full is told of by the store
                self._replace(content)

    def _replace(self, content: bytes) -> None:
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            file.write(content)
        belong(new)
        os.replace(new, self._path)
