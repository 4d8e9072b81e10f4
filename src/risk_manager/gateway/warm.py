"""One warm connection: HTTP/1.1, at most one request under way, bytes written in the turn of the loop that
asks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Final

from risk_manager.gateway.errors import UnreachableError
from risk_manager.gateway.http_reply import HttpReply, NotHttpError
from risk_manager.gateway.rest import Reply

_TCP_KEEP_ALIVE: Final = (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


class WarmConnection(asyncio.Protocol):
    """One warm connection: at most one request under way."""

    def __init__(self, on_idle: Callable[[WarmConnection], None], on_lost: Callable[[WarmConnection], None]) -> None:
        """`on_idle` when it can take a request, `on_lost` when it never will again."""
        self._on_idle = on_idle
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._reply: HttpReply | None = None
        self._answer: asyncio.Future[Reply] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.used_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        _keep_tcp_alive(transport.get_extra_info("socket"))
        self._on_idle(self)

    @property
    def is_open(self) -> bool:
        """True while bytes can be written."""
        return self._transport is not None and not self._transport.is_closing()

    def post(self, request: bytes, seconds: float) -> asyncio.Future[Reply]:
        """Write `request` now; its reply, or `UnreachableError` (with `sent`) where none comes in time."""
        assert self._transport is not None
        assert self._answer is None
        self._transport.write(request)
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._reply = HttpReply()
        self._deadline = loop.call_later(seconds, self._too_late, seconds)
        return self._answer

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self._reply is None:
            self.close()  # nobody asked: a time-out of the server (408), or no HTTP server at all
            return
        try:
            self._reply.feed(data)
        except NotHttpError as error:
            self._fail(str(error))
            return
        if self._reply.is_done:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """The connection is gone."""
        if self._reply is not None:
            try:
                self._reply.end()
            except NotHttpError:
                self._fail("The connection broke before the answer came.")
            else:
                self._finish()
        self._on_lost(self)

    def close(self) -> None:
        """Close it; what is under way is lost."""
        if self._transport is not None:
            self._transport.abort()

    def _finish(self) -> None:
        reply, answer = self._reply, self._answer
        assert reply is not None
        self._forget()
        if answer is not None and not answer.done():
            answer.set_result(Reply(reply.status, reply.body))
        if reply.keeps_alive and self.is_open:
            self._on_idle(self)
        else:
            self.close()

    def _fail(self, why: str) -> None:
        answer = self._answer
        self._forget()
        self.close()
        if answer is not None and not answer.done():
            answer.set_exception(UnreachableError(why))

    def _too_late(self, seconds: float) -> None:
        self._fail(f"No answer came within {seconds:g} s.")

    def _forget(self) -> None:
        self._reply = self._answer = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _keep_tcp_alive(connection: socket.socket | None) -> None:
    """Have the operating system notice within a minute that the other side is gone, where it can be told
    how."""
    if connection is None:
        return
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _TCP_KEEP_ALIVE:
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
