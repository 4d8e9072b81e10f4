"""A hub on a real socket that misbehaves as it is told: one script per connection, the last one repeats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import WSMsgType, web

END = "\x1e"


class Peer:
    """One connection as the server sees it."""

    def __init__(self, server: FaultHub, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.server = server
        self.socket = socket
        self.transport = transport
        self.calls: list[tuple[str, list[Any]]] = []
        self.subscribed = asyncio.Event()
        self.pings = 0
        self.pongs = 0

    async def send(self, *records: str) -> None:
        await self.socket.send_str("".join(record + END for record in records))

    async def news(self, target: str, *arguments: object) -> None:
        await self.send(json.dumps({"type": 1, "target": target, "arguments": arguments}))

    async def shake_hands(self) -> None:
        assert json.loads((await self.socket.receive_str()).rstrip(END)) == {"protocol": "json", "version": 1}
        await self.send("{}")

    async def serve(self, *, answer: bool = True) -> None:
        """Answer invocations until the client has gone."""
        async for frame in self.socket:
            if frame.type is WSMsgType.PONG:
                self.pongs += 1
                continue
            for record in filter(None, frame.data.split(END)):
                told = json.loads(record)
                if told["type"] == 6:
                    self.pings += 1
                if told["type"] == 1:
                    self.calls.append((told["target"], told["arguments"]))
                    self.server.calls.append((told["target"], told["arguments"]))
                    if len(self.calls) == 2:
                        self.subscribed.set()
                    if answer:
                        error = self.server.refusals.get(told["target"])
                        reply = {"type": 3, "invocationId": told["invocationId"]} | ({"error": error} if error else {})
                        await self.send(json.dumps(reply))


Script = Callable[[Peer], Awaitable[None]]


async def good(peer: Peer) -> None:
    """A hub as it should be."""
    await peer.shake_hands()
    await peer.serve()


class FaultHub:
    """The server. `scripts` are used in turn, the last one for all that follow."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts) or [good]
        self.tokens: list[str] = []
        self.ids: list[str | None] = []
        self.cookies: list[str | None] = []
        self.calls: list[tuple[str, list[Any]]] = []
        self.peers: list[Peer] = []
        self.refusals: dict[str, str] = {}
        self.upgrade_status: list[int] = []
        """HTTP statuses for the next upgrades, in place of a WebSocket."""
        self.negotiations = 0
        self.url = ""

    @property
    def connects(self) -> int:
        return len(self.peers)

    async def _hub(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.query["access_token"])
        self.ids.append(request.query.get("id"))
        self.cookies.append(request.headers.get("Cookie"))
        if self.upgrade_status and "id" not in request.query:
            return web.Response(status=self.upgrade_status.pop(0))
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        await socket.prepare(request)
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        peer = Peer(self, socket, transport)
        script = self.scripts[min(len(self.peers), len(self.scripts) - 1)]
        self.peers.append(peer)
        with suppress(ConnectionError, TypeError):  # the client has left; receive_str saw a close frame
            await script(peer)
        return socket

    async def _negotiate(self, request: web.Request) -> web.Response:
        self.negotiations += 1
        version = request.query.get("negotiateVersion", "0")
        told = {"negotiateVersion": int(version), "connectionId": "id", "connectionToken": "secret"}
        response = web.json_response(told)
        response.set_cookie("server", "number-2")
        return response

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FaultHub]:
        app = web.Application()
        app.router.add_get("/hubs/user", self._hub)
        app.router.add_post("/hubs/user/negotiate", self._negotiate)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/hubs/user"
        try:
            yield self
        finally:
            await runner.cleanup()
