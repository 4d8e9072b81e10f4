"""From the step of the guard to its message at twenty screens: loopback, all rules on, one more screen that is stuck.

    python -m benchmarks.broadcast                2,000 position events under 200 quotes a second
    python -m benchmarks.broadcast --quick        a few of them

The guard and its door are this process, the screens another: plain sockets that note when bytes arrive and are taken
apart when all is over. What counts is the time from when the step's commands would have left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
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
from risk_manager.daemon.publishing import Publisher
from risk_manager.gateway.status import GatewayStatus
from risk_manager.gateway.tasks import end, start

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


class Screen(asyncio.Protocol):
    """Notes when bytes arrive."""

    def __init__(self) -> None:
        self.chunks: list[tuple[int, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_UPGRADE)

    def data_received(self, data: bytes) -> None:
        """Note it."""
        self.chunks.append((time.time_ns(), data))

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


async def watch_screens(port: int, count: int) -> None:
    """The other process: `count` screens until the door closes; then what they noted, as JSON."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Screen, "127.0.0.1", port) for _ in range(count)]
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps([screen.arrivals() for _, screen in made]), flush=True)


@contextmanager
def stuck(port: int) -> Iterator[None]:
    """A screen that never reads a byte."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(_UPGRADE)
        yield


async def measure(events: int) -> tuple[list[float], str]:
    """Milliseconds of each message to each screen, and what became of the one that is stuck."""
    clock = MarketHours()
    guard = Guard({1: settings()}, _nothing, clock)
    with tempfile.TemporaryDirectory() as folder:
        publisher = Publisher(Path(folder) / "status.json", guard, clock, lambda: 0)
        door = Door(guard, _no_gateway, lambda: True, publisher.status, clock, Path(folder), 0)
        tasks = [start(door.run(), "door"), start(publisher.run(), "publish")]
        while not door.server.port:
            await asyncio.sleep(0.01)
        guard.put(account_read(1, holds=True, trades=10))
        words = ["-m", "benchmarks.broadcast", "--screens", str(SCREENS), "--port", str(door.server.port)]
        with stuck(door.server.port):
            pipe = subprocess.PIPE
            screens = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=pipe, stdout=pipe, limit=2**27)
            assert screens.stdout is not None
            assert screens.stdin is not None
            await screens.stdout.readline()
            while door.broadcast.clients < SCREENS + 1:
                await asyncio.sleep(0.01)
            left = await _rain(guard, events)
            fate = "let go" if door.broadcast.dropped else "still waited for by nobody"
            await asyncio.sleep(0.2)
            screens.stdin.write(b"\n")
            noted: list[dict[str, int]] = json.loads(await screens.stdout.readline())
            await screens.wait()
        await end(*tasks)
    times = [(one[price] - at) / 1e6 for one in noted for price, at in left.items() if price in one]
    assert len(times) == events * SCREENS, f"{events * SCREENS - len(times)} messages never came"
    return times, fate


async def _rain(guard: Guard, events: int) -> dict[str, int]:
    """Positions that change, at uneven moments, between quotes; when each of their steps was over."""
    chance, left = random.Random(1), dict[str, int]()
    put = guard.put
    for number in range(events):
        price = PRICE + Decimal("0.25") * (number + 1)
        put(PositionSeen(account=1, contract=MNQ, signed_size=2, average_price=price))
        left[str(price)] = time.time_ns()
        await asyncio.sleep(chance.uniform(0, 1) / _EVENTS_PER_SECOND)
        put(QuoteSeen(contract=MNQ, last=PRICE + number % 3))
        await asyncio.sleep(chance.uniform(0, 1) / _EVENTS_PER_SECOND)
    return left


def main() -> int:
    """Measure and hold it against the bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--screens", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    asked: Any = parser.parse_args()
    if asked.screens:
        with suppress(KeyboardInterrupt):
            asyncio.run(watch_screens(asked.port, asked.screens))
        return 0
    times, fate = asyncio.run(measure(200 if asked.quick else 2_000))
    times.sort()
    p50, p99, p999 = (times[int(share * len(times))] for share in (0.5, 0.99, 0.999))
    print(f"{len(times)} messages to {SCREENS} screens; the one that never reads was {fate}")
    print(f"behind the step: p50 {p50:.3f} ms, p99 {p99:.3f} ms (bar {BAR_MILLISECONDS} ms), p99.9 {p999:.3f} ms")
    return 0 if p99 <= BAR_MILLISECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
