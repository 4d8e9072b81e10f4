"""From the step of the guard to its message at twenty screens: loopback, all rules on, one more screen that is stuck.

    python -m benchmarks.broadcast                2,000 position events under 200 quotes a second
    python -m benchmarks.broadcast --quick        a few of them

The guard and its door are this process, the screens another: plain sockets that note when bytes arrive and are taken
apart when all is over. What counts is the time from when the step's commands would have left. The floor is a bare loop
that writes a message that was made beforehand to as many sockets, in turns with the guard: where it misses the bar, the
machine is busy with something else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.engine_step import MNQ, PRICE, START, account_read, settings
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.events import PositionSeen, QuoteSeen
from risk_manager.daemon.door import Door
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.publishing import Publisher
from risk_manager.gateway.status import GatewayStatus
from risk_manager.gateway.tasks import end, start
from risk_manager.ipc.listener import framed

SCREENS = 20
BAR_MILLISECONDS = 1.0
_EVENTS_PER_SECOND = 200
_UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class MarketHours:
    """A clock that runs like the machine's, on a day on which the market is open."""

    def __init__(self) -> None:
        self._offset = START - datetime.now(UTC)

    def now(self) -> datetime:
        """The time, aware UTC."""
        return datetime.now(UTC) + self._offset


def _nothing(commands: Sequence[Command]) -> None:
    assert not [one for one in commands if not isinstance(one, Fetch)], "a measured event must break nothing"


def _no_gateway() -> GatewayStatus:
    raise AssertionError("nobody asks for the numbers here")


class Screen:
    """Notes when bytes arrive."""

    def __init__(self, port: int) -> None:
        """Ask for the WebSocket."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(_UPGRADE)
        self.chunks: list[tuple[int, bytes]] = []

    def read(self, at: int) -> None:
        """Take what is there since `at`, nanoseconds since 1970."""
        self.chunks.append((at, self.socket.recv(1 << 20)))

    def arrivals(self) -> dict[str, int]:
        """When the last byte of each position message arrived, by its price."""
        stream, ends = b"".join(data for _, data in self.chunks), []
        total = 0
        for at, data in self.chunks:
            total += len(data)
            ends.append((total, at))
        found: dict[str, int] = {}
        offset, chunk = stream.index(b"\r\n\r\n") + 4, 0
        while offset + 2 <= len(stream):
            size, offset = stream[offset + 1], offset + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size, offset = int.from_bytes(stream[offset : offset + width]), offset + width
            frame = stream[offset : offset + size]
            offset += size
            while chunk < len(ends) and ends[chunk][0] < offset:
                chunk += 1
            if frame.startswith(b'{"type":"GatewayUserPosition"') and chunk < len(ends):
                found[json.loads(frame)["data"]["average_price"]] = ends[chunk][1]
        return found


class Floor(asyncio.Protocol):
    """The least that telling twenty can cost."""

    def __init__(self, everybody: set[asyncio.WriteTransport]) -> None:
        self._everybody = everybody

    def data_received(self, _: bytes) -> None:
        """The question for a WebSocket: that is what the screens say first."""
        self._transport.write(b"HTTP/1.1 101 so be it\r\n\r\n")
        self._everybody.add(self._transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for it."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport


def watch_screens(ports: list[int]) -> None:
    """The other process: screens at each of the ports until a line comes; then what they noted, as JSON.

    A message has arrived when the kernel says that it is there. One loop reads for all: what it takes to read the
    others is no part of the time of the last.
    """
    screens = [Screen(port) for port in ports for _ in range(SCREENS)]
    with selectors.DefaultSelector() as selector:
        for screen in screens:
            selector.register(screen.socket, selectors.EVENT_READ, screen)
        selector.register(sys.stdin, selectors.EVENT_READ, None)
        print("ready", flush=True)
        is_over = False
        while not is_over:
            ready, at = selector.select(), time.time_ns()
            for key, _ in ready:
                if key.data is None:
                    is_over = True
                else:
                    key.data.read(at)
    print(json.dumps([screen.arrivals() for screen in screens]), flush=True)
    for screen in screens:
        screen.socket.close()


@contextmanager
def stuck(port: int) -> Iterator[None]:
    """A screen that never reads a byte."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(_UPGRADE)
        yield


