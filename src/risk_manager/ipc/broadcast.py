"""Everyone at the door is told the same, with the same numbers; each message is encoded once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

import msgspec

from risk_manager.ipc.messages import DaemonStatus, News, Refused, Snapshot
from risk_manager.ipc.outbox import Outbox
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
        self._clients: set[Outbox] = set()
        self.dropped = 0
        """Clients that were let go because they did not read."""

    @property
    def clients(self) -> int:
        """How many hear it now."""
        return len(self._clients)

    def number(self) -> int:
        """The number of the message that is made next; it must be told."""
        self._seq += 1
        return self._seq

    def tell(self, news: News) -> None:
        """Have all clients told, without waiting for any."""
        frame = self._encoder.encode(news)
        for client in tuple(self._clients):
            self._put(client, frame)

    def tell_status(self) -> None:
        """Tell the whole of it anew; nothing is computed where nobody hears it."""
        if self._clients:
            self.tell(DaemonStatus(seq=self.number(), at=self._now(), data=self._status()))

    def join(self, client: Outbox) -> None:
        """From here on `client` hears everything; a snapshot first."""
        self.snapshot(client)
        self._clients.add(client)

    def leave(self, client: Outbox) -> None:
        """`client` hears no more."""
        self._clients.discard(client)

    def snapshot(self, client: Outbox) -> None:
        """Tell one client the whole of it, with the number of the last message that is in it."""
        whole = Snapshot(seq=self._seq, at=self._now(), run=self.run, data=self._status())
        self._put(client, self._encoder.encode(whole))

    def refuse(self, client: Outbox, why: str) -> None:
        """Tell one client why what it has sent is not done."""
        self._put(client, self._encoder.encode(Refused(why=why)))

    def _put(self, client: Outbox, frame: bytes) -> None:
        client.put(frame)
        if client.is_dropped and client in self._clients:
            self._clients.discard(client)
            self.dropped += 1
