"""The floor: the least that can be done in asyncio, and nothing of what makes a guard.

python -m benchmarks._floor URL CONNECTIONS
"""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from urllib.parse import urlsplit

import msgspec

from benchmarks._messages import ACCOUNT, LIMIT
from benchmarks._process import ended, ready

_PING = 0x89
_PONG = b"\x8a\x80" + bytes(4)


class Row(msgspec.Struct):
    """What the floor decodes of a position."""

    accountId: int
    contractId: str
    size: int
    averagePrice: Decimal


class Wrapped(msgspec.Struct):
    """The user hub's wrapping."""

    data: Row


class Told(msgspec.Struct):
    """A position message."""

    arguments: tuple[Wrapped]


class Price(msgspec.Struct):
    """What the floor decodes of a quote."""

    lastPrice: Decimal


class Quoted(msgspec.Struct):
    """A quote message."""

    arguments: tuple[str, Price]


class Bare(asyncio.Protocol):
    """A hub connection and nothing else: frames, typed decoding, one comparison, bytes that were ready before."""

    transport: asyncio.Transport

    def __init__(self, act: Callable[[], None], hello: bytes) -> None:
        self._act, self._hello = act, hello
        self._buffer = b""
        self._is_open = False
        self._told = msgspec.json.Decoder(Told)
        self._quoted = msgspec.json.Decoder(Quoted)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        """Frames of the server, unmasked."""
        data = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, border, data = data.partition(b"\r\n\r\n")
            if not border:
                self._buffer = head
                return
            self._is_open = True
            shake = b'{"protocol":"json","version":1}\x1e'
            self.transport.write(bytes((0x81, 0x80 | len(shake))) + bytes(4) + shake)
        at = 0
        while at + 2 <= len(data):
            size, start = data[at + 1], at + 2
            if size == 126:
                if start + 2 > len(data):
                    break
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if start + size > len(data):
                break
            is_ping, at = data[at] == _PING, start + size
            if is_ping:
                self.transport.write(_PONG)
            else:
                self._take(data[start : at - 1])
        self._buffer = data[at:]

    def _take(self, record: bytes) -> None:
        if record.startswith(b'{"type":1,"target":"GatewayUserPosition"'):
            if self._told.decode(record).arguments[0].data.size > LIMIT:
                self._act()
        elif record.startswith(b'{"type":1,"target":"GatewayQuote"'):
            self._quoted.decode(record)


class Mute(asyncio.Protocol):
    """A warm connection whose answers nobody reads."""


async def main(url: str, connections: int) -> None:
    """The least that can be done in asyncio: both hubs, and pre-built requests on warm connections."""
    place = urlsplit(url)
    assert place.hostname is not None
    assert place.port is not None
    loop = asyncio.get_running_loop()
    body = msgspec.json.encode({"accountId": ACCOUNT, "contractId": "CON.F.US.MNQ.Z26", "size": 1})
    request = (
        b"POST /api/Position/partialCloseContract HTTP/1.1\r\nHost: %b\r\nAuthorization: Bearer a.b.c\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (place.netloc.encode(), len(body), body)
    )
    wires: list[asyncio.WriteTransport] = []
    for _ in range(connections):
        wire, _ = await loop.create_connection(Mute, place.hostname, place.port)
        wires.append(wire)
    turn = 0

    def act() -> None:
        nonlocal turn
        wires[turn % len(wires)].write(request)
        turn += 1

    for hub in ("user", "market"):
        hello = (
            b"GET /hubs/%b HTTP/1.1\r\nHost: %b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n"
            % (hub.encode(), place.netloc.encode(), base64.b64encode(bytes(16)))
        )
        await loop.create_connection(partial(Bare, act, hello), place.hostname, place.port)
    ready()
    await ended()


if __name__ == "__main__":
    _, address, count = sys.argv
    asyncio.run(main(address, int(count)))
