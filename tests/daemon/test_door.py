"""The door of a real guard, on a real simulator: what it tells, what it answers, and what it never says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from risk_manager.daemon import door as doors
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.door import Door
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.measures import MEASURES
from risk_manager.gateway.tasks import end, start
from risk_manager.ipc import address, messages
from risk_manager.ipc.answers import History
from risk_manager.ipc.client import Feed
from risk_manager.ipc.messages import Message, Said
from risk_manager.simulator.faults import CutHub
from risk_manager.simulator.world import API_KEY, USER_NAME
from tests.daemon.watched import DAY, FIRST, PRICE, TWO_MNQ, Watched, configuration, watched


class Visited:
    """A guard with an open door, and a screen that hears it."""

    def __init__(self, house: Watched, door: Door, feed: Feed, heard: list[Message], said: list[str]) -> None:
        self.house, self.door, self.feed, self.heard, self.said = house, door, feed, heard, said

    def told(self, kind: type[Said]) -> list[Any]:
        """What was told of a kind."""
        return [one.data for one in self.heard if isinstance(one, kind)]

    async def until_told(self, kind: type[Said], is_so: Callable[[Any], bool]) -> Any:
        """Wait until something was told."""
        await self.house.until(lambda: any(is_so(one) for one in self.told(kind)), f"{kind} in {self.heard}")
        return next(one for one in self.told(kind) if is_so(one))

    async def ask(self, path: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        url = f"http://127.0.0.1:{self.door.server.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return reply.status, await reply.read()


@asynccontextmanager
async def visited(home: Path, *rules: Mapping[str, Any], port: int = 0, **options: Any) -> AsyncIterator[Visited]:
    """A guard that saves, its door, and a screen that is live (unless the door does not open)."""
    data = home / "data"
    async with watched(*rules, **options) as house:
        settings = configuration(house.server.url, {key: value for rule in rules for key, value in rule.items()}, FIRST)
        clock, said, heard = SystemClock(), list[str](), list[Message]()
        with closing(Keeping(data, clock)) as keeping:
            keeping.recover(settings)
            keeping.attach(house.watch.guard, settings)
            watch = house.watch
            door = Door(
                watch.guard,
                watch.gateway.status,
                watch.is_guarding.is_set,
                house.picture,
                clock,
                data,
                port,
                said.append,
            )
            feed = Feed(home, told=heard.append, retry_seconds=0.01)
            tasks = [start(door.run(), "test: door"), start(feed.run(), "test: feed")]
            try:
                if not port:
                    await house.until(lambda: feed.is_live)
                yield Visited(house, door, feed, heard, said)
                assert not any(task.done() for task in tasks), tasks
            finally:
                await end(*tasks)
                await house.watch.enforcement.stop()


async def test_a_breach_from_its_order_to_its_end(tmp_path: Path) -> None:
    async with visited(tmp_path, TWO_MNQ) as here:
        order = here.house.order(5)
        await here.house.until(lambda: here.house.net() == 2)
        await here.until_told(messages.Position, lambda one: one.signed_size == 2)
        assert any(one.id == order for one in here.told(messages.Order))
        assert [one.symbol for one in here.told(messages.Trade)] == ["MNQ", "MNQ"]
        assert any(one.rule == "RULE-002" and one.about == "MNQ" for one in here.told(messages.Breached))
        acts = [one for one in here.told(messages.EnforcementAction) if one.kind == "reduce"]
        assert [one.outcome for one in acts] == ["asked", "accepted"]
        assert acts[0].says == "The guard asks to close 3 of MNQ: RULE-002: 5 MNQ are more than the limit of 2"
        assert acts[1].says == "The broker has taken the request to close 3 of MNQ"
        await here.house.until(lambda: shown(here) == [2])
        numbers = [one.seq for one in here.heard if not isinstance(one, messages.Refused)]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def shown(here: Visited) -> list[int]:
    assert here.feed.status is not None
    return [position.signed_size for position in here.feed.status.accounts[0].positions]


async def test_a_lock_and_what_stands_when_a_screen_comes_later(tmp_path: Path) -> None:
    async with visited(tmp_path, DAY) as here:
        here.house.order(2)
        await here.house.until(lambda: here.house.net() == 2)
        here.house.price(PRICE - 200)
        lock = await here.until_told(messages.LockoutSet, lambda one: one.rule == "RULE-003")
        assert (lock.kind, lock.symbol) == ("hard", None)
        assert lock.says.startswith("the account is locked until ")
        await here.house.settled()
        late = Feed(tmp_path)
        hearing = start(late.run(), "test: late")
        await here.house.until(lambda: late.is_live)
        await end(hearing)
        assert late.status is not None
        assert [one.rule for one in late.status.accounts[0].locks] == ["RULE-003"]
        assert not late.status.accounts[0].is_tradable


async def test_the_line_to_the_broker(tmp_path: Path) -> None:
    async with visited(tmp_path, TWO_MNQ) as here:
        assert await here.ask("/api/health") == (200, b'{"is_well":true,"reasons":[],"impaired":[]}')
        here.house.fault(CutHub(hub="user"))
        gone = await here.until_told(messages.Connection, lambda one: one.hub == "user" and not one.is_connected)
        assert gone.why
        await here.until_told(messages.Connection, lambda one: one.hub == "user" and one.is_connected)


async def test_quotes_and_pictures_are_told_four_times_a_second_at_most(tmp_path: Path) -> None:
    async with visited(tmp_path) as here:
        here.house.order(1)
        await here.house.until(lambda: shown(here) == [1])
        mnq = here.house.contract("MNQ")
        for price in range(int(PRICE), int(PRICE) + 200):
            here.house.price(price)
            await here.house.until(partial(is_quoted, here, mnq, price))
        await here.until_told(messages.MarketQuote, lambda one: one.last == PRICE + 199)
        await here.until_told(messages.DaemonStatus, lambda one: one.accounts[0].positions[0].mark == PRICE + 199)
        for kind in (messages.MarketQuote, messages.DaemonStatus):
            times: list[datetime] = [one.at for one in here.heard if isinstance(one, kind)]
            assert len(times) >= 2
            assert min(later - sooner for sooner, later in pairwise(times)).total_seconds() > doors.PAUSE_SECONDS * 0.9


def is_quoted(here: Visited, contract: str, price: int) -> bool:
    """Whether the guard has heard of a price."""
    return here.house.watch.guard.state.quotes[contract].last == price


async def test_the_past_is_read_from_what_was_saved(tmp_path: Path) -> None:
    async with visited(tmp_path, TWO_MNQ, DAY) as here:
        here.house.order(5)
        await here.house.until(lambda: here.house.net() == 2)
        here.house.price(PRICE - 200)
        await here.until_told(messages.LockoutSet, lambda one: one.rule == "RULE-003")
        await here.house.settled()
        async with asyncio.timeout(20):
            while len((whole := await history(here, "")).trades) < 3 or any(one.outcome is None for one in whole.acts):
                await asyncio.sleep(0.01)
        described = msgspec.json.decode((await here.ask("/api/openapi.json"))[1])
        schema = {"$ref": "#/components/schemas/History", "components": described["components"]}
        jsonschema.validate(msgspec.json.decode(msgspec.json.encode(whole)), schema, jsonschema.Draft202012Validator)
        assert [one.size for one in whole.trades] == [2, 3, 5]
        assert whole.trades[0].realized_pnl == Decimal("-800")
        assert [(one.rule, one.symbol, one.ended_at) for one in whole.locks] == [("RULE-003", None, None)]
        assert {one.rule for one in whole.acts} >= {"RULE-002", "RULE-003"}
        assert (await history(here, "?rule=rule-003")).trades == ()
        assert {one.rule for one in (await history(here, "?rule=rule-003")).acts} == {"RULE-003"}
        assert len((await history(here, "?limit=1")).trades) == 1
        assert (await history(here, "?symbol=mnq")).locks == ()
        assert len((await history(here, "?symbol=MNQ")).trades) == 3
        assert await history(here, "?symbol=ES") == History()
        assert await history(here, "?account=1") == History()
        assert await history(here, "?to=2020-01-01T00:00:00Z") == History()
        assert len((await history(here, "?from=2020-01-01T00:00:00Z")).trades) == 3
        status, body = await here.ask("/api/enforcement?limit=1")
        assert (status, len(msgspec.json.decode(body))) == (200, 1)


async def history(here: Visited, query: str) -> History:
    status, body = await here.ask(f"/api/history{query}")
    assert status == 200, body
    return msgspec.json.decode(body, type=History)


async def test_the_numbers_can_be_read_by_who_collects_them(tmp_path: Path) -> None:
    async with visited(tmp_path, TWO_MNQ, DAY) as here:
        here.house.order(5)
        await here.house.until(lambda: here.house.net() == 2)
        here.house.price(PRICE - 200)
        await here.until_told(messages.LockoutSet, lambda one: one.rule == "RULE-003")
        await here.house.settled()
        families = list(text_string_to_metric_families((await here.ask("/metrics"))[1].decode()))
        found = {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}
        name = "risk_manager_"
        assert found[f"{name}locks", "465", "hard"] == 1
        assert found[f"{name}breaches_total", "RULE-003"] == 1
        assert found[f"{name}commands_answered_total", "reduce", "accepted"] == 1
        assert found[f"{name}commands_answered_total", "close", "accepted"] >= 1
        assert found[f"{name}breach_to_request_seconds_count",] >= 2
        assert found[f"{name}step_seconds_count",] == sum(
            value for key, value in found.items() if key[0] == f"{name}events_total"
        )
        assert found[f"{name}hub_connected", "user"] == found[f"{name}hub_connected", "market"] == 1
        assert found[f"{name}door_clients",] == 1
        assert {(one.name.removeprefix(name), one.type, one.documentation) for one in families} == {
            (one.name.removesuffix("_total"), one.kind.value, one.says) for one in MEASURES.values()
        }, "the table that the page is made of"
        labels = {one.name.removesuffix("_total"): set(one.labels) for one in MEASURES.values()}
        assert all(
            set(sample.labels) - {"le"} == labels[family.name.removeprefix(name)]
            for family in families
            for sample in family.samples
        )


async def test_no_secret_ever_goes_out(tmp_path: Path) -> None:
    async with visited(tmp_path, TWO_MNQ, DAY) as here:
        here.house.order(5)
        await here.house.until(lambda: here.house.net() == 2)
        here.house.fault(CutHub(hub="user"))
        await here.until_told(messages.Connection, lambda one: one.is_connected)
        described = msgspec.json.decode((await here.ask("/api/openapi.json"))[1])
        out = [msgspec.json.encode(one) for one in here.heard]
        for path in ("/", *described["paths"]):
            out.append((await here.ask(path.replace("{id}", str(FIRST))))[1])
        assert all(API_KEY.encode() not in one and USER_NAME.encode() not in one for one in out)
        assert all(b"eyJ" not in one for one in out), "a token begins like that"


async def test_a_port_that_is_taken_is_said_and_the_guard_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "_RETRY_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        port = squatter.getsockname()[1]
        (tmp_path / "data").mkdir()
        address.write(address.path_in(tmp_path / "data"), address.Address(port=1, run="of a guard that was killed"))
        async with visited(tmp_path, TWO_MNQ, port=port) as here:
            await here.house.until(lambda: bool(here.said))
            assert here.said[0].startswith(f"The door for screens cannot be opened on 127.0.0.1:{port} (")
            assert here.door.trouble == here.said[0]
            here.house.order(5)
            await here.house.until(lambda: here.house.net() == 2)
            assert len(here.said) == 1, "it is said once"
            assert address.read(address.path_in(tmp_path / "data")) is None
            squatter.close()
            await here.house.until(lambda: here.feed.is_live)
            assert here.door.trouble == ""
            assert here.said[1].startswith(f"Screens and other programs can ask at http://127.0.0.1:{port} ")


async def test_where_the_door_was_nobody_is_sent_any_more(tmp_path: Path) -> None:
    async with visited(tmp_path) as here:
        found = address.read(address.path_in(tmp_path / "data"))
        assert found is not None
        assert (found.port, found.run) == (here.door.server.port, here.door.broadcast.run)
    assert address.read(address.path_in(tmp_path / "data")) is None
