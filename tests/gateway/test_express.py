"""The fast lane against servers on real sockets that answer in their own ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from risk_manager.gateway import codes
from risk_manager.gateway.budget import Lanes
from risk_manager.gateway.errors import UnreachableError
from risk_manager.gateway.express import Express
from risk_manager.gateway.tasks import end, start

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Counter:
    """A server of raw bytes."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.requests: list[bytes] = []
        self.connects = 0

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connects += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                self.requests.append(head + await reader.readexactly(size))
                await self.serve(self.requests[-1], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @asynccontextmanager
    async def express(self, warm: int = 2) -> AsyncIterator[Express]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        subject = Express(f"http://{host}:{port}/root", Lanes(), warm=warm, draw=lambda: 0.0)
        task = start(subject.run(), "express")
        try:
            await until(lambda: subject.idle == warm)
            yield subject
        finally:
            await end(task)
            server.close()
            await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.002)


async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


async def test_a_request_is_what_http_says() -> None:
    server = Counter(answer)
    async with server.express() as express:
        assert express.post(codes.CLOSE, b"{}") is None  # no token yet
        express.use_token("eyJ.t.oken")
        reply = express.post(codes.CLOSE, b'{"accountId":1}')
        assert reply is not None
        assert await reply == (200, b"{}")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    assert first == b"POST /root/api/Position/closeContract HTTP/1.1"
    assert b"Authorization: Bearer eyJ.t.oken" in headers
    assert b"Content-Length: 15" in headers
    assert headers[0].startswith(b"Host: 127.0.0.1:")
    assert body == b'{"accountId":1}'


async def test_connections_are_used_again_and_no_more_than_are_warm() -> None:
    server = Counter(answer)
    async with server.express(warm=2) as express:
        express.use_token("t")
        for _ in range(10):
            replies = [express.post(codes.CANCEL, b"{}") for _ in range(3)]
            assert replies[2] is None
            for reply in replies[:2]:
                assert reply is not None
                await reply
        assert server.connects == 2
        express.keep_warm(5)
        await until(lambda: express.idle == 5)
        express.keep_warm(2)
        await until(lambda: express.idle == 2)
        await asyncio.sleep(0.02)
        assert express.idle == 2


@pytest.mark.parametrize(
    "said",
    [b"", OK[:-1], b"HTTP/1.1 200 OK\r\n", b"SSH-2.0-OpenSSH\r\n\r\n", OK + OK],
    ids=["nothing", "too little", "half a head", "no http", "too much"],
)
async def test_what_was_written_and_not_answered_is_never_written_again(said: bytes) -> None:
    async def cut(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    server = Counter(cut)
    async with server.express() as express:
        express.use_token("t")
        reply = express.post(codes.CLOSE, b"{}")
        assert reply is not None
        with pytest.raises(UnreachableError) as caught:
            await reply
        assert caught.value.sent
        await until(lambda: express.idle == 2)
        assert len(server.requests) == 1


async def test_a_silent_server_is_given_up_in_time() -> None:
    async def silent(_: bytes, __: asyncio.StreamWriter) -> None:
        return

    server = Counter(silent)
    async with server.express() as express:
        express.use_token("t")
        wire = express._take()
        assert wire is not None
        with pytest.raises(UnreachableError, match=r"within 0\.02 s"):
            await wire.post(b"POST / HTTP/1.1\r\n\r\n", 0.02)
        await until(lambda: express.idle == 2)
        assert server.connects == 3


async def test_a_reply_with_close_is_taken_and_the_connection_replaced() -> None:
    async def once(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = Counter(once)
    async with server.express() as express:
        express.use_token("t")
        reply = express.post(codes.CLOSE, b"{}")
        assert reply is not None
        assert (await reply).status == 200
        await until(lambda: express.idle == 2)
        assert server.connects == 3


async def test_an_idle_connection_that_the_server_closes_is_replaced_before_it_is_needed() -> None:
    writers: list[asyncio.StreamWriter] = []

    async def keep(_: bytes, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(OK)

    server = Counter(keep)
    async with server.express(warm=1) as express:
        express.use_token("t")
        reply = express.post(codes.CLOSE, b"{}")
        assert reply is not None
        await reply
        writers[0].close()
        await until(lambda: server.connects == 2 and express.idle == 1)
        reply = express.post(codes.CLOSE, b"{}")
        assert reply is not None
        assert (await reply).status == 200


async def test_idle_connections_say_a_word_now_and_then() -> None:
    server = Counter(answer)
    async with server.express() as express:
        now = asyncio.get_running_loop().time() + 100
        express._clock = lambda: now
        express._keep_alive()
        await until(lambda: len(server.requests) == 2)
        assert server.requests[0].startswith(b"GET /root/api/Status/ping HTTP/1.1\r\n")
        await until(lambda: express.idle == 2)
