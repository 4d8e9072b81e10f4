"""Both hubs over real sockets."""

from typing import Any

import aiohttp
import pytest

from risk_manager.simulator.faults import (
    CloseHub,
    CutHub,
    Drop,
    Duplicate,
    Logout,
    LostReply,
    Malformed,
    Silence,
    Status,
    stale_feed,
)
from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller
from tests.simulator.floor import MNQ, PRACTICE


async def test_a_connection_is_negotiated_by_id(caller: Caller) -> None:
    status, body = await caller.post(f"/hubs/user/negotiate?access_token={caller.token}")
    assert (status, body["negotiateVersion"]) == (200, 0)
    assert "connectionToken" not in body
    assert body["availableTransports"] == [{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}]
    hub = await caller.open_hub("user", id=body["connectionId"])
    await hub.socket.close()


async def test_version_1_has_a_token_and_only_that_opens(caller: Caller) -> None:
    _, body = await caller.post("/hubs/market/negotiate?negotiateVersion=1")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await caller.open_socket("/hubs/market", id=body["connectionId"])
    hub = await caller.open_hub("market", id=body["connectionToken"])
    await hub.socket.close()


async def test_used_and_unknown_ids_are_404(caller: Caller) -> None:
    _, body = await caller.post("/hubs/user/negotiate")
    await caller.open_hub("user", id=body["connectionId"])
    for connection_id in (body["connectionId"], "unknown"):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
            await caller.open_socket("/hubs/user", id=connection_id)


async def test_a_bad_token_is_401_on_negotiate_and_upgrade(caller: Caller) -> None:
    caller.token = "no.such.token"
    assert await caller.post("/hubs/user/negotiate") == (401, None)
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        await caller.open_socket("/hubs/market")


async def test_a_hub_wants_a_websocket(caller: Caller) -> None:
    status, _, _ = await caller.send("GET", "/hubs/user")
    assert status == 400


async def test_a_wrong_version_is_told_and_closed(caller: Caller) -> None:
    socket = await caller.open_socket("/hubs/user")
    await socket.send_str('{"protocol":"json","version":0}\x1e')
    assert "does not support version 0" in await socket.receive_str(timeout=5)
    assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE


async def test_no_snapshot_follows_a_user_subscription(caller: Caller, server: SimulatorServer) -> None:
    server.trader.buy(PRACTICE, MNQ)
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.buy(PRACTICE, MNQ)
    target, [payload] = await hub.next_event()
    assert (target, payload["data"]["status"]) == ("GatewayUserOrder", 6)