async def measure(events: int) -> tuple[list[float], list[float], str]:
    """Milliseconds of each message to each screen; the same of the floor; what became of the one that is stuck."""
    clock = MarketHours()
    guard = Guard({1: settings()}, _nothing, clock)
    with tempfile.TemporaryDirectory() as folder:
        picture = Picture(guard, clock, lambda: 0)
        publisher = Publisher(Path(folder) / "status.json", guard, picture)
        door = Door(guard, _no_gateway, lambda: True, picture, clock, Path(folder), 0)
        tasks = [start(door.run(), "door"), start(publisher.run(), "publish")]
        while not door.server.port:
            await asyncio.sleep(0.01)
        guard.put(account_read(1, holds=True, trades=10))
        bare: set[asyncio.WriteTransport] = set()
        floor = await asyncio.get_running_loop().create_server(lambda: Floor(bare), "127.0.0.1", 0)
        ports = [str(door.server.port), str(floor.sockets[0].getsockname()[1])]
        words = ["-m", "benchmarks.broadcast", "--screens", *ports]
        with stuck(door.server.port):
            pipe = subprocess.PIPE
            screens = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=pipe, stdout=pipe, limit=2**27)
            assert screens.stdout is not None
            assert screens.stdin is not None
            await screens.stdout.readline()
            while door.broadcast.clients < SCREENS + 1 or len(bare) < SCREENS:
                await asyncio.sleep(0.01)
            left = await _rain(guard, bare, events)
            fate = "let go" if door.broadcast.dropped else "still waited for by nobody"
            await asyncio.sleep(0.2)
            screens.stdin.write(b"\n")
            noted: list[dict[str, int]] = json.loads(await screens.stdout.readline())
            await screens.wait()
        floor.close()
        await end(*tasks)
    told, least = (
        sorted((one[key] - at) / 1e6 for one in noted for key, at in left.items() if key in one and is_floor(key) is so)
        for so in (False, True)
    )
    assert len(told) == len(least) == events * SCREENS, f"{events * SCREENS - len(told)} messages never came"
    return told, least, fate


def is_floor(key: str) -> bool:
    """True for a message of the bare loop's."""
    return key.startswith("floor")


async def _rain(guard: Guard, bare: set[asyncio.WriteTransport], events: int) -> dict[str, int]:
    """Positions that change, at uneven moments, between quotes and messages of the floor; when each was on its way."""
    chance, left = random.Random(1), dict[str, int]()
    put = guard.put
    for number in range(events):
        price = PRICE + Decimal("0.25") * (number + 1)
        put(PositionSeen(account=1, contract=MNQ, signed_size=2, average_price=price))
        left[str(price)] = time.time_ns()
        await asyncio.sleep(chance.uniform(0, 1) / _EVENTS_PER_SECOND)
        put(QuoteSeen(contract=MNQ, last=PRICE + number % 3))
        await asyncio.sleep(chance.uniform(0, 1) / _EVENTS_PER_SECOND)
        frame = framed(b'{"type":"GatewayUserPosition","data":{"average_price":"floor %d"}}' % number)
        left[f"floor {number}"] = time.time_ns()
        for transport in bare:
            transport.write(frame)
        await asyncio.sleep(chance.uniform(0, 1) / _EVENTS_PER_SECOND)
    return left


def main() -> int:
    """Measure and hold it against the bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--screens", type=int, nargs="+", help=argparse.SUPPRESS)
    asked: Any = parser.parse_args()
    if asked.screens:
        with suppress(KeyboardInterrupt):
            watch_screens(asked.screens)
        return 0
    told, least, fate = asyncio.run(measure(200 if asked.quick else 2_000))
    print(f"{len(told)} messages to {SCREENS} screens; the one that never reads was {fate}")
    print(f"{'milliseconds behind the step':<30} {'p50':>8} {'p99':>8} {'p99.9':>8}   bar at p99")
    is_busy = at(least, 0.99) > BAR_MILLISECONDS / 2
    holds = (
        "holds" if at(told, 0.99) <= BAR_MILLISECONDS else "not judged, the machine is busy" if is_busy else "MISSED"
    )
    for name, times, bar in (("guard", told, f"<= {BAR_MILLISECONDS} ms  {holds}"), ("floor", least, "")):
        print(f"{name:<30} {at(times, 0.5):>8.3f} {at(times, 0.99):>8.3f} {at(times, 0.999):>8.3f}   {bar}")
    return 1 if holds == "MISSED" else 0


def at(times: list[float], share: float) -> float:
    """What this share of sorted times was within."""
    return times[min(len(times) - 1, int(share * len(times)))]


if __name__ == "__main__":
    sys.exit(main())
