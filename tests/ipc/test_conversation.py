"""The WebSocket of the door over real sockets: in order, to everybody, and without waiting for anybody."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import aiohttp
import pytest

from risk_manager.ipc import dialogue
from risk_manager.ipc import server as door
from risk_manager.ipc.messages import Alerted, DaemonStatus, Refused, Snapshot
from tests.ipc.house import House, Listener, listening, open_house, until
from tests.ipc.sample import STATUS

UPGRADE = (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "PAUSE_SECONDS", 0.0)


async def test_first_the_whole_of_it_then_everything_by_number() -> None:
    async with open_house() as house:
        house.say("nobody hears that")
        async with listening(house.url) as client:
            first = await client.snapshot()
            assert (first.seq, first.data, first.run) == (1, STATUS, house.broadcast.run)
            numbers = [house.say("one"), house.say("two")]
            heard = [await client.hear(), await client.hear()]
            assert [(one.seq, one.data.says) for one in heard if isinstance(one, Alerted)] == [(2, "one"), (3, "two")]
            assert numbers == [2, 3]
            house.earn("1.50")
            picture = await client.hear()
            assert isinstance(picture, DaemonStatus)
            assert (picture.seq, str(picture.data.accounts[0].balance)) == (4, "1.50")


async def test_a_message_looks_as_it_is_promised() -> None:
    async with open_house() as house, listening(house.url) as client:
        assert json.loads(await client.socket.receive_str())["type"] == "snapshot"
        house.say("so")
        assert json.loads(await client.socket.receive_str()) == {
            "type": "alert",
            "account_id": 465,
            "seq": 1,
            "at": "2026-11-23T15:00:00Z",
            "data": {"severity": "info", "says": "so"},
        }


async def test_who_has_missed_something_asks_for_the_whole() -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        house.say("one")
        await client.socket.send_str('{"type":"snapshot"}')
        assert isinstance(await client.hear(), Alerted)
        assert (await client.snapshot()).seq == 1
        house.say("two")
        after = await client.hear()
        assert isinstance(after, Alerted)
        assert after.seq == 2


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '{"type":"reload"}', '{"type":"lockouts/clear"}', '{"kind":"snapshot"}', "\0", "snapshot"],
)
async def test_all_else_is_refused_and_the_conversation_goes_on(text: str) -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        await client.socket.send_str(text)
        refused = await client.hear()
        assert isinstance(refused, Refused)
        assert '{"type":"snapshot"}' in refused.why
        house.say("still there")
        assert isinstance(await client.hear(), Alerted)


async def test_bytes_are_refused_too() -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        await client.socket.send_bytes(b'{"type":"snapshot"}')
        assert isinstance(await client.hear(), Refused)


async def test_who_goes_on_and_on_is_shown_out() -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        for _ in range(dialogue.REFUSALS_MAX + 1):
            await client.socket.send_str("?")
        heard = [frame async for frame in client.socket]
        assert len(heard) <= dialogue.REFUSALS_MAX
        assert client.socket.close_code == aiohttp.WSCloseCode.POLICY_VIOLATION
        await until(lambda: house.broadcast.clients == 0)


@pytest.mark.parametrize("size", [dialogue.TAKEN_MAX + 1, 100_000, 2_000_000])
async def test_a_frame_that_is_too_large_ends_it_and_says_why(size: int) -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        await client.socket.send_str(" " * size)
        end = await client.socket.receive(timeout=20)
        assert end.type is aiohttp.WSMsgType.CLOSE
        assert end.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        assert end.extra == "That is larger than anything that can be asked here."
        await until(lambda: house.broadcast.clients == 0)


async def test_what_is_no_websocket_frame_ends_that_conversation_only() -> None:
    async with open_house() as house, listening(house.url) as other:
        await other.snapshot()
        reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
        writer.write(UPGRADE.encode() + b"\xff" * 64)
        rest = await asyncio.wait_for(reader.read(), 20)
        assert b" 101 " in rest.splitlines()[0]
        assert rest.endswith(b"That is no WebSocket frame (RFC 6455).")
        writer.close()
        await until(lambda: house.broadcast.clients == 1)
        house.say("still there")
        assert isinstance(await other.hear(), Alerted)


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}], ids=str)
async def test_a_foreign_page_gets_no_websocket(headers: dict[str, str]) -> None:
    async with open_house() as house:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with listening(house.url, **headers):
                pass
        assert refused.value.status == 403
        assert house.broadcast.clients == 0
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        upgrade |= {"Sec-WebSocket-Key": "A" * 22 + "==", **headers}
        async with aiohttp.ClientSession(headers=upgrade) as session:
            body = await (await session.get(house.url)).json()
        assert body["error"].endswith(("for programs of this machine.", "may be a trick of a web page."))


async def test_what_is_no_text_ends_it_and_says_why() -> None:
    async with open_house() as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
        writer.write(UPGRADE.encode() + b"\x81\x82\x00\x00\x00\x00\xff\xfe")
        rest = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        assert rest.endswith(b"That is no text in UTF-8.")
        await until(lambda: house.broadcast.clients == 0)


async def test_a_page_of_its_own_gets_one() -> None:
    async with open_house() as house, listening(house.url, Origin=house.url) as client:
        assert isinstance(await client.hear(), Snapshot)


async def test_twenty_hear_the_same() -> None:
    async with open_house() as house, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(listening(house.url)) for _ in range(20)]
        for client in clients:
            await client.snapshot()
        for number in range(50):
            house.say(f"{number}")
        for client in clients:
            assert [await text(client) for _ in range(50)] == [str(number) for number in range(50)]


async def text(client: Listener) -> str:
    heard = await client.hear()
    assert isinstance(heard, Alerted)
    return heard.data.says


@contextmanager
def stuck(house: House) -> Iterator[sockets.socket]:
    """A client that has asked for everything and never reads a byte."""
    with sockets.socket() as client:
        client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", house.server.port))
        client.sendall(UPGRADE.encode())
        yield client


async def test_who_does_not_read_is_let_go_and_disturbs_nobody() -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        with stuck(house):
            await until(lambda: house.broadcast.clients == 2)
            said = 0
            while house.broadcast.clients == 2:
                assert said < 2_000, "it was never let go"
                house.say("x" * 10_000)
                said += 1
                heard = await client.hear()  # at once, whatever the other does
                assert isinstance(heard, Alerted)
                assert heard.seq == said
            assert house.broadcast.dropped == 1
            house.say("still there")
            assert await text(client) == "still there"


async def test_no_more_than_so_many_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "CLIENTS_MAX", 2)
    async with open_house() as house, AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(listening(house.url))
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stack.enter_async_context(listening(house.url))
        assert refused.value.status == 503


async def test_at_the_end_everybody_is_told_goodbye_also_with_one_who_does_not_read() -> None:
    async with open_house() as house, listening(house.url) as client:
        await client.snapshot()
        with stuck(house):
            await until(lambda: house.broadcast.clients == 2)
            for _ in range(20):
                house.say("x" * 10_000)
            stopping = asyncio.get_running_loop().create_task(house.server.stop())
            frames = [frame async for frame in client.socket]
            assert len(frames) == 20
            assert client.socket.close_code == aiohttp.WSCloseCode.GOING_AWAY
            await asyncio.wait_for(stopping, 20)
