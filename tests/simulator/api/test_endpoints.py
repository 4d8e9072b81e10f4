"""The table of endpoints: envelopes, codes, binding errors (gateway reference, 3.2 and 5)."""

from typing import Any

import pytest

from risk_manager.simulator.exchange import Refusal
from tests.simulator.floor import FOREIGN, LIVE, MNQ, PRACTICE, Floor

PATHS = [
    "/api/Auth/loginKey",
    "/api/Auth/loginApp",
    "/api/Auth/validate",
    "/api/Auth/logout",
    "/api/Account/search",
    "/api/Contract/search",
    "/api/Contract/searchById",
    "/api/Contract/available",
    "/api/History/retrieveBars",
    "/api/Order/place",
    "/api/Order/modify",
    "/api/Order/cancel",
    "/api/Order/search",
    "/api/Order/searchOpen",
    "/api/Order/searchById",
    "/api/Order/v2/query",
    "/api/Position/searchOpen",
    "/api/Position/closeContract",
    "/api/Position/partialCloseContract",
    "/api/Trade/search",
    "/api/Status/ping",
]

WINDOW = {"startTimestamp": "2026-01-01T00:00:00Z"}
BARS = {"contractId": MNQ, "live": False, "startTime": "2026-11-23T17:00:00Z", "endTime": "2026-11-23T18:00:00Z",
        "unit": 2, "unitNumber": 1, "limit": 5, "includePartialBar": False}  # fmt: skip
ORDER = {"accountId": PRACTICE, "contractId": MNQ, "type": 2, "side": 0, "size": 1}
UNKNOWN = "CON.F.US.NQ.Z26"
CLOSE, PART = "/api/Position/closeContract", "/api/Position/partialCloseContract"


def test_every_path_of_the_reference_is_there(floor: Floor) -> None:
    assert sorted(floor.venue.endpoints.paths) == sorted(PATHS)


