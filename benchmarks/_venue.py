"""A venue that does next to nothing, so that what is measured is the client: REST, both hubs, raw asyncio."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import time
from collections.abc import Iterable
from typing import Final

from benchmarks._messages import ACCOUNT, bought_at, frame, opened_at, position

SEPARATOR: Final = b"\x1e"
_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ASKS: Final = ("closeContract", "partialCloseContract")
_TOKEN: Final = ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
    for part in ({"alg": "none"}, {"exp": int(time.time()) + 86_400}, "bench")
)
"""Good for a day, as the gateway's: who reads the end of it need not renew it."""


class Venue:
    """What one client is told, and when its close requests arrive (nanoseconds of the monotonic clock)."""

    def __init__(self, positions: dict[str, int], stops: bool = True) -> None:
        """`positions` are open, each with a stop of its size where `stops`."""
        self._book = {contract: (size, 0) for contract, size in positions.items()}
        self._stops = positions if stops else {}
        self.arrived: list[int] = []
        self.hubs: dict[str, Peer] = {}
        self.invoked: list[str] = []
        self.pongs = 0
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

    def tell_positions(self, contracts: Iterable[str], size: int, turn: int) -> int:
        """Have so much of each from now on, and write it to the user hub in one piece; when."""
        contracts = list(contracts)
        self._book |= dict.fromkeys(contracts, (size, turn))
        return self.tell(b"".join(position(contract, size, turn) for contract in contracts))

    def answer(self, path: str, read_at: int) -> bytes:
        """The body of a reply."""
        call = path.rpartition("/")[2]
        if call in _ASKS:
            self.arrived.append(read_at)
        if call == "negotiate":
            transports = [{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}]
            return json.dumps({"connectionId": "bench", "availableTransports": transports}).encode()
        rows: dict[str, object] = {}
        match path.removeprefix("/api/"):
            case "Auth/loginKey":
                rows = {"token": _TOKEN}
            case "Account/search":
                account = {"id": ACCOUNT, "name": "Bench", "balance": 50_000.5, "canTrade": True}
                rows = {"accounts": [{**account, "isVisible": True, "simulated": True}]}
            case "Position/searchOpen":
                book = self._book.items()
                rows = {"positions": [_position_row(contract, *held) for contract, held in book if held[0]]}
            case "Order/v2/query":
                orders = [_stop_row(number, *one) for number, one in enumerate(self._stops.items(), 1)]
                rows = {"orders": orders, "totalCount": len(orders)}
            case "Trade/search":
                rows = {"trades": []}
        return json.dumps({**rows, "success": True, "errorCode": 0, "errorMessage": None}).encode()


def _position_row(contract: str, size: int, turn: int) -> dict[str, object]:
    return {
        "id": 1,
        "accountId": ACCOUNT,
        "contractId": contract,
        "creationTimestamp": opened_at(turn),
        "type": 1,
        "size": size,
        "averagePrice": bought_at(turn),
    }


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
        elif kind == 10:
            self._venue.pongs += 1
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
                if told.get("invocationId") is None:  # wants no answer
                    continue
                done = json.dumps({"type": 3, "invocationId": told["invocationId"]}).encode()
                self.transport.write(frame(done + SEPARATOR))
