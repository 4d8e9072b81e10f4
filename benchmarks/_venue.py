"""A venue that does next to nothing, so that what is measured is the client: REST, both hubs, raw asyncio."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import time
from typing import Final

ACCOUNT: Final = 7
MNQ, ES = "CON.F.US.MNQ.Z26", "CON.F.US.EP.Z26"
_CODES = "MES ENQ M2K YM MYM CLE MCLE GCE MGC SIE SIL CPE EU6 DA6 BP6"
MANY: Final = (MNQ, *(f"CON.F.US.{code}.Z26" for code in _CODES.split(" ")))
"""Sixteen contracts of sixteen symbols."""
SEPARATOR: Final = b"\x1e"
_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ASKS: Final = ("closeContract", "partialCloseContract")


def frame(payload: bytes) -> bytes:
    """One text frame of a server."""
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
    return head + payload


def position(contract: str, size: int) -> bytes:
    """The frame of a position message; 0 is flat."""
    return frame(
        b'{"type":1,"target":"GatewayUserPosition","arguments":[{"action":1,"data":{"id":825245547,"accountId":%d,'
        b'"contractId":"%b","contractDisplayName":"MNQZ6","creationTimestamp":"2026-08-19T14:15:48.611387+00:00",'
        b'"type":%d,"size":%d,"averagePrice":29398.5}}]}\x1e' % (ACCOUNT, contract.encode(), 1 if size else 0, size)
    )


def quote(contract: str, ticks: int) -> bytes:
    """The frame of a quote, some ticks above a price at which nothing happens."""
    last = 29400 + ticks % 8 * 0.25
    return frame(
        b'{"type":1,"target":"GatewayQuote","arguments":["%b",{"symbol":"%b","lastPrice":%.2f,"bestBid":%.2f,'
        b'"bestAsk":%.2f,"lastUpdated":"2026-08-19T20:51:31.4347534+00:00","timestamp":"2026-08-19T20:51:31.348+00:00"}]'
        b"}\x1e" % (contract.encode(), contract.encode(), last, last - 0.25, last + 0.25)
    )


class Venue:
    """What one client is told, and when its close requests arrive (nanoseconds of the monotonic clock)."""

    def __init__(self, positions: dict[str, int], stops: bool = True) -> None:
        """`positions` are open, each with a stop of its size where `stops`."""
        self.positions, self._stops = positions, stops
        self.arrived: list[int] = []
        self.hubs: dict[str, Peer] = {}
        self.invoked: list[str] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen; the address."""
        self._server = await asyncio.get_running_loop().create_server(lambda: Peer(self), "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def tell(self, frames: bytes) -> int:
        """Write to the user hub; when."""
        transport = self.hubs["user"].transport
        at = time.perf_counter_ns()
        transport.write(frames)
        return at

    def answer(self, path: str, read_at: int) -> bytes:
        """The body of a reply."""
        call = path.rpartition("/")[2]
        if call in _ASKS:
            self.arrived.append(read_at)
        rows: dict[str, object] = {}
        match path.removeprefix("/api/"):
            case "Auth/loginKey":
                rows = {"token": "a.b.c"}
            case "Account/search":
                rows = {"accounts": [{"id": ACCOUNT, "name": "Bench", "balance": 50_000.5, "canTrade": True}]}
            case "Position/searchOpen":
                rows = {"positions": [_position_row(*one) for one in self.positions.items()]}
            case "Order/v2/query":
                stops = enumerate(self.positions.items(), 1) if self._stops else ()
                orders = [_stop_row(number, *one) for number, one in stops]
                rows = {"orders": orders, "totalCount": len(orders)}
            case "Trade/search":
                rows = {"trades": []}
        return json.dumps({**rows, "success": True, "errorCode": 0, "errorMessage": None}).encode()


def _position_row(contract: str, size: int) -> dict[str, object]:
    times = {"creationTimestamp": "2026-08-19T14:15:48.611387+00:00"}
    return {
        "id": 1,
        "accountId": ACCOUNT,
        "contractId": contract,
        "type": 1,
        "size": size,
        "averagePrice": 29400.5,
    } | times


def _stop_row(number: int, contract: str, size: int) -> dict[str, object]:
    fixed = {"creationTimestamp": "2026-08-19T14:15:48.611387+00:00", "status": 1, "type": 4, "side": 1}
    own = {
        "id": number,
        "accountId": ACCOUNT,
        "contractId": contract,
        "size": size,
        "fillVolume": 0,
        "stopPrice": 29000.5,
    }
    return fixed | own


class Peer(asyncio.Protocol):
    """One connection: HTTP requests, or a hub after its upgrade."""

    transport: asyncio.Transport

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._buffer = b""
        self._hub = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        # A backlog is to be seen here and not to hide in the system's buffers.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)

    def data_received(self, data: bytes) -> None:
        """Bytes have come; the moment is taken before anything is done with them."""
        read_at = time.perf_counter_ns()
        self._buffer += data
        while self._buffer and (self._frame() if self._hub else self._request(read_at)):
            pass

    def _request(self, read_at: int) -> bool:
        head, border, rest = self._buffer.partition(b"\r\n\r\n")
        if not border:
            return False
        lines = head.split(b"\r\n")
        fields = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])
        }
        size = int(fields.get(b"content-length", b"0"))
        if len(rest) < size:
            return False
        self._buffer = rest[size:]
        path = lines[0].split()[1].decode().partition("?")[0]
        if b"sec-websocket-key" in fields:
            self._upgrade(path, fields[b"sec-websocket-key"])
            return True
        body = self._venue.answer(path, read_at)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        return True

    def _upgrade(self, path: str, key: bytes) -> None:
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %b\r\n\r\n" % accept
        )
        self._hub = path.rpartition("/")[2]
        self._venue.hubs[self._hub] = self

    def _frame(self) -> bool:
        """Take one masked frame of the client; False where it is not whole yet."""
        if len(self._buffer) < 6:
            return False
        kind, size, start = self._buffer[0] & 0x0F, self._buffer[1] & 0x7F, 2
        if size == 126:
            size, start = int.from_bytes(self._buffer[2:4], "big"), 4
        end = start + 4 + size
        if len(self._buffer) < end:
            return False
        mask, masked = self._buffer[start : start + 4], self._buffer[start + 4 : end]
        self._buffer = self._buffer[end:]
        if kind == 8:
            self.transport.close()
        elif kind in (1, 2):
            self._hear(bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked)))
        return True

    def _hear(self, payload: bytes) -> None:
        for record in filter(None, payload.split(SEPARATOR)):
            told = json.loads(record)
            if "protocol" in told:
                self.transport.write(frame(b"{}" + SEPARATOR))
            elif told.get("type") == 1:
                self._venue.invoked.append(f"{told['target']}{told['arguments']}")
                done = json.dumps({"type": 3, "invocationId": told["invocationId"]}).encode()
                self.transport.write(frame(done + SEPARATOR))
