"""The trader's HTTP door."""

from datetime import timedelta

import pytest

from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller
from tests.simulator.floor import LIVE, MNQ, PRACTICE

HELD = {"accountId": PRACTICE, "contractId": MNQ}


@pytest.fixture
async def door(server: SimulatorServer, caller: Caller) -> Caller:
    """A client without a token."""
    caller.token = ""
    return caller


async def test_a_day_at_the_other_screen(door: Caller, server: SimulatorServer) -> None:
    assert (await door.post("/simulator/place", **HELD, side=0, size=3))[1]["errorCode"] == 0
    assert (await door.post("/simulator/reduce", **HELD, size=1))[1]["errorCode"] == 0
    assert server.trader.net(PRACTICE, MNQ) == 2
    _, placed = await door.post("/simulator/place", **HELD, type=4, side=1, size=2, stopPrice=29490)
    order = {"accountId": PRACTICE, "orderId": placed["orderId"]}
    assert (await door.post("/simulator/modify", **order, stopPrice=29495))[1] == {"errorCode": 0, "errorMessage": None}
    assert (await door.post("/simulator/cancel", **order))[1]["errorCode"] == 0
    assert (await door.post("/simulator/close", **HELD))[1]["errorCode"] == 0
    assert (await door.post("/simulator/close", **HELD))[1]["errorCode"] == 2
    _, record = await door.get(f"/simulator/record?accountId={PRACTICE}")
    assert [order["status"] for order in record["orders"]] == [2, 2, 3, 2]
    assert record["positions"] == []


async def test_brackets_can_be_sent(door: Caller) -> None:
    _, placed = await door.post(
        "/simulator/place", **HELD, side=0, size=1, stopLossBracket={"ticks": -40, "type": 4},
        takeProfitBracket={"ticks": 40, "type": 1},
    )  # fmt: skip
    assert placed["errorCode"] == 0
    _, record = await door.get(f"/simulator/record?accountId={PRACTICE}")
    assert [order["type"] for order in record["orders"]] == [2, 4, 1]


async def test_liquidation(door: Caller, server: SimulatorServer) -> None:
    server.trader.buy(PRACTICE, MNQ, 2)
    assert await door.post("/simulator/liquidate", accountId=PRACTICE) == (200, {})
    assert server.trader.net(PRACTICE, MNQ) == 0


async def test_prices(door: Caller, server: SimulatorServer) -> None:
    await door.post("/simulator/price", contractId=MNQ, last=29600.25, bid=29600, ask=29600.5)
    await door.post("/simulator/freeze", contractId=MNQ)
    await door.post("/simulator/tick", steps=3)
    _, body = await door.get("/simulator/quotes")
    assert [quote["lastPrice"] for quote in body["quotes"]] == [29600.25]
    await door.post("/simulator/freeze", contractId=MNQ, frozen=False)
    await door.post("/simulator/tick", contractId=MNQ, steps=20)
    assert server.trader.price(MNQ).volume > 20
    await door.post("/simulator/price", contractId=MNQ)
    assert not server.trader.price(MNQ).has_price


async def test_account_settings(door: Caller, server: SimulatorServer) -> None:
    await door.post("/simulator/can-trade", accountId=PRACTICE, canTrade=False)
    await door.post("/simulator/balance", accountId=PRACTICE, balance=48000.5)
    _, body = await door.get("/simulator/accounts")
    assert [(row["canTrade"], row["balance"]) for row in body["accounts"] if row["id"] == PRACTICE] == [
        (False, 48000.5)
    ]
    assert {row["id"] for row in body["accounts"]} == {PRACTICE, LIVE}


async def test_faults_are_installed_listed_and_lifted(door: Caller) -> None:
    _, first = await door.post("/simulator/faults", fault="drop", hub="user", times=None)
    _, second = await door.post("/simulator/faults", fault="status", status=502, path="/api/Order/cancel")
    _, body = await door.get("/simulator/faults")
    assert [(row["number"], row["fault"]) for row in body["faults"]] == [
        (first["number"], "drop"), (second["number"], "status"),
    ]  # fmt: skip
    await door.send("DELETE", f"/simulator/faults?number={first['number']}")
    assert len((await door.get("/simulator/faults"))[1]["faults"]) == 1
    await door.send("DELETE", "/simulator/faults")
    assert (await door.get("/simulator/faults"))[1]["faults"] == []


async def test_requests_are_shown(door: Caller) -> None:
    await door.log_in()
    await door.post("/api/Account/search", onlyActiveAccounts=True)
    _, body = await door.get("/simulator/requests?path=/api/Account/search")
    assert [(row["path"], row["user"], row["status"]) for row in body["requests"]] == [
        ("/api/Account/search", "trader", 200)
    ]
    assert (await door.get(f"/simulator/requests?since={body['last']}"))[1]["requests"] == []


async def test_conditions_and_tokens_change_while_it_runs(door: Caller, server: SimulatorServer) -> None:
    await door.post("/simulator/conditions", fill_parts=2, fill_latency_seconds=0.5, reversal="one")
    conditions = server.exchange.conditions
    assert (conditions.fill_parts, conditions.fill_latency, conditions.reversal) == (2, timedelta(seconds=0.5), "one")
    token = await door.log_in()
    await door.post("/simulator/tokens", revoke=True, lifetimeSeconds=60)
    assert server.tokens.owner(token, server.venue.clock()) is None
    assert server.tokens.lifetime == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/simulator/place", {"accountId": "465"}),
        ("/simulator/price", {"contractId": "MNQ", "last": 5}),
        ("/simulator/can-trade", {"accountId": 1, "canTrade": True}),
        ("/simulator/faults", {"fault": "earthquake"}),
    ],
)
async def test_nonsense_is_told(door: Caller, path: str, fields: dict[str, object]) -> None:
    status, body = await door.post(path, **fields)
    assert status == 400
    assert body["error"]


async def test_an_unknown_account_has_no_record(door: Caller) -> None:
    assert (await door.get("/simulator/record?accountId=1"))[0] == 404
