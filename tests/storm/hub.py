"""One hub of the in-memory gateway, and the guard's end of a WebSocket to it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiohttp import WSMsgType

from risk_manager.simulator.dialogue import PING, Dialogue, close_message, invocation
from risk_manager.simulator.exchange import HubMessage
from risk_manager.simulator.exchange.outbox import HubName
from risk_manager.simulator.subscription import Audience, MarketMethods, UserMethods
from tests.storm.network import Line, Network

if TYPE_CHECKING:
    from tests.storm.broker import Broker

_PING_SECONDS: Final = 15.0
_PATIENCE_SECONDS: Final = 30.0


class Frame(NamedTuple):
    """A WebSocket message, as aiohttp gives it."""

    type: WSMsgType
    data: Any


class HubServer:
    """The server's side: connections and who hears what."""

    def __init__(self, name: HubName, broker: Broker) -> None:
        self.name: HubName = name
        self.broker = broker
        self.audience = Audience()
        self.connections: dict[HubConnection, None] = {}

    def send(self, message: HubMessage) -> None:
        """An event, to those who have subscribed to it."""
        listeners = (
            list(self.connections) if message.topic is None else self.audience.of((message.target, message.topic))
        )
        if listeners:
            payload = invocation(message.target, message.arguments)
            for listener in listeners:
                listener.send(payload)

    def close(self, error: str | None, *, allow_reconnect: bool) -> None:
        """Close every connection with a last word."""
        for connection in list(self.connections):
            connection.close(close_message(error, allow_reconnect=allow_reconnect))

    def cut(self) -> None:
        """Reset every connection."""
        for connection in list(self.connections):
            connection.line.cut()

    def accept(self, network: Network, user: str) -> HubSocket:
        """A new connection; the guard's end of it."""
        socket = HubSocket()
        line = Line(network, socket.broken)
        connection = HubConnection(self, line, socket, user)
        socket.connection = connection
        self.connections[connection] = None
        connection.watch()
        return socket


class HubConnection:
    """The server's end of one WebSocket."""

    def __init__(self, hub: HubServer, line: Line, socket: HubSocket, user: str) -> None:
        self.hub, self.line, self._socket = hub, line, socket
        venue = hub.broker.venue
        methods: Any = (
            UserMethods(venue.exchange, hub.audience, self, user)
            if hub.name == "user"
            else MarketMethods(venue.exchange, hub.audience, self, venue.clock)
        )
        self._dialogue = Dialogue(methods)
        self._loop = hub.broker.loop
        self._sent = self._heard = self._loop.time()

    def send(self, payload: bytes) -> None:
        """Say something, unless the hub is mute."""
        broker = self.hub.broker
        if not broker.venue.faults.is_silent(self.hub.name, broker.clock.now()):
            self._sent = self._loop.time()
            self.line.carry(False, self._socket.take, Frame(WSMsgType.TEXT, payload))

    def hear(self, text: str) -> None:
        """Take in what the guard says."""
        self._heard = self._loop.time()
        for payload in self._dialogue.hear(text):
            self.send(payload)
        if self._dialogue.is_over:
            self.close()

    def close(self, last_word: bytes | None = None) -> None:
        """Say the last word, and close."""
        if last_word is not None:
            self.send(last_word)
        self.line.carry(False, self._socket.take, Frame(WSMsgType.CLOSED, None))
        self.leave()

    def leave(self) -> None:
        """Subscriptions die with the connection."""
        self.hub.connections.pop(self, None)
        self.hub.audience.leave_all(self)

    def watch(self) -> None:
        """Ping, and give up a client that says nothing."""
        if self not in self.hub.connections:
            return
        if self.line.is_cut:
            self.leave()
            return
        now = self._loop.time() + 1e-6
        if now - self._heard >= _PATIENCE_SECONDS:
            self.close()
            return
        if now - self._sent >= _PING_SECONDS:
            self._sent = now
            self.send(PING)
        self._loop.call_at(min(self._heard + _PATIENCE_SECONDS, self._sent + _PING_SECONDS), self.watch)


class HubSocket:
    """The guard's end: what its code expects of aiohttp's WebSocket."""

    def __init__(self) -> None:
        self.connection: HubConnection | None = None
        self.close_code: int | None = None
        self._frames: deque[Frame] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._is_over = False

    def take(self, frame: Frame) -> None:
        """A message has arrived."""
        self._frames.append(frame)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def broken(self) -> None:
        """The line was cut."""
        if self.connection is not None:
            self.connection.leave()
        self.take(Frame(WSMsgType.ERROR, None))

    async def receive(self) -> Frame:
        """The next message."""
        while not self._frames:
            if self._is_over:
                return Frame(WSMsgType.CLOSED, None)
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        return self._frames.popleft()

    async def send_frame(self, data: bytes, kind: WSMsgType) -> None:
        """Say something. Raises OSError where the line is cut."""
        assert self.connection is not None
        if self.connection.line.is_cut:
            raise ConnectionResetError("Cannot write to closing transport")
        self.connection.line.carry(True, self.connection.hear, data.decode())

    async def close(self) -> bool:
        """Leave."""
        assert self.connection is not None
        self._is_over = True
        self.connection.line.hush()
        self.connection.leave()
        return True

    def exception(self) -> BaseException | None:
        """Why the line broke."""
        return ConnectionResetError("The connection was reset.")
