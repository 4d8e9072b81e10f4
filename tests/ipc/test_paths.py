"""The paths of the door over real sockets: what they answer, what they refuse, and that they are as described."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import jsonschema
import msgspec
import pytest
from msgspec.structs import replace

from risk_manager.ipc import openapi
from risk_manager.ipc.answers import ActsWanted, HistoryWanted
from risk_manager.ipc.messages import DaemonStatus, News
from risk_manager.ipc.routes import ROUTES
from risk_manager.ipc.server import CONNECTIONS_MAX
from tests.ipc.house import House, open_house
from tests.ipc.sample import STATUS

GOOD = [
    "/api/status",
    "/api/accounts/465",
    "/api/enforcement",
    "/api/enforcement?limit=1",
    "/api/history",
    "/api/history?account=465&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&symbol=MNQ&rule=RULE-003&limit=1000",
    "/api/health",
    "/metrics",
    "/api/openapi.json",
]
BAD = {
    "/api/accounts/0465x": 400,
    "/api/accounts/-1": 400,
    "/api/accounts/466": 404,
    "/api/accounts/": 404,
    "/api/enforcement?limit=0": 400,
    "/api/enforcement?limit=1001": 400,
    "/api/enforcement?limit=many": 400,
    "/api/enforcement?limits=1": 400,
    "/api/enforcement?limit=1&limit=2": 400,
    "/api/history?from=2026-11-01T00:00:00": 400,
    "/api/history?from=yesterday": 400,
    "/api/history?from=9999-12-31T23:59:59-23:00": 400,
    "/api/history?to=0001-01-01T00:00:00%2B23:00": 400,
    "/api/history?account=0": 400,
    "/api/history?symbol=": 400,
    "/api/history?to=null": 400,
    "/api/history?to=0.5": 400,
    "/api/history?to=1700000000": 400,
    "/api/history?account=99999999999999999999": 400,
    "/api/history?rule=daily": 400,
    "/api/status?x=1": 400,
    "/": 426,
    "/api": 404,
    "/../../etc/passwd": 404,
    "/nothing": 404,
}

NO_HTTP = "That is no request of HTTP with one Host and lines that can be read. Ask with GET;"


async def ask(house: House, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
    async with aiohttp.ClientSession() as session, session.request(method, house.url + path, headers=headers) as reply:
        return reply.status, await reply.read(), reply.headers


@pytest.mark.parametrize("path", GOOD)
async def test_what_is_answered_is_as_described(path: str) -> None:
    async with open_house() as house:
        status, body, headers = await ask(house, path)
        assert status == 200, body
        described = msgspec.json.decode((await ask(house, "/api/openapi.json"))[1])
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "aiohttp" not in headers["Server"]
    known = described["paths"][path.partition("?")[0].replace("/465", "/{id}")]["get"]
    content = known["responses"]["200"]["content"]
    media = headers["Content-Type"].partition(";")[0]
    if media == "application/json":
        hold(msgspec.json.decode(body), content[media]["schema"], described)
    else:
        assert media in content


def hold(answer: Any, schema: dict[str, Any], described: dict[str, Any]) -> None:
    """Raises where an answer is not what a schema of the description says."""
    whole = {**schema, "components": described["components"]}
    jsonschema.Draft202012Validator.check_schema(whole)
    jsonschema.validate(answer, whole, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("path", BAD)
async def test_what_is_not_answered_is_a_sentence(path: str) -> None:
    async with open_house() as house:
        status, body, headers = await ask(house, path)
    assert status == BAD[path], body
    assert headers["Content-Type"] == "application/json"
    said = msgspec.json.decode(body)
    assert list(said) == ["error"]
    assert said["error"][0].isupper() or said["error"].startswith("'")
    assert said["error"].endswith(".")
    assert not any(jargon in said["error"] for jargon in ("regex", "`", "$.", "object")), said["error"]


async def test_what_is_wrong_and_what_would_be_right_is_said() -> None:
    async with open_house() as house:
        said = [
            msgspec.json.decode((await ask(house, path))[1])["error"]
            for path in ("/api/history?rule=daily", "/api/enforcement?limit=0", "/api/history?rules=RULE-003")
        ]
    assert said == [
        "'daily' for rule is not understood. Write a rule by its number, such as RULE-003.",
        "'0' for limit is not understood. Write a whole number from 1 to 1000.",
        "'rules' cannot be asked of /api/history. What can be asked: account, from, limit, rule, symbol, to.",
    ]


async def test_what_comes_along_with_a_request_is_refused() -> None:
    async with open_house() as house, aiohttp.ClientSession() as session:
        reply = await session.get(house.url + "/api/status", data=b"x" * 100_000)
        assert reply.status == 413
        assert (await reply.json())["error"].startswith("Nothing that comes with a request is read here")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/api/status", "/", "/nothing"])
async def test_nothing_can_be_changed(method: str, path: str) -> None:
    async with open_house() as house:
        status, _, headers = await ask(house, path, method)
    assert (status, headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/api/status", "/metrics", "/", "/nothing"])
@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
async def test_a_foreign_page_learns_nothing(path: str, foreign: dict[str, str]) -> None:
    async with open_house() as house:
        status, body, headers = await ask(house, path, **foreign)
    assert status == 403
    assert msgspec.json.decode(body)["error"].endswith(".")
    assert "Access-Control-Allow-Origin" not in headers


async def test_what_is_asked_arrives_typed() -> None:
    async with open_house() as house:
        await ask(house, "/api/history?account=465&from=2026-11-01T00:00:00Z&symbol=mnq")
        await ask(house, "/api/enforcement?limit=7")
    first, second = house.asked
    assert isinstance(first, HistoryWanted)
    assert (first.account, first.symbol, first.to, first.limit) == (465, "mnq", None, 100)
    assert first.since is not None
    assert first.since.tzinfo is not None
    assert second == ActsWanted(limit=7)


@pytest.mark.parametrize("path", ["/api/history", "/api/enforcement"])
async def test_a_past_that_cannot_be_read_now_is_a_sentence(path: str) -> None:
    async with open_house() as house:
        house.has_past = False
        status, body, _ = await ask(house, path)
    assert (status, msgspec.json.decode(body)) == (503, {"error": "The file is away."})


async def test_an_ill_guard_is_told_by_the_status_code() -> None:
    async with open_house() as house:
        house.is_well = False
        status, body, _ = await ask(house, "/api/health")
    assert (status, msgspec.json.decode(body)) == (503, {"is_well": False, "reasons": ["It is ill."], "impaired": []})


async def test_money_is_text_with_all_its_digits() -> None:
    async with open_house() as house:
        status, body, _ = await ask(house, "/api/accounts/465")
    assert status == 200
    assert b'"balance":"49600.00"' in body


async def test_a_bug_behind_one_path_is_a_sentence_and_takes_nothing_else_away() -> None:
    heard: list[str] = []
    async with open_house() as house:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: heard.append(str(told["exception"])))

        def broken() -> bytes:
            raise RuntimeError("with a secret in it")

        house.metrics = broken  # type: ignore[method-assign]  # a bug of ours
        status, body, _ = await ask(house, "/metrics")
        assert status == 500
        assert b"secret" not in body
        assert (await ask(house, "/api/status"))[0] == 200
    assert heard == ["with a secret in it"]


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (b"\x16\x03\x01\x00\xa5\x01\x00", 400, NO_HTTP),
        (b"GET / HTTP/1.1\r\nHost: \x00\r\n\r\n", 400, NO_HTTP),
        (b"GET /api/status HTTP/1.0\r\n\r\n", 403, "The door answers only under the names"),
        (b"GET /api/status HTTP/1.1\r\n\r\n", 400, NO_HTTP),
        (b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n", 400, NO_HTTP),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 403, "The door answers only under"),
        (b"?\r\n\r\n", 400, NO_HTTP),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 431, "A line of the request is longer than 8190 bytes."),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431, "A line of the request is longer than"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, NO_HTTP),
    ],
    ids=[
        "TLS",
        "a zero",
        "old",
        "no host",
        "two hosts",
        "another host in the target",
        "nothing",
        "a long path",
        "a long header",
        "a length below zero",
    ],
)
async def test_what_is_no_request_is_answered_with_a_sentence_and_said_nowhere(
    sent: bytes, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house() as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
        writer.write(sent)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        said = msgspec.json.decode(await asyncio.wait_for(reader.readexactly(length), 20))["error"]
        writer.close()
        assert int(head.split(b" ")[1]) == status
        assert said.startswith(says)
        assert (await ask(house, "/api/status"))[0] == 200
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


async def test_a_second_door_on_the_same_port_is_refused() -> None:
    async with open_house() as house:
        other = House()
        with pytest.raises(OSError, match=r"address already in use|Only one usage|10048"):
            await other.server.start(house.server.port)
        assert other.server.port == 0
        await other.server.stop()
        assert (await ask(house, "/api/status"))[0] == 200


def test_every_message_is_described_and_every_path() -> None:
    described = openapi.description()
    socket = described["x-websocket"]
    assert [socket["path"], *described["paths"]] == [route.path for route in ROUTES]
    assert set(socket["sends"]["discriminator"]["mapping"]) == {
        *("GatewayUserTrade", "GatewayUserPosition", "GatewayUserOrder", "MarketQuote"),
        *("lockout_set", "lockout_cleared", "enforcement_action", "daily_reset", "daemon_status"),
        *("breach", "alert", "connection", "snapshot", "refused"),
    }
    status: News = DaemonStatus(seq=1, at=STATUS.at, data=replace(STATUS, acts=()))
    hold(msgspec.json.decode(msgspec.json.encode(status)), socket["sends"], described)
    with pytest.raises(jsonschema.ValidationError):
        hold({"type": "daemon_status", "seq": "1"}, socket["sends"], described)


async def test_a_flood_of_connections_is_refused_with_a_sentence_before_files_run_out() -> None:
    async with open_house() as house:
        port = house.server.port
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS_MAX)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        told = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        head, _, body = told.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert f"content-length: {len(body)}".encode() in head.lower()
        assert msgspec.json.decode(body)["error"].startswith("Too many programs are connected")
        for _, one in held:
            one.close()
            await one.wait_closed()
        async with asyncio.timeout(20):
            while (await ask(house, "/api/health"))[0] != 200:
                await asyncio.sleep(0.01)
