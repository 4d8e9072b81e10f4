"""REST over real sockets: verbs, tokens, limits, faults."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from risk_manager.simulator.exchange import Conditions
from risk_manager.simulator.faults import Fault, LostReply, Refuse, Slow, Status
from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller
from tests.simulator.floor import MNQ, PRACTICE

SEARCH, PLACE, CLOSE = "/api/Account/search", "/api/Order/place", "/api/Position/closeContract"
ORDER: dict[str, Any] = {"accountId": PRACTICE, "contractId": MNQ, "type": 2, "side": 0, "size": 1}
HELD: dict[str, Any] = {"accountId": PRACTICE, "contractId": MNQ}


@pytest.fixture
async def tight() -> AsyncIterator[Caller]:
    """A client of a server that admits three requests a minute and one for history."""
    limits = {"requests_per_minute": 3, "history_requests_per_half_minute": 1}
    async with SimulatorServer(contracts=[MNQ], **limits) as server, Caller(server.url) as caller:  # type: ignore[arg-type]
        await caller.log_in()
        yield caller


async def test_verbs_paths_and_ping(caller: Caller) -> None:
    status, headers, text = await caller.send("GET", SEARCH)
    assert (status, headers["Allow"], text) == (405, "POST", "")
    assert (await caller.send("DELETE", "/api/Order/cancel"))[0] == 405
    assert (await caller.send("POST", "/api/Status/ping"))[0] == 405
    assert (await caller.send("POST", "/api/Order/cancelAll"))[0] == 404
    assert await caller.get("/api/Status/ping") == (200, "pong")


@pytest.mark.parametrize("token", ["", "no.such.token"])
async def test_without_a_valid_token_401_and_an_empty_body(caller: Caller, token: str) -> None:
    caller.token = token
    assert await caller.post(SEARCH, onlyActiveAccounts=True) == (401, None)


async def test_an_expired_token_is_401() -> None:
    server = SimulatorServer(contracts=[], token_lifetime=timedelta(0))
    async with server, Caller(server.url) as caller:
        await caller.log_in()
        assert await caller.post("/api/Auth/validate") == (401, None)


async def test_a_refreshed_token_works_beside_the_old_one_and_logout_ends_one(caller: Caller) -> None:
    old = caller.token
    _, body = await caller.post("/api/Auth/validate")
    caller.token = body["newToken"]
    assert (await caller.post("/api/Auth/logout"))[1]["success"]
    assert (await caller.post(SEARCH, onlyActiveAccounts=True))[0] == 401
    caller.token = old
    assert (await caller.post(SEARCH, onlyActiveAccounts=True))[0] == 200


async def test_a_missing_login_field_is_a_problem_document(caller: Caller) -> None:
    status, headers, text = await caller.send("POST", "/api/Auth/loginKey", b'{"userName":"trader"}')
    assert (status, headers["Content-Type"]) == (400, "application/problem+json; charset=utf-8")
    assert '"apiKey"' in text


async def test_numbers_are_written_exactly(caller: Caller, server: SimulatorServer) -> None:
    server.trader.buy(PRACTICE, MNQ)
    _, _, text = await caller.send("POST", "/api/Position/searchOpen", b'{"accountId":465}')
    assert '"averagePrice":29500.25}' in text
    _, _, text = await caller.send("POST", "/api/Contract/searchById", b'{"contractId":"CON.F.US.JY6.Z26"}')
    assert '"tickSize":0.0000005,"tickValue":6.25' in text


async def test_the_limit_is_per_user_and_429_has_no_body(tight: Caller) -> None:
    statuses = [(await tight.post(SEARCH, onlyActiveAccounts=True))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]  # the login was the first of three
    assert await tight.post(SEARCH, onlyActiveAccounts=True) == (429, None)
    assert (await tight.post("/api/Auth/loginKey", userName="TRADER", apiKey="simulator-key"))[0] == 429
    assert (await tight.post("/api/Auth/loginKey", userName="other", apiKey="x"))[0] == 200


async def test_history_has_a_limit_of_its_own(tight: Caller) -> None:
    bars = {"contractId": MNQ, "live": False, "unit": 2, "unitNumber": 1, "limit": 5, "includePartialBar": False}
    assert [(await tight.post("/api/History/retrieveBars", **bars))[0] for _ in range(2)] == [200, 429]
    assert (await tight.post(SEARCH, onlyActiveAccounts=True))[0] == 200


async def test_the_trader_is_not_limited(tight: Caller) -> None:
    assert {(await tight.get("/simulator/accounts"))[0] for _ in range(10)} == {200}


@pytest.mark.parametrize("status", [401, 429, 500, 502])
async def test_an_ordered_status_does_nothing_once(caller: Caller, server: SimulatorServer, status: int) -> None:
    server.trader.install(Status(path=PLACE, status=status))
    assert await caller.post(PLACE, **ORDER) == (status, None)
    assert server.trader.net(PRACTICE, MNQ) == 0
    assert (await caller.post(PLACE, **ORDER))[0] == 200


@pytest.mark.parametrize(("path", "fields"), [(PLACE, ORDER), (CLOSE, HELD), ("/api/Order/cancel", {"accountId": 465})])
async def test_an_ordered_refusal(caller: Caller, server: SimulatorServer, path: str, fields: dict[str, Any]) -> None:
    server.trader.install(Refuse(path=path, code=4, text="velocity control"))
    status, body = await caller.post(path, **fields)
    assert (status, body["success"], body["errorCode"], body["errorMessage"]) == (200, False, 4, "velocity control")


@pytest.mark.parametrize(("acts", "held"), [(True, 0), (False, 2)])
async def test_a_lost_reply_may_have_acted(caller: Caller, server: SimulatorServer, acts: bool, held: int) -> None:
    server.trader.buy(PRACTICE, MNQ, 2)
    server.trader.install(LostReply(path=CLOSE, acts=acts))
    with pytest.raises(aiohttp.ClientError):
        await caller.post(CLOSE, **HELD)
    assert server.trader.net(PRACTICE, MNQ) == held
    [row] = server.trader.requests(CLOSE)
    assert (row.acted, row.replied) == (acts, False)


@pytest.mark.parametrize(("when", "held"), [("before", 0), ("after", 1)])
async def test_a_slow_reply_acts_before_or_after_its_pause(
    caller: Caller, server: SimulatorServer, when: Any, held: int
) -> None:
    fault: Fault = Slow(path=PLACE, seconds=30, when=when)
    server.trader.install(fault)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(caller.post(PLACE, **ORDER), 0.1)
    assert server.trader.net(PRACTICE, MNQ) == held


async def test_a_fill_may_be_heard_before_the_reply(caller: Caller, server: SimulatorServer) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.install(Slow(path=PLACE, seconds=30))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(caller.post(PLACE, **ORDER), 0.1)
    assert [(await hub.next_event())[1][0]["data"]["status"] for _ in range(2)] == [6, 2]


async def test_every_request_is_noted_with_its_outcome(caller: Caller, server: SimulatorServer) -> None:
    mark = server.arrivals.last_number
    await caller.post(PLACE, **ORDER)
    await caller.post(PLACE, **{**ORDER, "size": 0})
    caller.token = ""
    await caller.post(CLOSE, **HELD)
    rows = server.trader.requests(since=mark)
    assert [(r.path, r.user, r.status, r.error_code, r.acted, r.replied) for r in rows] == [
        (PLACE, "trader", 200, 0, True, True),
        (PLACE, "trader", 200, 2, False, True),
        (CLOSE, "", 401, None, False, True),
    ]
    assert '"contractId": "CON.F.US.MNQ.Z26"' in rows[0].body


async def test_with_latency_the_reply_comes_first() -> None:
    conditions = Conditions(fill_latency=timedelta(milliseconds=20))
    async with SimulatorServer(contracts=[MNQ], conditions=conditions) as server, Caller(server.url) as caller:
        await caller.log_in()
        hub = await caller.open_user_hub(PRACTICE)
        await caller.post(PLACE, **ORDER)
        assert server.trader.net(PRACTICE, MNQ) == 0
        assert [(await hub.next_event())[1][0]["data"]["status"] for _ in range(2)] == [6, 2]
        assert server.trader.net(PRACTICE, MNQ) == 1
