"""The JSON hub protocol of ASP.NET Core SignalR, as one client's connection sees it. No I/O and no clock of
its own.

Feed it what was received together with the monotonic time in seconds, take out messages; ask it for the bytes
to send and for when to look again. Only what the gateway uses is spoken: handshake, invocation (1),
completion (3), ping (6), close (7). Everything else is counted and passed over. Nothing that is received
makes it raise.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from risk_manager.gateway.decode import SEPARATOR, UNREADABLE, target_of

HANDSHAKE: Final = b'{"protocol":"json","version":1}\x1e'
PING: Final = b'{"type":6}\x1e'
_INVOCATION: Final = b'{"type":1,'
BUFFER_MAX: Final = 16 * 1024 * 1024
"""Bytes that may wait for their record separator; depth snapshots have some 12 KB."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long one waits for the other side, in seconds."""

    handshake: float = 10.0
    """The server itself gives up after 15."""
    completion: float = 5.0
    """For the answer to an invocation; a subscription is answered within a round trip."""
    ping_every: float = 10.0
    """Since we last sent something. The server gives up after 30 seconds without a word from us."""
    silence: float = 30.0
    """Without any record. The server pings 15 seconds after it last sent something."""


class Ready(msgspec.Struct, frozen=True):
    """The handshake is done."""


class Invoked(msgspec.Struct, frozen=True):
    """The server calls a method: `target`, and the whole record, arguments unread."""

    target: bytes
    record: bytes


class Completed(msgspec.Struct, frozen=True):
    """The answer to an invocation of ours; `error` is None where it worked."""

    invocation: str
    error: str | None


class Odd(msgspec.Struct, frozen=True):
    """A record that is not the protocol's."""

    why: str
    record: bytes


class Closed(msgspec.Struct, frozen=True):
    """The server ends the connection, by a close message or a refused handshake."""

    why: str


Message = Ready | Invoked | Completed | Odd | Closed


class _Phase(enum.Enum):
    HANDSHAKE = enum.auto()
    OPEN = enum.auto()
    CLOSED = enum.auto()


class _Record(msgspec.Struct, rename="camel"):
    """The fields of all the record types together."""

    type: int = 0
    target: str | None = None
    invocation_id: str | None = None
    error: str | None = None


_records: Final = msgspec.json.Decoder(_Record)


class Protocol:
    """One connection, from its handshake to its end."""

    def __init__(self, now: float, timing: Timing | None = None) -> None:
        """The connection was opened at `now` (monotonic seconds); `HANDSHAKE` is to be sent first."""
        self._timing = timing or Timing()
        self._phase = _Phase.HANDSHAKE
        self._buffer = b""
        self._opened_at = now
        self._received_at = now
        self._sent_at = now
        self._invocations = 0
        self._waiting: dict[str, float] = {}
        self.unknown = 0
        """Records of types that are not spoken here."""

    @property
    def received_at(self) -> float:
        """When the last whole record came."""
        return self._received_at

    def receive(self, data: bytes, now: float) -> list[Message]:
        """The messages that `data` completes. Frames may hold several records, and parts of one."""
        if self._buffer:
            data = self._buffer + data
        records = data.split(SEPARATOR)
        self._buffer = records.pop()
        if len(self._buffer) > BUFFER_MAX:
            self._buffer = b""
            self._phase = _Phase.CLOSED
            return [Closed(f"A record is longer than {BUFFER_MAX} bytes.")]
        messages: list[Message] = []
        for record in records:
            if self._phase is _Phase.CLOSED:
                break
            self._received_at = now
            if self._phase is _Phase.OPEN and record.startswith(_INVOCATION):
                messages.append(_invoked(record))
            else:
                self._take(record, messages)
        return messages

    def invoke(self, target: str, arguments: tuple[object, ...], now: float) -> tuple[str, bytes]:
        """The id of a new invocation, and the bytes to send. Its `Completed` is due within
        `timing.completion`."""
        self._invocations += 1
        invocation = str(self._invocations)
        self._waiting[invocation] = now + self._timing.completion
        self._sent_at = now
        call = {"type": 1, "invocationId": invocation, "target": target, "arguments": arguments}
        return invocation, msgspec.json.encode(call) + SEPARATOR

    def ping(self, now: float) -> bytes:
        """The ping to send at `now`; empty where none is due."""
        if self._phase is not _Phase.OPEN or now < self._sent_at + self._timing.ping_every:
            return b""
        self._sent_at = now
        return PING

    def overdue(self, now: float) -> str | None:
        """Why the connection must be given up at `now`; None where all is well."""
        if self._phase is _Phase.HANDSHAKE and now >= self._opened_at + self._timing.handshake:
            return f"The handshake was not answered within {self._timing.handshake:g} s."
        if now >= self._received_at + self._timing.silence:
            return f"Neither a ping nor a message came for {self._timing.silence:g} s."
        if self._waiting and now >= min(self._waiting.values()):
            return f"An invocation was not answered within {self._timing.completion:g} s."
        return None

    def next_deadline(self) -> float:
        """When to call `ping` and `overdue` again, at the latest."""
        deadlines = [self._received_at + self._timing.silence, *self._waiting.values()]
        if self._phase is _Phase.HANDSHAKE:
            deadlines.append(self._opened_at + self._timing.handshake)
        else:
            deadlines.append(self._sent_at + self._timing.ping_every)
        return min(deadlines)

    def _take(self, record: bytes, messages: list[Message]) -> None:
        """Read a record that is not plainly an invocation."""
        try:
            told = _records.decode(record)
        except UNREADABLE as error:
            if self._phase is _Phase.HANDSHAKE:
                self._phase = _Phase.CLOSED
                messages.append(Closed(f"The handshake was answered with something else: {error}"))
            else:
                messages.append(Odd(f"The record is not JSON of the hub protocol: {error}", record))
            return
        if self._phase is _Phase.HANDSHAKE:
            self._answer_handshake(told, messages)
            return
        match told.type:
            case 1:
                messages.append(_invoked(record))
            case 3:
                if told.invocation_id is not None and self._waiting.pop(told.invocation_id, None) is not None:
                    messages.append(Completed(told.invocation_id, told.error))
            case 6:
                pass
            case 7:
                # Whether it may be reopened (allowReconnect) is not asked: a guard always comes back.
                self._phase = _Phase.CLOSED
                messages.append(Closed(told.error or "The server closed the connection."))
            case _:
                self.unknown += 1

    def _answer_handshake(self, told: _Record, messages: list[Message]) -> None:
        if told.error is not None or told.type == 7:
            self._phase = _Phase.CLOSED
            messages.append(Closed(f"The handshake was refused: {told.error or 'without a word'}"))
            return
        self._phase = _Phase.OPEN
        messages.append(Ready())


def _invoked(record: bytes) -> Invoked | Odd:
    try:
        return Invoked(target_of(record) or b"", record)
    except UNREADABLE as error:
        return Odd(f"The record is not JSON of the hub protocol: {error}", record)
