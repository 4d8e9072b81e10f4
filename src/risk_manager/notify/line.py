"""The line out: requests with an end, by names that are looked up where nobody waits for them.

What went wrong is said in words of our own: those of the library hold the address, and the address is a secret.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
import truststore
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

CONNECT_SECONDS, ALL_SECONDS = 5.0, 10.0
_CONNECTIONS: Final = 100
_READ_MOST: Final = 64 * 1024
_LOOKUPS_MAX: Final = 16
"""Threads that may hang in the system's resolver at a time; none is started beyond them."""

LookUp = Callable[[str, int, int], list[Any]]


class UnreachableError(Exception):
    """Nobody has answered. The text says why, without the address."""


class Line:
    """A client for all channels. To be made and used in the notifier's own loop."""

    def __init__(
        self, look_up: LookUp | None = None, all_seconds: float = ALL_SECONDS, connections: int = _CONNECTIONS
    ) -> None:
        """`look_up` finds the addresses of a name; it may take as long as it wants. Who needs more than so many
        `connections` at once waits."""
        tls: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=tls, resolver=_Resolver(look_up or _system), ttl_dns_cache=60, limit=connections
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=all_seconds, connect=min(CONNECT_SECONDS, all_seconds)),
            headers={"User-Agent": "risk-manager (notifications)"},
        )

    async def post(self, url: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        """Send JSON: status, headers and content of the answer. Raises UnreachableError."""
        return await self._ask("POST", url, body)

    async def get(self, url: str) -> int:
        """Ask for something: the status. Raises UnreachableError."""
        return (await self._ask("GET", url, None))[0]

    async def _ask(self, method: str, url: str, body: Mapping[str, Any] | None) -> tuple[int, Mapping[str, str], bytes]:
        try:
            # No redirects: the secret would be carried to whoever is named there.
            async with self._http.request(method, URL(url), json=body, allow_redirects=False) as reply:
                return reply.status, reply.headers, await reply.content.read(_READ_MOST)
        except TimeoutError:
            raise UnreachableError("it does not answer") from None
        except aiohttp.ClientConnectorCertificateError:
            raise UnreachableError("its certificate is not trusted here") from None
        except aiohttp.ClientConnectorDNSError:
            raise UnreachableError("its name cannot be looked up") from None
        except aiohttp.ClientConnectorError as error:
            raise UnreachableError(f"it cannot be reached ({_why(error.errno)})") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnreachableError(f"the connection to it broke ({type(error).__name__})") from None

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.close()


def _why(number: int | None) -> str:
    """The system's own words: those that asyncio puts into an error hold the address."""
    return os.strerror(number) if number else "no connection"


def _system(host: str, port: int, family: int) -> list[Any]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)


class _Resolver(AbstractResolver):
    """Looks names up in threads that hold up no end of the program: a resolver that hangs has no other end."""

    def __init__(self, look_up: LookUp) -> None:
        self._look_up = look_up
        self._running = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises OSError."""
        if self._running >= _LOOKUPS_MAX:
            raise OSError("too many names are being looked up already")
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Any]] = loop.create_future()
        self._running += 1

        def ended(result: list[Any], error: OSError | None) -> None:
            self._running -= 1
            if not found.done():
                if error is not None:
                    found.set_exception(error)
                else:
                    found.set_result(result)

        def look() -> None:
            result: list[Any] = []
            failed: OSError | None = None
            try:
                result = self._look_up(host, port, family)
            except (OSError, UnicodeError) as error:
                failed = OSError(None, type(error).__name__)
            if not loop.is_closed():
                loop.call_soon_threadsafe(ended, result, failed)

        threading.Thread(target=look, name="notify: look up", daemon=True).start()
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in await found
        ]

    async def close(self) -> None:
        """Nothing is held."""
