"""Both hubs on a socket: negotiation, upgrade, and the sending of events (gateway reference, 8 to 10)."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from secrets import token_urlsafe

from aiohttp import web

from risk_manager.simulator.api.token import Tokens
from risk_manager.simulator.arrivals import Arrivals
from risk_manager.simulator.connection import Connection, Patience, text_frame
from risk_manager.simulator.dialogue import Dialogue, Methods, close_message, invocation
from risk_manager.simulator.exchange import HubMessage
from risk_manager.simulator.exchange.outbox import HubName
from risk_manager.simulator.subscription import Audience, MarketMethods, UserMethods
from risk_manager.simulator.venue import Venue


class Hub:
    """One of the two hubs, with its connections and their subscriptions.

    `joins_frames` puts all that a client gets at once into one frame. `protocol_versions` are the handshakes that are
    accepted: add 0 to let clients in that the real hub was seen to refuse.
    """

    def __init__(
        self,
        name: HubName,
        venue: Venue,
        *,
        patience: Patience,
    ) -> None:
        self.name: HubName = name
        self.path = f"/hubs/{name}"
        self.connections: set[Connection] = set()
        self.joins_frames = False
        self.protocol_versions = {1}
        self._exchange, self._tokens, self._faults = venue.exchange, venue.tokens, venue.faults
        self._arrivals, self._clock = venue.arrivals, venue.clock
        self._patience = patience
        self.audience = Audience()
        self._negotiated: set[str] = set()

    def send(self, messages: list[HubMessage]) -> None:
        """Send events to those who subscribed to them, each made into bytes once."""
        if self.joins_frames:
            self._send_joined(messages)
            return
        for message in messages:
            if listeners := self._listeners(message):
                frame = text_frame(invocation(message.target, message.arguments))
                for listener in listeners:
                    listener.send_frame(frame)

    def _send_joined(self, messages: list[HubMessage]) -> None:
        """All that a client gets at once comes in one frame; the protocol allows it."""
        payloads: dict[Connection, bytes] = {}
        for message in messages:
            payload = invocation(message.target, message.arguments)
            for listener in self._listeners(message):
                payloads[listener] = payloads.get(listener, b"") + payload
        for listener, payload in payloads.items():
            listener.send_frame(text_frame(payload))

    def _listeners(self, message: HubMessage) -> list[Connection]:
        if message.topic is None:
            return list(self.connections)
        return self.audience.of((message.target, message.topic))

    def close(self, error: str | None, *, allow_reconnect: bool) -> None:
        """Close every connection with a close message."""
        for connection in list(self.connections):
            connection.close(close_message(error, allow_reconnect=allow_reconnect))

    def cut(self) -> None:
        """Reset every connection."""
        for connection in list(self.connections):
            connection.cut()

    async def negotiate(self, request: web.Request) -> web.StreamResponse:
        """POST /hubs/.../negotiate: an id that opens one connection."""
        refused = await self._refused(request, f"{self.path}/negotiate")
        if refused is not None:
            return refused
        connection_id, version = token_urlsafe(16), request.query.get("negotiateVersion", "0")
        body: dict[str, object] = {
            "negotiateVersion": 1 if version == "1" else 0,
            "connectionId": connection_id,
            "availableTransports": [{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}],
        }
        if version == "1":
            body["connectionToken"] = token_urlsafe(16)
        self._negotiated.add(str(body.get("connectionToken", connection_id)))
        return web.json_response(body)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """GET /hubs/...: the WebSocket, straight or with a negotiated id."""
        refused = await self._refused(request, self.path)
        if refused is not None:
            return refused
        connection_id = request.query.get("id")
        if connection_id is not None and connection_id not in self._negotiated:
            return web.Response(status=404, text="No Connection with that ID")
        socket = web.WebSocketResponse(compress=False, max_msg_size=1024 * 1024)
        if not socket.can_prepare(request):
            return web.Response(status=400, text="Connection ID required")
        self._negotiated.discard(connection_id or "")
        await socket.prepare(request)
        transport = request.transport
        if not isinstance(transport, asyncio.Transport):
            return socket
        await self._serve(socket, transport, _user(self._tokens, request, self._clock()))
        return socket

    async def _serve(self, socket: web.WebSocketResponse, transport: asyncio.Transport, user: str) -> None:
        connection = Connection(socket, transport, self._patience, self._is_mute)
        connection.user = user
        self.connections.add(connection)
        try:
            await connection.listen(
                Dialogue(self._noted(self._methods(connection), connection), self.protocol_versions)
            )
        finally:
            self.connections.discard(connection)
            self.audience.leave_all(connection)

    def _methods(self, connection: Connection) -> Methods:
        if self.name == "user":
            return UserMethods(self._exchange, self.audience, connection, connection.user)
        return MarketMethods(self._exchange, self.audience, connection, self._clock)

    def _noted(self, methods: Methods, connection: Connection) -> Methods:
        return NotedMethods(methods, self.path, connection.user, self._arrivals, self._clock)

    def _is_mute(self) -> bool:
        return self._faults.is_silent(self.name, self._clock())

    async def _refused(self, request: web.Request, path: str) -> web.StreamResponse | None:
        now = self._clock()
        user = _user(self._tokens, request, now)
        arrival = self._arrivals.add("hub", user, path, now, time.perf_counter_ns())
        trouble = self._faults.for_request(path)
        if pause := trouble.delay_before + trouble.delay_after:
            await asyncio.sleep(pause)
        arrival.status = trouble.status or (200 if user else 401)
        arrival.replied = trouble.lost is None
        if trouble.lost is not None:
            await asyncio.sleep(trouble.lost.seconds)
            if request.transport:
                request.transport.abort()
        return web.Response(status=arrival.status) if arrival.status != 200 or trouble.lost else None


class NotedMethods:
    """Methods whose invocations are noted among the arrivals, refused ones too."""

    def __init__(
        self, methods: Methods, path: str, user: str, arrivals: Arrivals, clock: Callable[[], datetime]
    ) -> None:
        self._methods, self._path, self._user, self._arrivals, self._clock = (
            methods,
            path,
            user,
            arrivals,
            clock,
        )

    def invoke(self, target: str, arguments: list[object]) -> list[bytes]:
        """Note it, do it, note that it was done."""
        words = ", ".join(map(repr, arguments)).encode()
        row = self._arrivals.add(
            "hub", self._user, f"{self._path} {target}", self._clock(), time.perf_counter_ns(), words
        )
        news = self._methods.invoke(target, arguments)
        row.acted = True
        return news


def _user(tokens: Tokens, request: web.Request, now: datetime) -> str:
    """Owner of the token in the query or in the Bearer header; empty if there is no valid one."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return tokens.owner(request.query.get("access_token") or bearer, now) or ""