@pytest.mark.parametrize(
    ("path", "fields", "code", "payload"),
    [
        ("/api/Auth/loginKey", {"userName": "TRADER", "apiKey": "simulator-key"}, 0, "token"),
        ("/api/Auth/loginKey", {"userName": "trader", "apiKey": "wrong"}, 3, "token"),
        ("/api/Auth/loginKey", {"userName": "nobody", "apiKey": "simulator-key"}, 3, "token"),
        (
            "/api/Auth/loginApp",
            dict.fromkeys(("userName", "password", "deviceId", "appId", "verifyKey"), "x"),
            4,
            "token",
        ),
        ("/api/Auth/validate", {}, 0, "newToken"),
        ("/api/Account/search", {"onlyActiveAccounts": True}, 0, "accounts"),
        ("/api/Contract/search", {"searchText": "ES", "live": False}, 0, "contracts"),
        ("/api/Contract/searchById", {"contractId": "CON.F.US.EP.Z25"}, 0, "contract"),
        ("/api/Contract/searchById", {"contractId": UNKNOWN}, 1, "contract"),
        ("/api/Contract/available", {"live": False}, 0, "contracts"),
        ("/api/History/retrieveBars", BARS, 0, "bars"),
        ("/api/History/retrieveBars", {**BARS, "contractId": UNKNOWN}, 1, "bars"),
        ("/api/History/retrieveBars", {**BARS, "unit": 7}, 2, "bars"),
        ("/api/History/retrieveBars", {**BARS, "unitNumber": 0}, 3, "bars"),
        ("/api/History/retrieveBars", {**BARS, "limit": 20001}, 4, "bars"),
        ("/api/Order/place", ORDER, 0, "orderId"),
        ("/api/Order/place", {**ORDER, "accountId": 1}, 1, "orderId"),
        ("/api/Order/place", {**ORDER, "accountId": FOREIGN}, 1, "orderId"),
        ("/api/Order/place", {**ORDER, "size": 0}, 2, "orderId"),
        ("/api/Order/place", {**ORDER, "contractId": UNKNOWN}, 8, "orderId"),
        ("/api/Order/modify", {"accountId": 1, "orderId": 7}, 1, None),
        ("/api/Order/modify", {"accountId": PRACTICE, "orderId": 7}, 2, None),
        ("/api/Order/cancel", {"accountId": FOREIGN, "orderId": 7}, 1, None),
        ("/api/Order/cancel", {"accountId": PRACTICE, "orderId": 7}, 2, None),
        ("/api/Order/cancel", {"accountId": LIVE, "orderId": 7}, 6, None),
        ("/api/Order/search", {"accountId": PRACTICE, **WINDOW}, 0, "orders"),
        ("/api/Order/search", {"accountId": 1, **WINDOW}, 1, "orders"),
        ("/api/Order/searchOpen", {"accountId": PRACTICE}, 0, "orders"),
        ("/api/Order/searchOpen", {"accountId": FOREIGN}, 1, "orders"),
        ("/api/Order/searchById", {"accountId": PRACTICE, "orderId": 7}, 1, "order"),
        ("/api/Order/v2/query", {"filter": {"accountId": PRACTICE}}, 0, "orders"),
        ("/api/Order/v2/query", {"filter": {"accountId": 1}}, 1, "orders"),
        ("/api/Position/searchOpen", {"accountId": PRACTICE}, 0, "positions"),
        ("/api/Position/searchOpen", {"accountId": 1}, 1, "positions"),
        (CLOSE, {"accountId": 1, "contractId": MNQ}, 1, None),
        (CLOSE, {"accountId": PRACTICE, "contractId": MNQ}, 2, None),
        (CLOSE, {"accountId": PRACTICE, "contractId": UNKNOWN}, 3, None),
        (PART, {"accountId": FOREIGN, "contractId": MNQ, "size": 1}, 1, None),
        (PART, {"accountId": PRACTICE, "contractId": MNQ, "size": 1}, 2, None),
        (PART, {"accountId": PRACTICE, "contractId": UNKNOWN, "size": 1}, 3, None),
        (PART, {"accountId": LIVE, "contractId": MNQ, "size": 1}, 9, None),
        ("/api/Trade/search", {"accountId": PRACTICE, **WINDOW}, 0, "trades"),
        ("/api/Trade/search", {"accountId": 1, **WINDOW}, 1, "trades"),
    ],
)
def test_each_answer_is_an_envelope_with_its_code(
    floor: Floor, path: str, fields: dict[str, Any], code: int, payload: str | None
) -> None:
    body = floor.ask(path, **fields, noise=1)
    more = {"totalCount"} if path.endswith("v2/query") else set()
    assert set(body) == {"success", "errorCode", "errorMessage"} | ({payload} if payload else set()) | more
    assert (body["success"], body["errorCode"]) == (code == 0, code)
    if payload and code and path != "/api/Order/place":
        assert body[payload] is None


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api/Auth/loginKey", {"userName": "trader"}),
        ("/api/Auth/loginKey", {"apiKey": "simulator-key"}),
        ("/api/Auth/loginApp", {"userName": "trader"}),
        ("/api/Account/search", {}),
        ("/api/Account/search", {"onlyActiveAccounts": "true"}),
        ("/api/Contract/search", {"searchText": "ES"}),
        ("/api/Contract/searchById", {}),
        ("/api/History/retrieveBars", {**BARS, "unit": "2"}),
        ("/api/Order/place", {**ORDER, "side": "Buy"}),
        ("/api/Order/place", {**ORDER, "type": "2"}),
        ("/api/Order/place", {**ORDER, "accountId": None}),
        ("/api/Order/place", {**ORDER, "limitPrice": "29500"}),
        ("/api/Order/place", {**ORDER, "stopLossBracket": 4}),
        ("/api/Order/cancel", {"accountId": PRACTICE}),
        ("/api/Order/v2/query", {}),
        ("/api/Order/v2/query", {"filter": {"accountId": PRACTICE}, "pageSize": 0}),
        ("/api/Order/v2/query", {"filter": {"accountId": PRACTICE}, "sortBy": 2}),
        ("/api/Order/v2/query", {"filter": {"accountId": PRACTICE}, "pageOffset": -1}),
        ("/api/Position/partialCloseContract", {"accountId": PRACTICE, "contractId": MNQ}),
        ("/api/Trade/search", {"accountId": "465"}),
    ],
)
def test_what_cannot_be_bound_is_a_problem_document(floor: Floor, path: str, fields: dict[str, Any]) -> None:
    body = floor.ask(path, **fields)
    assert body["status"] == 400
    assert set(body) == {"type", "title", "status", "detail", "instance", "errors"}
    assert floor.ledger.orders == {}


def test_ping_says_pong(floor: Floor) -> None:
    assert floor.ask("/api/Status/ping") == {"body": "pong"}


def test_paths_match_in_any_case_and_others_are_unknown(floor: Floor) -> None:
    assert floor.ask("/API/order/SEARCHOPEN", accountId=PRACTICE)["success"]
    assert floor.ask("/api/Order/place/now")["status"] == 404


@pytest.mark.parametrize("path", [path for path in PATHS if path not in ("/api/Status/ping", "/api/Order/place")])
def test_an_ordered_refusal_takes_the_place_of_the_act(floor: Floor, path: str) -> None:
    reply = floor.venue.endpoints.answer(path, b"{}", "trader", floor.now, ordered=Refusal(6, "no"))
    assert (reply.status, reply.error_code, reply.body["errorMessage"]) == (200, 6, "no")


def test_an_ordered_refusal_of_a_place_leaves_a_rejected_order(floor: Floor) -> None:
    body = b'{"accountId":465,"contractId":"CON.F.US.MNQ.Z26","type":2,"side":0,"size":1}'
    reply = floor.venue.endpoints.answer("/api/Order/place", body, "trader", floor.now, ordered=Refusal(3))
    assert reply.error_code == 3
    assert floor.ledger.orders[reply.body["orderId"]].status == 5
    assert floor.net() == 0
