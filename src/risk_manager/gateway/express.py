"""The fast lane: closes and cancels on connections of their own, open and idle before they are needed.

An ordinary HTTP client takes 100 to 500 us to bring a request on its way; here the bytes are all but built
and leave in the turn of the loop in which they are asked for. Where no connection is free nothing is written,
and the caller may wait for one. What has been written is never sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import ssl
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from yarl import URL

from risk_manager.gateway import codes
from risk_manager.gateway.backoff import Backoff
from risk_manager.gateway.budget import Lane, Lanes
from risk_manager.gateway.rest import COMMAND_SECONDS, USER_AGENT, Reply
from risk_manager.gateway.warm import WarmConnection

WARM_MAX: Final = 32
KEEP_ALIVE_SECONDS: Final = 50.0
"""Idle connections ask `Status/ping` this often: servers and middle boxes drop what is silent for a minute or
two."""
CONNECT_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 5.0
_TRY_AGAIN_SECONDS: Final = 0.1
"""Where a request waits for a connection that could not be opened."""
_PING: Final = "/api/Status/ping"
_PATHS: Final = (codes.CLOSE, codes.CLOSE_PART, codes.CANCEL, codes.MODIFY, codes.PLACE)


class Express:
    """A pool of warm connections to one gateway. `run` keeps them warm and never returns; cancel it to
    stop."""

    def __init__(
        self,
        url: str,
        lanes: Lanes,
        *,
        tls: ssl.SSLContext | None = None,
        warm: int = 2,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`url` is the gateway's root; `tls` is used for https; `warm` connections are kept open."""
        self._url = URL(url)
        self._lanes = lanes
        self._tls = tls if self._url.scheme == "https" else None
        self._warm = warm
        self._clock = clock
        self._backoff = Backoff(draw, first=0.25, longest=10.0)
        self._idle: deque[WarmConnection] = deque()
        self._wires: set[WarmConnection] = set()
        self._heads: dict[str, bytes] = {}
        self.token = ""
        """What requests are built with; empty where there is none that works."""
        self._missing = asyncio.Event()
        self._is_over = False

    def use_token(self, token: str) -> None:
        """Build the requests with `token` from now on."""
        self.token = token
        root = self._url.raw_path.rstrip("/")
        for path in _PATHS:
            self._heads[path] = (
                f"POST {root}{path} HTTP/1.1\r\nHost: {self._url.raw_authority}\r\n"
                f"User-Agent: {USER_AGENT}\r\nAuthorization: Bearer {token}\r\n"
                "Content-Type: application/json\r\nAccept: text/plain\r\nContent-Length: "
            ).encode("ascii", "replace")

    def forget_token(self) -> None:
        """Take no requests until there is a token again."""
        self.token = ""
        self._heads.clear()

    def keep_warm(self, count: int) -> None:
        """Have `count` connections ready, at most 32."""
        self._warm = max(1, min(count, WARM_MAX))
        self._missing.set()

    @property
    def idle(self) -> int:
        """Connections that can take a request now."""
        return len(self._idle)

    def post(self, path: str, body: bytes) -> asyncio.Future[Reply] | None:
        """Write the request now and give its reply to come; None (nothing written) where the fast lane is not
        free."""
        head = self._heads.get(path)
        if head is None:
            return None
        wire = self._take()
        if wire is None:
            return None
        return wire.post(b"%b%d\r\n\r\n%b" % (head, len(body), body), COMMAND_SECONDS)

    async def ready(self) -> None:
        """Wait until a connection can take a request. Where all are busy, or none is there, another one is opened."""
        while not any(wire.is_open for wire in self._idle):
            if not await self._open():
                await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def run(self) -> None:
        """Open what is missing, keep awake what is idle, without end."""
        try:
            while True:
                self._missing.clear()
                self._close_surplus()
                self._keep_alive()
                if len(self._wires) < self._warm:
                    if not await self._open():
                        await asyncio.sleep(self._backoff.pause())
                    continue
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._missing.wait()
        finally:
            self._is_over = True
            for wire in list(self._wires):
                wire.close()

    async def _open(self) -> bool:
        """One more connection; False where it cannot be had, and after the end."""
        if self._is_over:
            return False
        wire = WarmConnection(self._is_idle, self._is_lost)
        host = self._url.host or ""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.get_running_loop().create_connection(
                    lambda: wire,
                    host,
                    self._url.port or 443,
                    ssl=self._tls,
                    server_hostname=host if self._tls else None,
                    # A name may have addresses that do not answer. For a plain address there is nothing to race, and
                    # a race that is cancelled as it is won leaves its socket open.
                    happy_eyeballs_delay=None if _is_address(host) else 0.25,
                )
        except (OSError, TimeoutError):  # ssl.SSLError is an OSError
            return False
        self._wires.add(wire)
        self._backoff.reset()
        if not wire.is_open:
            self._wires.discard(wire)
            return False
        return True

    def _take(self) -> WarmConnection | None:
        while self._idle:
            wire = self._idle.pop()
            if wire.is_open:
                wire.used_at = self._clock()
                return wire
        return None

    def _close_surplus(self) -> None:
        """Close idle connections beyond what is wanted, the longest idle first: each costs words to keep
        alive."""
        for _ in range(min(len(self._wires) - self._warm, len(self._idle))):
            self._idle.popleft().close()

    def _keep_alive(self) -> None:
        """Have the connections that were silent for long say a word, as far as reads are allowed at all."""
        now = self._clock()
        root = self._url.raw_path.rstrip("/")
        ping = (
            f"GET {root}{_PING} HTTP/1.1\r\nHost: {self._url.raw_authority}\r\n"
            f"User-Agent: {USER_AGENT}\r\nAccept: */*\r\n\r\n"
        ).encode()
        for wire in [wire for wire in self._idle if now - wire.used_at >= KEEP_ALIVE_SECONDS]:
            if not wire.is_open or not self._lanes.pass_at_once(Lane.READ):
                continue
            self._idle.remove(wire)
            wire.used_at = now
            # The answer does not matter: what matters is that one came, or that the wire is given up.
            wire.post(ping, COMMAND_SECONDS).add_done_callback(lambda answer: answer.exception())

    def _is_idle(self, wire: WarmConnection) -> None:
        wire.used_at = self._clock()
        self._idle.append(wire)

    def _is_lost(self, wire: WarmConnection) -> None:
        self._wires.discard(wire)
        if wire in self._idle:
            self._idle.remove(wire)
        self._missing.set()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
