"""Frames and patience of a hub connection."""

import aiohttp
import pytest

from risk_manager.simulator.connection import Patience, text_frame
from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller, HubSocket
from tests.simulator.floor import PRACTICE


@pytest.mark.parametrize(("size", "head"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_has_the_shortest_head(size: int, head: int) -> None:
    frame = text_frame(b"x" * size)
    assert (frame[0], len(frame)) == (0x81, size + head)


async def test_a_silent_hub_pings() -> None:
    async with (
        SimulatorServer(contracts=[], patience=Patience(ping_seconds=0.02)) as server,
        Caller(server.url) as caller,
    ):
        await caller.log_in()
        hub = await caller.open_hub("user")
        assert [await hub.next() for _ in range(2)] == [{"type": 6}, {"type": 6}]


@pytest.mark.parametrize("shakes_hands", [True, False])
async def test_a_client_that_says_nothing_is_given_up(shakes_hands: bool) -> None:
    patience = Patience(client_seconds=0.05, handshake_seconds=0.05)
    async with SimulatorServer(contracts=[], patience=patience) as server, Caller(server.url) as caller:
        await caller.log_in()
        socket = await caller.open_socket("/hubs/user")
        if shakes_hands:
            await HubSocket(socket).send({"protocol": "json", "version": 1})
            assert await socket.receive_str(timeout=5) == "{}\x1e"
        message = await socket.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_binary_frames_are_read_too(caller: Caller) -> None:
    socket = await caller.open_socket("/hubs/market")
    await socket.send_bytes(b'{"protocol":"json","version":1}\x1e')
    assert await socket.receive_str(timeout=5) == "{}\x1e"


async def test_a_client_that_closes_is_forgotten(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    topic = ("GatewayUserOrder", PRACTICE)
    assert len(server.hubs["user"].audience.of(topic)) == len(server.hubs["user"].connections) == 1
    await hub.send({"type": 7})
    assert (await hub.socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    await hub.socket.close()
    other = await caller.open_hub("user")
    assert len(server.hubs["user"].connections) == 1
    assert server.hubs["user"].audience.of(topic) == []
    await other.socket.close()
