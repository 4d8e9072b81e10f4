"""One hub that is always there again: connects, stays, and comes back without end.

Each attempt starts from zero: a new URL with the token of that moment, a new negotiation where one is needed,
new subscriptions. Events are lost while away (the gateway has no replay): after `HubBack` the account must be
read.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import aiohttp

from risk_manager.core.events import AnyEvent, Hub, HubBack, HubLost, LoginRefused, Unreadable
from risk_manager.gateway.backoff import Backoff
from risk_manager.gateway.connect import TokenRefusedError, open_socket
from risk_manager.gateway.connection import LOGGED_OUT, Call, Connection, Socket
from risk_manager.gateway.errors import GatewayError, broken
from risk_manager.gateway.signalr import Timing
from risk_manager.gateway.status import HubCounters, HubStatus
from risk_manager.gateway.tasks import report, start
from risk_manager.gateway.unreadable import raw_text

Sink = Callable[[AnyEvent], None]
STABLE_SECONDS: Final = 30.0
"""A connection that lasted so long was a good one: the next loss begins with short pauses again."""
LOGOUTS_MAX: Final = 5
LOGOUT_WINDOW_SECONDS: Final = 120.0
LOGOUT_PAUSE_SECONDS: Final = 60.0
"""More than five logouts in two minutes: another program fights for the session (gateway reference,
13.2)."""
_FIGHT: Final = (
    "The gateway logged the {hub} hub out more than five times in two minutes: another program seems to fight"
    " for the session. Close other programs that use this API key. Next attempt in {pause:g} s."
)
_PLANNED: Final = "Rebuilt on purpose, with a new token."
_WHY_LENGTH_MAX: Final = 300
_LEAVE_SECONDS: Final = 1.0


class HubLink:
    """One hub. `run` never returns; cancel it to stop."""

    def __init__(
        self,
        hub: Hub,
        url: str,
        http: aiohttp.ClientSession,
        sink: Sink,
        *,
        token: Callable[[], Awaitable[str]],
        renew: Callable[[str], Awaitable[object]],
        wanted: Mapping[Call, Call | None] | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`token` gives the token of the moment; `renew` replaces the one it is given, which did not work any
        more.

        `wanted` maps each subscription to the call that ends it (None: none does). The hub counts as back
        when all of them are answered. `sink` is called for each event at once; it must not block.
        """
        self._hub = hub
        self._url = url
        self._http = http
        self._sink = sink
        self._token = token
        self._renew = renew
        self._wanted = dict(wanted or {})
        self._timing = timing or Timing()
        self._clock = clock
        self._backoff = Backoff(draw)
        self._counters = HubCounters()
        self._connection: Connection | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._logouts: deque[float] = deque(maxlen=LOGOUTS_MAX + 1)
        self._back = asyncio.Event()
        self._connected_with = ""
        self._why = "It has not been connected yet."
        self._lost_is_told = False

    def want(self, wanted: Mapping[Call, Call | None]) -> None:
        """Have exactly these subscriptions, now where connected, else with the next connection."""
        self._wanted = dict(wanted)
        if self._connection is not None:
            self._connection.want(self._wanted)

    async def rebuild(self, token: str, within_seconds: float = 15.0) -> bool:
        """Leave and come back at once, unless connected with `token`. True when it is back within the time.

        A hub that is away takes the token of the moment anyway.
        """
        if self._connection is not None and self._connected_with != token:
            self._back.clear()
            self._connection.finish(_PLANNED)
        try:
            async with asyncio.timeout(within_seconds):
                await self._back.wait()
        except TimeoutError:
            return False
        return True

    def restart(self, why: str) -> None:
        """Leave and come back; where it is away it is coming back already."""
        if self._connection is not None:
            self._connection.finish(why)

    def status(self) -> HubStatus:
        """What was counted up to now."""
        is_back = self._back.is_set()
        return self._counters.status(self._clock(), is_connected=is_back, why_away="" if is_back else self._why)

    async def run(self) -> None:
        """Connect, stay, and come back, without end."""
        try:
            while True:
                began = self._clock()
                why = await self._one_connection()
                self._lost(why)
                now = self._clock()
                if now - began >= STABLE_SECONDS:
                    self._backoff.reset()
                if why == _PLANNED:
                    continue
                if len(self._logouts) > LOGOUTS_MAX and now - self._logouts[0] <= LOGOUT_WINDOW_SECONDS:
                    self._logouts.clear()
                    self._emit(LoginRefused(why=_FIGHT.format(hub=self._hub.value, pause=LOGOUT_PAUSE_SECONDS)))
                    await asyncio.sleep(LOGOUT_PAUSE_SECONDS)
                    continue
                await asyncio.sleep(max(0.0, began + self._backoff.pause() - now))
        finally:
            if self._leaving:
                await asyncio.wait(self._leaving)

    async def _one_connection(self) -> str:
        """Live through one connection; why it is over."""
        token = ""
        try:
            async with asyncio.timeout(self._timing.handshake):
                token = await self._token()
                socket = await open_socket(self._http, self._url, token)
        except TimeoutError:
            waited = f"within {self._timing.handshake:g} s."
            why = f"The gateway did not answer {waited}" if token else f"The gateway took no login {waited}"
        except TokenRefusedError:
            why = await self._with_new_token(token, "The gateway does not take the login any more (HTTP 401).")
        except (aiohttp.ClientError, OSError, GatewayError, ValueError) as error:
            why = raw_text(broken(error))[:_WHY_LENGTH_MAX]
        else:
            return await self._live(socket, token)
        self._counters.attempts_failed += 1
        return why

    async def _live(self, socket: Socket, token: str) -> str:
        self._connected_with = token
        self._connection = Connection(
            self._hub,
            socket,
            emit=self._emit,
            on_back=self._is_back,
            wanted=self._wanted,
            counters=self._counters,
            timing=self._timing,
            clock=self._clock,
        )
        try:
            why = await self._connection.run()
        finally:
            self._connection = None
            self._back.clear()
            leaving = start(_leave(socket), f"{self._hub.value} hub: leave")
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        if why == LOGGED_OUT:
            self._counters.logouts += 1
            self._logouts.append(self._clock())
            self._lost(why)
            return await self._with_new_token(token, why)
        return why

    async def _with_new_token(self, token: str, why: str) -> str:
        try:
            await self._renew(token)
        except GatewayError as error:
            return f"{why} No new token: {error}"
        return why

    def _emit(self, event: AnyEvent) -> None:
        self._counters.events += 1
        if event.__class__ is Unreadable:
            self._counters.unreadable += 1
        try:
            self._sink(event)
        except Exception as error:  # noqa: BLE001  one event's bug must not make the guard deaf to the next
            self._counters.sink_errors += 1
            report(f"The taker of {type(event).__name__} raised.", error)

    def _is_back(self) -> None:
        self._counters.connects += 1
        self._lost_is_told = False
        self._back.set()
        self._emit(HubBack(hub=self._hub))

    def _lost(self, why: str) -> None:
        self._why = why
        if not self._lost_is_told:
            self._lost_is_told = True
            self._emit(HubLost(hub=self._hub, why=why))


async def _leave(socket: Socket) -> None:
    """Close a socket that is no longer needed; how that ends does not matter."""
    try:
        async with asyncio.timeout(_LEAVE_SECONDS):
            await socket.close()
    except (aiohttp.ClientError, OSError, TimeoutError):
        return
