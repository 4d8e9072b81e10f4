"""Everyone at the door is told the same, with the same numbers; each message is encoded once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

import msgspec

from risk_manager.ipc.listener import Listener, framed
from risk_manager.ipc.messages import DaemonStatus, Message, News, Refused, Snapshot
from risk_manager.ipc.status import GuardStatus


class Broadcast:
    """The numbers, and who hears them."""

    def __init__(self, status: Callable[[], GuardStatus], now: Callable[[], datetime]) -> None:
        """`status` is the whole of it, as of now."""
        self.run = secrets.token_hex(8)
        self._status = status
        self._now = now
        self._seq = 0
        self._encoder = msgspec.json.Encoder()
        self._listeners: set[Listener] = set()
        self.dropped = 0
        """Clients that were let go because they did not read."""

    @property
    def clients(self) -> int:
        """How many hear it now."""
        return len(self._listeners)

    def number(self) -> int:
        """The number of the message that is made next; it must be told."""
        self._seq += 1
        return self._seq

    def tell(self, *news: News) -> None:
        """Have all clients told, in one go and without waiting for any."""
        frames = b"".join([self._frame(one) for one in news])
        if frames:
            for listener in tuple(self._listeners):
                self._write(listener, frames)

    def tell_status(self) -> None:
        """Tell the whole of it anew; nothing is computed where nobody hears it."""
        if self._listeners:
            self.tell(DaemonStatus(seq=self.number(), at=self._now(), data=self._status()))

    def join(self, listener: Listener) -> None:
        """From here on `listener` hears everything; a snapshot first."""
        self.snapshot(listener)
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """`listener` hears no more."""
        self._listeners.discard(listener)

    def snapshot(self, listener: Listener) -> None:
        """Tell one client the whole of it, with the number of the last message that is in it."""
        whole = Snapshot(seq=self._seq, at=self._now(), run=self.run, data=self._status())
        self._write(listener, self._frame(whole))

    def refuse(self, listener: Listener, why: str) -> None:
        """Tell one client why what it has sent is not done."""
        self._write(listener, self._frame(Refused(why=why)))

    def _frame(self, message: Message) -> bytes:
        return framed(self._encoder.encode(message))

    def _write(self, listener: Listener, frames: bytes) -> None:
        if not listener.write(frames):
            self._listeners.discard(listener)
            self.dropped += 1