async def test_a_fill_arrives_wrapped_without_nulls(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.buy(PRACTICE, MNQ, 2)
    events = [await hub.next_event() for _ in range(5)]
    assert [target[11:] for target, _ in events] == ["Order", "Order", "Trade", "Position", "Account"]
    for _, arguments in events:
        [payload] = arguments
        assert set(payload) == {"action", "data"}
        assert None not in payload["data"].values()


async def test_only_subscribers_hear(caller: Caller, server: SimulatorServer) -> None:
    quiet = await caller.open_hub("user")
    loud = await caller.open_user_hub(PRACTICE)
    server.trader.buy(PRACTICE, MNQ)
    await loud.next_event()
    await quiet.invoke("Nothing", invocation_id="9")
    assert (await quiet.next())["invocationId"] == "9"


async def _open_market(caller: Caller) -> Any:
    market = await caller.open_hub("market")
    await market.invoke("SubscribeContractQuotes", MNQ, invocation_id=None)
    target, [contract_id, quote] = await market.next_event()
    assert (target, contract_id, quote["lastPrice"]) == ("GatewayQuote", MNQ, 29500)
    return market


async def test_quotes_are_deltas_after_the_full_one(caller: Caller, server: SimulatorServer) -> None:
    market = await _open_market(caller)
    server.trader.set_price(MNQ, "29500", bid="29499.5")
    _, [_, quote] = await market.next_event()
    assert set(quote) == {"symbol", "bestBid", "volume", "lastUpdated", "timestamp", "contract"}


async def test_trades_and_depth_are_arrays(caller: Caller, server: SimulatorServer) -> None:
    market = await caller.open_hub("market")
    for subject in ("Trades", "MarketDepth"):
        await market.invoke(f"SubscribeContract{subject}", MNQ, invocation_id=None)
    _, [_, ladder] = await market.next_event()
    server.trader.set_price(MNQ, "29501")
    _, [_, tape] = await market.next_event()
    _, [_, depth] = await market.next_event()
    assert [len(ladder), len(tape), len(depth)] == [121, 1, 2]


async def test_frames_can_be_joined(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.hubs["user"].joins_frames = True
    server.trader.buy(PRACTICE, MNQ)
    assert (await hub.socket.receive_str(timeout=5)).count("\x1e") == 5


async def test_a_dropped_and_a_duplicated_event(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.install(Drop(target="GatewayUserPosition"))
    server.trader.install(Duplicate(target="GatewayUserTrade", action=1))
    server.trader.buy(PRACTICE, MNQ)
    events = [(await hub.next_event())[0][11:] for _ in range(5)]
    assert events == ["Order", "Order", "Trade", "Trade", "Account"]


async def test_a_stale_feed_still_answers(caller: Caller, server: SimulatorServer) -> None:
    market = await _open_market(caller)
    server.trader.install(stale_feed())
    server.trader.set_price(MNQ, "29501")
    await market.invoke("SubscribeContractQuotes", "CON.F.US.EP.Z26", invocation_id="5")
    assert await market.next() == {"type": 3, "invocationId": "5"}


async def test_silence_is_deaf_to_everything_and_the_connection_lives(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    number = server.trader.install(Silence(hub="user"))
    server.trader.buy(PRACTICE, MNQ)
    await hub.invoke("SubscribeAccounts", invocation_id="lost")
    await hub.socket.ping()
    while not server.trader.requests("/hubs/user SubscribeAccounts", since=server.arrivals.last_number - 1):
        await caller.get("/simulator/accounts")
    server.trader.clear(number)
    await hub.invoke("SubscribeAccounts", invocation_id="heard")
    assert await hub.next() == {"type": 3, "invocationId": "heard"}


async def test_a_close_with_an_error_allows_to_reconnect(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.install(CloseHub(hub="user"))
    assert await hub.next() == {"type": 7, "error": "Connection closed with an error.", "allowReconnect": True}
    assert (await hub.socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE


async def test_a_cut_when_the_position_is_due(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.install(CutHub(hub="user", target="GatewayUserPosition"))
    server.trader.buy(PRACTICE, MNQ)
    kinds = []
    while (message := await hub.socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
        kinds.append(message.data)
    assert all("GatewayUserPosition" not in text for text in kinds)


async def test_logout_on_both_hubs_may_end_the_tokens(caller: Caller, server: SimulatorServer) -> None:
    hubs = [await caller.open_hub(name) for name in ("user", "market")]
    server.trader.install(Logout(ends_tokens=True))
    for hub in hubs:
        assert await hub.next() == {"type": 1, "target": "GatewayLogout", "arguments": []}
    assert (await caller.post("/api/Account/search", onlyActiveAccounts=True))[0] == 401


async def test_a_broken_message_is_no_json(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.install(Malformed(kind="broken"))
    server.trader.buy(PRACTICE, MNQ)
    assert await hub.socket.receive_str(timeout=5) == (
        '{"type":1,"target":"GatewayUserOrder","arguments":[{"action":1,"data":{]}\x1e'
    )


async def test_negotiate_and_upgrade_fail_to_order(caller: Caller, server: SimulatorServer) -> None:
    server.trader.install(Status(path="/hubs/user/negotiate", status=502))
    assert (await caller.post("/hubs/user/negotiate"))[0] == 502
    server.trader.install(Status(path="/hubs/user", status=401))
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        await caller.open_socket("/hubs/user")
    number = server.trader.install(LostReply(path="/hubs/user", times=None))
    with pytest.raises(aiohttp.ClientError):
        await caller.open_socket("/hubs/user")
    server.trader.clear(number)
    await caller.open_hub("user")


async def test_connections_and_invocations_are_noted(caller: Caller, server: SimulatorServer) -> None:
    await caller.open_user_hub(PRACTICE)
    noted = [(row.path, row.body) for row in server.trader.requests() if row.kind == "hub"]
    assert noted[:3] == [
        ("/hubs/user", ""), ("/hubs/user SubscribeAccounts", ""), ("/hubs/user SubscribeOrders", str(PRACTICE)),
    ]  # fmt: skip
