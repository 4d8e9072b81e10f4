"""A hub link against a real socket that misbehaves in every way that was ever seen to end another client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from risk_manager.core.events import (
    AnyEvent,
    Hub,
    HubBack,
    HubLost,
    LoginRefused,
    PositionSeen,
    QuoteSeen,
    Unreadable,
)
from risk_manager.gateway.connection import Call
from risk_manager.gateway.decode import LANES
from risk_manager.gateway.hub import HubLink
from risk_manager.gateway.signalr import Timing
from risk_manager.gateway.tasks import end, start

from .fault_hub import FaultHub, Peer, Script, good

QUICK = Timing(handshake=0.5, completion=0.4, ping_every=0.1, silence=0.6)
POSITION = {
    "action": 1,
    "data": {"accountId": 2, "contractId": "CON.F.US.MNQ.U26", "type": 1, "size": 3, "averagePrice": 5.25},
}
WANTED: dict[Call, Call | None] = {("SubscribeAccounts", ()): None, ("SubscribeOrders", (2,)): None}


class Client:
    """A link, what it told, and the tokens it was given."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.renewed: list[str] = []
        self.number = 1
        self.explode = False
        self._changed = asyncio.Event()

    def sink(self, event: AnyEvent) -> None:
        self.events.append(event)
        self._changed.set()
        if self.explode and isinstance(event, PositionSeen):
            self.explode = False
            raise RuntimeError("A bug in the taker.")

    async def token(self) -> str:
        return f"TOKEN{self.number}"

    async def renew(self, stale: str) -> None:
        self.renewed.append(stale)
        self.number += 1

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not condition():
                self._changed.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self._changed.wait()
                except TimeoutError:
                    continue

    def count(self, kind: type[AnyEvent]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


@asynccontextmanager
async def link(server: FaultHub, hub: Hub = Hub.USER, timing: Timing = QUICK) -> AsyncIterator[tuple[Client, HubLink]]:
    client = Client()
    async with server.running(), aiohttp.ClientSession() as http:
        subject = HubLink(
            hub,
            server.url,
            http,
            client.sink,
            token=client.token,
            renew=client.renew,
            wanted=WANTED if hub is Hub.USER else {},
            timing=timing,
            draw=lambda: 0.0,
        )
        task = start(subject.run(), "hub")
        try:
            yield client, subject
        finally:
            assert not task.done()
            await end(task)


async def comes_back(server: FaultHub) -> Client:
    """The link is up, goes away once, and is up again with news that arrive."""
    async with link(server) as (client, subject):
        await client.until(lambda: client.count(HubBack) == 2)
        await client.until(lambda: server.connects == 2)
        await server.peers[1].news("GatewayUserPosition", POSITION)
        await client.until(lambda: client.count(PositionSeen) >= 1)
        assert client.count(HubLost) == 1
        assert subject.status().is_connected
        assert subject.status().connects == 2
        return client


def closing(*records: str) -> Script:
    async def script(peer: Peer) -> None:
        await peer.shake_hands()
        serving = start(peer.serve(), "serve")
        await peer.subscribed.wait()
        await peer.send(*records)
        await serving

    return script


@pytest.mark.parametrize(
    "record",
    [
        '{"type":7,"error":"Connection closed with an error.","allowReconnect":true}',
        '{"type":7,"error":"bye","allowReconnect":false}',
        '{"type":7}',
    ],
)
async def test_it_comes_back_after_a_close_message(record: str) -> None:
    await comes_back(FaultHub(closing(record), good))


@pytest.mark.parametrize("abort", [True, False], ids=["reset", "end of file"])
async def test_it_comes_back_after_a_broken_connection(abort: bool) -> None:
    async def script(peer: Peer) -> None:
        await peer.shake_hands()
        serving = start(peer.serve(), "serve")
        await peer.subscribed.wait()
        if abort:
            peer.transport.abort()
        else:
            peer.transport.close()
        await serving

    await comes_back(FaultHub(script, good))


async def test_it_comes_back_from_a_hub_that_fell_silent() -> None:
    async def script(peer: Peer) -> None:
        await peer.shake_hands()
        await peer.serve()  # WebSocket stays alive, not one record more

    client = await comes_back(FaultHub(script, good))
    lost = next(event for event in client.events if isinstance(event, HubLost))
    assert "0.6 s" in lost.why


async def test_it_comes_back_when_a_subscription_is_not_answered() -> None:
    async def script(peer: Peer) -> None:
        await peer.shake_hands()
        await peer.serve(answer=False)

    server = FaultHub(script, good)
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
        assert server.connects == 2
        assert "not answered" in next(event.why for event in client.events if isinstance(event, HubLost))


async def test_it_comes_back_when_the_handshake_is_not_answered() -> None:
    async def script(peer: Peer) -> None:
        await peer.serve(answer=False)

    server = FaultHub(script, good)
    async with link(server, timing=Timing(handshake=0.2, silence=5)) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
        assert server.connects == 2


async def test_odd_messages_are_survived_on_the_same_connection() -> None:
    server = FaultHub()
    async with link(server) as (client, subject):
        await client.until(lambda: client.count(HubBack) == 1)
        peer = server.peers[0]
        await peer.send('{"type":9,"sequenceId":1}', '{"type":3,"invocationId":"77","error":"no"}', '{"type":3}')
        await peer.send('{"type":1,"target":"GatewayUserNews","arguments":[1],"new":{}}', "junk")
        await peer.news("GatewayUserPosition", {"type": "long"})
        await peer.socket.ping(b"x")
        await peer.send('{"type":1,"headers":{},"target":"GatewayUserPosition","arguments":[],"more":1}')
        await peer.news("GatewayUserPosition", POSITION)
        await client.until(lambda: client.count(PositionSeen) == 1)
        await client.until(lambda: peer.pongs == 1)
        assert client.count(Unreadable) == 3
        assert client.count(HubLost) == 0
        status = subject.status()
        assert (status.unreadable, status.unknown) == (3, 1)


async def test_a_taker_that_raises_loses_one_event_only() -> None:
    server = FaultHub()
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    async with link(server) as (client, subject):
        await client.until(lambda: client.count(HubBack) == 1)
        client.explode = True
        for _ in range(3):
            await server.peers[0].news("GatewayUserPosition", POSITION)
        await client.until(lambda: client.count(PositionSeen) == 3)
        assert subject.status().sink_errors == 1
        assert client.count(HubLost) == 0
    assert len(told) == 1


async def test_a_bug_in_the_decoding_costs_a_connection_and_not_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> list[AnyEvent]:
        raise RuntimeError("A bug.")

    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    monkeypatch.setitem(LANES[Hub.USER], b"GatewayUserAccount", broken)
    server = FaultHub()
    async with link(server) as (client, subject):
        await client.until(lambda: client.count(HubBack) == 1)
        await server.peers[0].news("GatewayUserAccount", {"id": 2})
        await client.until(lambda: client.count(HubBack) == 2)
        assert "A bug." in next(event.why for event in client.events if isinstance(event, HubLost))
        assert subject.status().is_connected
    assert len(told) == 1


async def test_a_burst_arrives_whole_and_in_order() -> None:
    server = FaultHub()
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
        for size in range(1, 1002):
            await server.peers[0].news("GatewayUserPosition", POSITION["data"] | {"size": size})  # type: ignore[operator]
        await client.until(lambda: client.count(PositionSeen) == 1001)
    sizes = [event.signed_size for event in client.events if isinstance(event, PositionSeen)]
    assert sizes == list(range(1, 1002))


async def test_records_of_a_mebibyte_and_split_over_frames_are_read() -> None:
    server = FaultHub()
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
        await server.peers[0].news("GatewayUserPosition", POSITION | {"padding": "x" * 5_000_000})
        await client.until(lambda: client.count(PositionSeen) == 1)
        await server.peers[0].socket.send_str('{"type":1,"target":"GatewayUserAcc')
        await server.peers[0].socket.send_str('ount","arguments":[{"id":2}]}\x1e')
        await client.until(lambda: len(client.events) == 3)


async def test_a_server_that_closes_after_each_handshake_is_not_stormed() -> None:
    async def script(peer: Peer) -> None:
        await peer.shake_hands()

    server = FaultHub(script)
    client = Client()
    async with server.running(), aiohttp.ClientSession() as http:
        subject = HubLink(
            Hub.USER,
            server.url,
            http,
            client.sink,
            token=client.token,
            renew=client.renew,
            wanted=WANTED,
            draw=lambda: 0.5,
        )
        task = start(subject.run(), "hub")
        await client.until(lambda: server.connects == 3)  # pauses of 0.25 s and 0.5 s
        await asyncio.sleep(0.1)
        assert server.connects == 3
        await end(task)


async def test_each_connect_has_the_token_of_its_moment() -> None:
    server = FaultHub(closing('{"type":7}'), good)
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
        client.number = 2
        await client.until(lambda: client.count(HubBack) == 2)
    assert server.tokens == ["TOKEN1", "TOKEN2"]


async def test_a_refused_token_is_renewed() -> None:
    server = FaultHub()
    server.upgrade_status = [401]
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
    assert client.renewed == ["TOKEN1"]
    assert server.tokens == ["TOKEN1", "TOKEN2"]


async def test_it_negotiates_where_the_straight_way_is_refused() -> None:
    server = FaultHub()
    server.upgrade_status = [404]
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
    assert server.negotiations == 1
    assert server.ids == [None, "secret"]
    assert server.cookies == [None, "server=number-2"]


async def test_a_logout_takes_a_new_token_and_too_many_raise_an_alarm() -> None:
    async def script(peer: Peer) -> None:
        await peer.shake_hands()
        await peer.news("GatewayLogout", "whatever")
        await peer.serve()

    server = FaultHub(script)
    async with link(server) as (client, subject):
        await client.until(lambda: client.count(LoginRefused) == 1)
        assert server.tokens == [f"TOKEN{number}" for number in range(1, 7)]
        assert subject.status().logouts == 6
        await asyncio.sleep(0.1)
        assert server.connects == 6


async def test_a_planned_rebuild_is_back_at_once_with_the_new_token() -> None:
    server = FaultHub()
    async with link(server) as (client, subject):
        await client.until(lambda: client.count(HubBack) == 1)
        client.number = 2
        assert await subject.rebuild("TOKEN1")
        assert server.connects == 1
        assert await subject.rebuild("TOKEN2")
        assert client.count(HubBack) == 2
    assert server.tokens == ["TOKEN1", "TOKEN2"]


async def test_pings_go_out_so_that_the_server_stays() -> None:
    server = FaultHub()
    async with link(server, timing=Timing(ping_every=0.02, silence=30)) as (client, _):
        await client.until(lambda: bool(server.peers) and server.peers[0].pings >= 3)


def quotes(*contracts: str) -> dict[Call, Call | None]:
    return {("SubscribeContractQuotes", (c,)): ("UnsubscribeContractQuotes", (c,)) for c in contracts}


async def test_wanted_contracts_change_while_connected_and_survive_a_reconnect() -> None:
    server = FaultHub()
    async with link(server, Hub.MARKET) as (client, subject):
        await client.until(lambda: client.count(HubBack) == 1)
        subject.want(quotes("A", "B"))
        await client.until(lambda: len(server.calls) == 2)
        subject.want(quotes("B", "C"))
        await client.until(lambda: len(server.calls) == 4)
        assert server.calls[2:] == [("UnsubscribeContractQuotes", ["A"]), ("SubscribeContractQuotes", ["C"])]
        await server.peers[0].news("GatewayQuote", "B", {"lastPrice": 5})
        await client.until(lambda: client.count(QuoteSeen) == 1)
        server.peers[0].transport.abort()
        await client.until(lambda: client.count(HubBack) == 2)
        assert server.peers[1].calls == [
            ("SubscribeContractQuotes", ["B"]),
            ("SubscribeContractQuotes", ["C"]),
        ]


async def test_one_refused_subscription_is_told_and_the_others_stay() -> None:
    server = FaultHub()
    server.refusals["SubscribeOrders"] = "No such account."
    async with link(server) as (client, _):
        await client.until(lambda: client.count(HubBack) == 1)
        assert "No such account." in next(event.why for event in client.events if isinstance(event, Unreadable))


async def test_nobody_listening_is_told_once_and_tried_on() -> None:
    server = FaultHub()
    server.url = ""
    client = Client()
    async with aiohttp.ClientSession() as http:
        subject = HubLink(
            Hub.USER,
            "http://127.0.0.1:9/hubs/user",
            http,
            client.sink,
            token=client.token,
            renew=client.renew,
            draw=lambda: 0.0,
        )
        task = start(subject.run(), "hub")
        await client.until(lambda: subject.status().attempts_failed >= 3)
        await end(task)
    assert client.count(HubLost) == 1
