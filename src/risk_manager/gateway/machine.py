"""What the gateway's client takes from the machine that it runs on: its clocks, its chance, its HTTP client.

A test on a clock of its own hands in others; the connections of the fast lane come from the event loop, which is the
test's own then, too.
"""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp
import truststore

_IDLE_SECONDS: Final = 120.0
"""aiohttp closes connections of the ordinary way that were idle for so long."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _tls() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _open_http(tls: ssl.SSLContext) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls, limit=0, keepalive_timeout=_IDLE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The defaults are the real one."""

    monotonic: Callable[[], float] = time.monotonic
    """Steady seconds."""
    wall: Callable[[], float] = time.time
    """Seconds since 1970, by which the end of a token is told."""
    now: Callable[[], datetime] = _utc_now
    """The time that reads are dated with."""
    draw: Callable[[], float] = random.random
    """Numbers in [0, 1), for pauses that should not fall together."""
    tls: Callable[[], ssl.SSLContext] = _tls
    open_http: Callable[[ssl.SSLContext], aiohttp.ClientSession] = _open_http
    """The ordinary client, and the one that opens the hubs' WebSockets."""
