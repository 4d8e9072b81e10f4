"""The guard's HTTP: what its code expects of aiohttp's client and of the fast lane's connections, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, cast

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from tests.storm.broker import Broker, Request
from tests.storm.hub import HubSocket
from tests.storm.network import Line, Network

_BODY: Final = b"\r\n\r\n"
_GATEWAY: Final = cast(Any, SimpleNamespace(host="the gateway", port=443, ssl=True))


class Answer:
    """A reply that has come whole."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.headers: Mapping[str, str] = {}
        self._body = body

    async def read(self) -> bytes:
        """The body."""
        return self._body


class Post:
    """One POST on a connection of its own."""

    def __init__(self, client: Client, path: str, body: bytes, headers: Mapping[str, str], seconds: float) -> None:
        self._client, self._path, self._body = client, path, body
        self._token = headers.get("Authorization", "").removeprefix("Bearer ")
        self._seconds = seconds

    async def __aenter__(self) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._client.exchange(self._path, self._body, self._token)
        except TimeoutError:
            raise aiohttp.ServerTimeoutError(f"Timeout on {self._path}") from None

    async def __aexit__(self, *_: object) -> None:
        return


class Client:
    """In the place of `aiohttp.ClientSession`."""

    def __init__(self, network: Network, broker: Broker, life: int, now: Callable[[], datetime]) -> None:
        self._network, self._broker, self._life, self._now = network, broker, life, now

    def post(
        self, url: str, *, data: bytes, headers: Mapping[str, str], timeout: aiohttp.ClientTimeout, **_: Any
    ) -> Post:
        """One request; aiohttp's errors where it fails."""
        return Post(self, URL(url).path, data, headers, timeout.total or 30.0)

    async def exchange(self, path: str, body: bytes, token: str) -> Answer:
        """The request and its reply."""
        try:
            await self._network.way()
        except OSError as error:
            raise aiohttp.ClientConnectorError(_GATEWAY, error) from None
        reply: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def broken() -> None:
            if not reply.done():
                reply.set_exception(aiohttp.ServerDisconnectedError())

        def answered(status: int, answer: bytes) -> None:
            if not reply.done():
                reply.set_result(Answer(status, answer))

        line = Line(self._network, broken)
        request = Request(
            self._life,
            "POST",
            path,
            body,
            token,
            self._now(),
            lambda status, answer: line.carry(False, answered, status, answer),
            line.cut,
        )
        line.carry(True, self._broker.receive, request)
        try:
            return await reply
        finally:
            line.hush()

    async def ws_connect(self, address: URL, **_: Any) -> HubSocket:
        """A WebSocket to a hub."""
        try:
            await self._network.way()
        except OSError as error:
            raise aiohttp.ClientConnectorError(_GATEWAY, error) from None
        hub = self._broker.hubs["user" if address.path.endswith("user") else "market"]
        user = self._broker.venue.tokens.owner(address.query.get("access_token"), self._broker.clock.now()) or ""
        trouble = self._broker.venue.trouble_of(address.path)
        await asyncio.sleep(trouble.delay_before + trouble.delay_after + self._network.delay())
        if trouble.lost is not None:
            await asyncio.sleep(trouble.lost.seconds)
            raise aiohttp.ServerDisconnectedError
        status = trouble.status or (101 if user else 401)
        if status != 101:
            raise aiohttp.WSServerHandshakeError(_info(address), (), status=status)
        if self._network.is_down:
            raise aiohttp.ServerDisconnectedError
        return hub.accept(self._network, user)

    async def close(self) -> None:
        """Nothing is kept open."""


def _info(address: URL) -> aiohttp.RequestInfo:
    return aiohttp.RequestInfo(address, "GET", CIMultiDictProxy(CIMultiDict()), address)


class Wire(asyncio.Transport):
    """A connection of the fast lane: the very bytes of its requests, and of HTTP replies to them."""

    def __init__(
        self, network: Network, broker: Broker, life: int, now: Callable[[], datetime], protocol: asyncio.Protocol
    ) -> None:
        super().__init__()
        self._broker, self._life, self._now, self._protocol = broker, life, now, protocol
        self._line = Line(network, self._lost)
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """One whole request."""
        head, _, body = bytes(data).partition(_BODY)
        first, *lines = head.decode().split("\r\n")
        verb, path, _ = first.split(" ")
        headers = {name.casefold(): value for name, _, value in (line.partition(": ") for line in lines)}
        assert int(headers.get("content-length", "0")) == len(body)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        request = Request(self._life, verb, path, body, token, self._now(), self._answer, self._line.cut)
        self._line.carry(True, self._broker.receive, request)

    def _answer(self, status: int, body: bytes) -> None:
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._line.carry(False, self._protocol.data_received, head.encode() + body)

    def _lost(self) -> None:
        self._is_closing = True
        self._broker.loop.call_soon(self._protocol.connection_lost, None)

    def is_closing(self) -> bool:
        """True once nothing can be written any more."""
        return self._is_closing

    def abort(self) -> None:
        """End the line."""
        if not self._is_closing:
            self._line.hush()
            self._lost()

    def close(self) -> None:
        """End the line."""
        self.abort()


class Dialler:
    """Connects the fast lane of one guard."""

    def __init__(self, network: Network, broker: Broker, life: int, now: Callable[[], datetime]) -> None:
        self._network, self._broker, self._life, self._now = network, broker, life, now

    async def connect(self, protocol: asyncio.Protocol) -> Wire:
        """A new connection."""
        await self._network.way()
        wire = Wire(self._network, self._broker, self._life, self._now, protocol)
        protocol.connection_made(wire)
        return wire
