"""One connection of a hub, from its handshake to its end: reads, answers, subscribes, watches the clock.

The reader never awaits a taker: events are handed over in the turn of the loop in which their frame was read.
Liveness is the time since the last record of the hub, not the WebSocket's own pings, which a living proxy in
front of a dead application still answers (and aiohttp's heartbeat only works while a receive is pending, its
issue 10544).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

import aiohttp

from risk_manager.core.events import AnyEvent, Hub
from risk_manager.gateway.decode import LANES
from risk_manager.gateway.errors import broken
from risk_manager.gateway.signalr import HANDSHAKE, Closed, Completed, Invoked, Odd, Protocol, Ready, Timing
from risk_manager.gateway.status import HubCounters
from risk_manager.gateway.tasks import end, start
from risk_manager.gateway.unreadable import raw_text, unreadable

Socket = aiohttp.ClientWebSocketResponse[bool]
Call = tuple[str, tuple[object, ...]]
"""A method of the hub and its arguments."""
LOGGED_OUT: Final = "The gateway logged this session out (GatewayLogout)."
_LOGOUT: Final = b"GatewayLogout"
_TICK_SECONDS: Final = 0.001
"""Timers may fire a hair before their time."""


class Connection:
    """An open socket of `hub` and what is under way on it."""

    def __init__(
        self,
        hub: Hub,
        socket: Socket,
        *,
        emit: Callable[[AnyEvent], None],
        on_back: Callable[[], None],
        wanted: Mapping[Call, Call | None],
        counters: HubCounters,
        timing: Timing,
        clock: Callable[[], float],
    ) -> None:
        """`wanted` maps each subscription to the call that ends it (None: none does).

        `on_back` is called once, when the handshake is done and every subscription is answered.
        """
        self._name = f"{hub.value} hub"
        self._socket = socket
        self._emit = emit
        self._on_back = on_back
        self._wanted = dict(wanted)
        self._counters = counters
        self._timing = timing
        self._clock = clock
        self._lanes = LANES[hub]
        self._protocol = Protocol(clock(), timing)
        self._made: dict[Call, Call | None] = {}
        self._answers: dict[str, Call] = {}
        self._refused: set[Call] = set()
        self._outbox: deque[tuple[bytes, aiohttp.WSMsgType]] = deque()
        self._something_to_send = asyncio.Event()
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._is_ready = False
        self._is_back = False

    async def run(self) -> str:
        """Live until the connection is over; why, in a sentence."""
        self._post(HANDSHAKE)
        parts = [start(self._read(), f"{self._name}: read"), start(self._care(), f"{self._name}: care")]
        for part in parts:
            part.add_done_callback(self._part_ended)
        try:
            return await self._over
        finally:
            self._counters.unknown += self._protocol.unknown
            await end(*parts)

    def want(self, wanted: Mapping[Call, Call | None]) -> None:
        """Have exactly these subscriptions from now on."""
        self._wanted = dict(wanted)
        if self._is_ready:
            self._settle_subscriptions()

    def finish(self, why: str) -> None:
        """End the connection, unless it has ended."""
        if not self._over.done():
            self._over.set_result(why)

    def _part_ended(self, part: asyncio.Task[None]) -> None:
        """A bug in one part must not leave the other waiting for it."""
        self.finish("" if part.cancelled() else f"A bug of the guard ended the connection: {part.exception()!r}")

    async def _read(self) -> None:
        receive = self._socket.receive
        while not self._over.done():
            frame = await receive()
            kind = frame.type
            if kind is aiohttp.WSMsgType.TEXT or kind is aiohttp.WSMsgType.BINARY:
                self._take(frame.data)
            elif kind is aiohttp.WSMsgType.PING:
                self._post(frame.data, aiohttp.WSMsgType.PONG)
            elif kind is aiohttp.WSMsgType.ERROR:
                self.finish(f"The connection broke. {broken(self._socket.exception() or ConnectionResetError())}")
            elif kind is not aiohttp.WSMsgType.PONG:
                self.finish(f"The gateway closed the connection (code {self._socket.close_code}).")

    def _take(self, data: bytes) -> None:
        """Work through one frame."""
        now = self._clock()
        counters = self._counters
        counters.frames += 1
        counters.last_frame_at = now
        for message in self._protocol.receive(data, now):
            if message.__class__ is Invoked:
                lane = self._lanes.get(message.target)
                if lane is not None:
                    for event in lane(message.record):
                        self._emit(event)
                    continue
            self._take_protocol(message)

    def _take_protocol(self, message: Ready | Invoked | Completed | Odd | Closed) -> None:
        match message:
            case Ready():
                self._is_ready = True
                self._settle_subscriptions()
                self._look_whether_back()
            case Completed(invocation=invocation, error=error):
                self._answered(self._answers.pop(invocation, None), error)
            case Odd(why=why, record=record):
                self._emit(unreadable(self._name, why, record))
            case Closed(why=why):
                self.finish(raw_text(why))
            case Invoked(target=target):
                if target == _LOGOUT:
                    self.finish(LOGGED_OUT)
                else:
                    self._counters.unknown += 1

    def _settle_subscriptions(self) -> None:
        """Ask for what is wanted and not there; end what is there and not wanted."""
        now = self._clock()
        for call in [made for made in self._made if made not in self._wanted]:
            undo = self._made.pop(call)
            if undo is not None:
                self._post(self._protocol.invoke(*undo, now)[1])
        for call, undo in self._wanted.items():
            if call not in self._made:
                self._made[call] = undo
                invocation, sent = self._protocol.invoke(*call, now)
                self._answers[invocation] = call
                self._post(sent)

    def _answered(self, call: Call | None, error: str | None) -> None:
        if call is not None and error is not None:
            # One account or contract that is refused must not take the others' news away: it is told, and
            # tried again with the next connection.
            self._refused.add(call)
            self._emit(unreadable(self._name, f"{call[0]}{list(call[1])} was refused: {error}", ""))
        self._look_whether_back()

    def _look_whether_back(self) -> None:
        if self._is_back or self._answers:
            return
        if self._made and self._refused.issuperset(self._made):
            self.finish("Every subscription was refused.")
            return
        self._is_back = True
        self._on_back()

    def _post(self, data: bytes, kind: aiohttp.WSMsgType = aiohttp.WSMsgType.TEXT) -> None:
        self._outbox.append((data, kind))
        self._something_to_send.set()

    async def _care(self) -> None:
        """Send what is to be sent, and watch the clock."""
        while True:
            self._something_to_send.clear()
            while self._outbox:
                try:
                    async with asyncio.timeout(self._timing.silence):
                        await self._socket.send_frame(*self._outbox.popleft())
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    return self.finish(f"Sending failed. {broken(error)}")
            now = self._clock()
            if (why := self._protocol.overdue(now)) is not None:
                return self.finish(why)
            if ping := self._protocol.ping(now):
                self._post(ping)
                continue
            try:
                async with asyncio.timeout(max(0.0, self._protocol.next_deadline() - now) + _TICK_SECONDS):
                    await self._something_to_send.wait()
            except TimeoutError:
                continue
