"""The local door: a WebSocket and some paths on 127.0.0.1, for every program of this machine, to read.

Nothing here can change anything, and nothing here is waited for by the guard.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from typing import Any, Final, Protocol

import msgspec
from aiohttp import web

from risk_manager.ipc import dialogue, openapi
from risk_manager.ipc.address import HOST
from risk_manager.ipc.answers import RIGHT, ActsWanted, Health, HistoryWanted
from risk_manager.ipc.broadcast import Broadcast
from risk_manager.ipc.manners import RUN_KEY, Connection, Full, json_reply, mannered, trouble
from risk_manager.ipc.routes import METRICS, ROUTES, Route
from risk_manager.ipc.status import GuardStatus

SHUTDOWN_SECONDS: Final = 1.0
KEPT_ALIVE_SECONDS: Final = 15.0
CLIENTS_MAX: Final = 64
CONNECTIONS_MAX: Final = 256
"""Of all kinds, also those that have not asked anything yet: they are closed after KEPT_ALIVE_SECONDS."""
_LOG: Final = logging.getLogger("risk_manager.door")
_LOG.addHandler(logging.NullHandler())  # what is no HTTP at all is no news on a terminal
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")


class NotNowError(Exception):
    """What cannot be answered at the moment, as a sentence."""


class House(Protocol):
    """Who knows the answers."""

    def status(self) -> GuardStatus:
        """All of it, as of now."""
        ...

    def health(self) -> Health:
        """Is it well?"""
        ...

    def metrics(self) -> bytes:
        """The numbers, as Prometheus reads them."""
        ...

    async def history(self, wanted: HistoryWanted) -> bytes:
        """A `History` as JSON. Raises NotNowError."""
        ...

    async def acts(self, wanted: ActsWanted) -> bytes:
        """A list of `ActRow` as JSON. Raises NotNowError."""
        ...


class Server:
    """The door while it is open."""

    def __init__(self, house: House, broadcast: Broadcast) -> None:
        self._house = house
        self._broadcast = broadcast
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._open: set[web.WebSocketResponse] = set()
        self._described = msgspec.json.encode(openapi.description())
        self.port = 0
        """The port that it listens on; 0 while it is closed."""

    async def start(self, port: int) -> None:
        """Open the door; with port 0 on any that is free. Raises OSError where it cannot be had."""
        app = web.Application(middlewares=[mannered], client_max_size=1024)
        app[RUN_KEY] = self._broadcast.run
        app.router.add_routes([web.get(route.path, partial(self._answer, route), allow_head=False) for route in ROUTES])
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        loop, server = asyncio.get_running_loop(), runner.server
        assert server is not None
        connection = partial(
            Connection,
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's word for none
            logger=_LOG,
            keepalive_timeout=KEPT_ALIVE_SECONDS,
        )
        try:
            self._listening = await loop.create_server(
                lambda: connection() if len(server.connections) < CONNECTIONS_MAX else Full(), HOST, port
            )
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = int(self._listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the door; whoever does not take leave is shown out."""
        runner, self._runner, self.port = self._runner, None, 0
        if runner is None or self._listening is None:
            return
        self._listening.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_SECONDS):
                leave = (socket.close(code=1001, message=b"The guard stops.") for socket in tuple(self._open))
                await asyncio.gather(*leave, return_exceptions=True)
        await runner.cleanup()

    async def _answer(self, route: Route, request: web.Request) -> web.StreamResponse:
        wanted = _asked(request, route)
        match route.name:
            case "messages":
                return await self._messages(request)
            case "status":
                return json_reply(msgspec.json.encode(self._house.status()))
            case "account":
                return self._account(request.match_info["id"])
            case "enforcement":
                return await _from_the_past(self._house.acts(wanted))
            case "history":
                return await _from_the_past(self._house.history(wanted))
            case "health":
                health = self._house.health()
                return json_reply(msgspec.json.encode(health), 200 if health.is_well else 503)
            case "metrics":
                return web.Response(body=self._house.metrics(), headers={"Content-Type": METRICS})
            case _:
                return json_reply(self._described)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        socket = dialogue.socket()
        if not socket.can_prepare(request):
            return trouble("Messages are told over a WebSocket; /api/openapi.json says how.", 426)
        if len(self._open) >= CLIENTS_MAX:
            return trouble(f"{CLIENTS_MAX} programs listen already: close one.", 503)
        self._open.add(socket)
        try:
            await dialogue.hold(request, socket, self._broadcast)
        finally:
            self._open.discard(socket)
        return socket

    def _account(self, wanted: str) -> web.Response:
        if not (wanted.isascii() and wanted.isdigit()):
            raise ValueError(f"{wanted!r} is no account id: that is a whole number.")
        accounts = self._house.status().accounts
        found = next((account for account in accounts if str(account.id) == wanted.lstrip("0")), None)
        if found is None:
            known = ", ".join(str(account.id) for account in accounts)
            return trouble(f"The guard has no account {wanted}. It has: {known}.", 404)
        return json_reply(msgspec.json.encode(found))


async def _from_the_past(answer: Awaitable[bytes]) -> web.Response:
    try:
        return json_reply(await answer)
    except NotNowError as error:
        return trouble(str(error), 503)


def _asked(request: web.Request, route: Route) -> Any:
    """What stands behind the question mark, typed. Raises ValueError with the sentence."""
    twice = [name for name in request.query if len(request.query.getall(name)) > 1]
    if twice:
        raise ValueError(f"Only one {twice[0]} can be asked for.")
    # All values are words here. Only whole numbers are read out of them: no numbers as instants, no null as nothing.
    given = {name: int(value) if _NUMBER.fullmatch(value) else value for name, value in request.query.items()}
    known = {field.encode_name for field in msgspec.structs.fields(route.asks)}
    for name in given:
        if name not in known:
            says = f"What can be asked: {', '.join(sorted(known))}" if known else "Nothing can be asked with it"
            raise ValueError(f"{name!r} cannot be asked of {route.path}. {says}.")
    try:
        return msgspec.convert(given, route.asks)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")
        raise ValueError(
            f"{request.query.get(name, '')!r} for {name} is not understood. Write {RIGHT[name]}."
        ) from None
