"""The two that are compared, each in a process of its own: the real guard with all rules on, and the bare floor.

python -m benchmarks._clients guard|floor URL CONNECTIONS
"""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from benchmarks._venue import ACCOUNT, ES, MANY, MNQ
from benchmarks.engine_step import ALL_RULES
from risk_manager.config import Configuration, load_texts
from risk_manager.core import believing
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import PositionSeen
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.publishing import Publisher
from risk_manager.daemon.telling import sentences
from risk_manager.daemon.watch import Watch
from risk_manager.gateway.tasks import end, start

LIMIT: Final = 10
"""Contracts of each symbol; one more is a breach."""
SYMBOLS: Final = [symbol_of(contract) for contract in (MNQ, ES, *MANY)]


def configuration(url: str) -> Configuration:
    """All thirteen rules, with limits of which only the size of one symbol is ever reached."""
    now = datetime.now(UTC)
    window = {"start": f"{now - timedelta(hours=11):%H:%M}", "end": f"{now + timedelta(hours=11):%H:%M}"}
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    rules: dict[str, Any] = {
        **ALL_RULES,
        "max_contracts": {"limit": 1000, "count_type": "gross", "micro_weight": Decimal("0.1")},
        "max_contracts_per_instrument": {"limits": dict.fromkeys(SYMBOLS, LIMIT), "unknown_symbol_action": "block"},
        "session_block_outside": {
            "global_session": {**window, "timezone": "UTC", "days": days},
            "respect_holidays": False,
        },
        # The messages of the breaches wait for trades that never come; real ones come within milliseconds.
        "defaults": {"confirm_within": 0.05, "reset_time": window["end"], "timezone": "UTC"},
    }
    login = {"username": "bench", "api_key": "bench", "api_url": url}
    hubs = {"user_hub_url": f"{url}/hubs/user", "market_hub_url": f"{url}/hubs/market"}
    accounts = {"topstepx": {**login, **hubs}, "monitored_account": {"account_id": ACCOUNT, "account_name": "Bench"}}
    risk = json.dumps({"version": 1, **rules}, default=float)
    texts = {"risk_config.json": risk, "accounts.json": json.dumps(accounts)}
    loaded = load_texts(texts, environment={})
    assert len(loaded.settings[ACCOUNT].rules) == 13
    return loaded


def without_reads() -> None:
    """Here a fill is told by its position alone; real ones are told by all their messages within milliseconds, so that
    nothing is read because of them."""
    forget = believing.forget_fills

    def forget_silently(account: Account, settings: Settings, now: datetime, why: str = "") -> tuple[Account, str]:
        return forget(account, settings, now)[0], why

    believing.forget_fills = forget_silently


async def guard(url: str, connections: int) -> None:
    """The daemon's own parts, put together as `risk-manager run` does: the store writes every step down."""
    without_reads()
    clock = SystemClock()
    chosen = configuration(url)
    with tempfile.TemporaryDirectory() as folder, open("/dev/null", "w") as nowhere:
        keeping = Keeping(Path(folder), clock)
        watch = Watch(chosen, clock, keeping.recover(chosen).state)

        def tell(taken: Taken) -> None:
            for sentence in sentences(taken):
                print(sentence, file=nowhere)

        def allow(taken: Taken) -> None:
            """The breaker and the allowance of 200 requests a minute would rightly stop a benchmark."""
            if isinstance(taken.event, PositionSeen):
                watch.enforcement._owners.clear()
                watch.gateway._lanes.budget._all._sent.clear()

        watch.guard.listen(tell)
        watch.guard.listen(allow)
        keeping.attach(watch.guard, chosen)
        publisher = Publisher(Path(folder) / "status.json", watch.guard, clock, watch.reconnects)
        running = [start(watch.run(), "bench: watch"), start(publisher.run(), "bench: publish")]
        try:
            await watch.is_ready()
            while watch.gateway.status().warm_connections < connections:
                await asyncio.sleep(0.01)
            gc.collect()
            gc.freeze()
            print("ready", flush=True)
            await asyncio.wait([*running, start(ended(), "bench: end")], return_when=asyncio.FIRST_COMPLETED)
            if running[0].done():
                running[0].result()
        finally:
            await end(*running)
            keeping.close()


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
        while at + 4 <= len(data):
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if start + size > len(data):
                break
            at = start + size
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


async def floor(url: str, connections: int) -> None:
    """The least that can be done in asyncio: both hubs, and pre-built requests on warm connections."""
    place = urlsplit(url)
    assert place.hostname is not None
    assert place.port is not None
    loop = asyncio.get_running_loop()
    body = msgspec.json.encode({"accountId": ACCOUNT, "contractId": "CON.F.US.MNQ.Z26", "size": 1})
    ready = (
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
        wires[turn % len(wires)].write(ready)
        turn += 1

    for hub in ("user", "market"):
        hello = (
            b"GET /hubs/%b HTTP/1.1\r\nHost: %b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n"
            % (hub.encode(), place.netloc.encode(), base64.b64encode(bytes(16)))
        )
        await loop.create_connection(partial(Bare, act, hello), place.hostname, place.port)
    print("ready", flush=True)
    await ended()


async def ended() -> None:
    """Wait until whoever started this process closes its standard input."""
    with suppress(asyncio.CancelledError):
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    _, which, address, count = sys.argv
    asyncio.run({"guard": guard, "floor": floor}[which](address, int(count)))
