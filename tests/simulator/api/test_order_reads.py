"""Reading orders."""

from datetime import timedelta
from typing import Any

from risk_manager.simulator.exchange import Conditions
from tests.simulator.floor import BUY, COMBINE, ES, PRACTICE, Floor


def _ids(body: dict[str, Any]) -> list[int]:
    return [order["id"] for order in body["orders"]]


def _query(floor: Floor, paging: dict[str, Any] | None = None, **chosen: Any) -> dict[str, Any]:
    return floor.ask("/api/Order/v2/query", filter={"accountId": PRACTICE, **chosen}, **(paging or {}))


def test_the_window_goes_by_creation_and_includes_rejected_orders(floor: Floor) -> None:
    first = floor.buy()
    floor.pass_time(60)
    refused = floor.try_order(2, 0, 0).order_id
    start = floor.now.isoformat()
    assert _ids(floor.ask("/api/Order/search", accountId=PRACTICE, startTimestamp=start)) == [refused]
    whole = floor.ask("/api/Order/search", accountId=PRACTICE, startTimestamp="2026-01-01T00:00:00Z")
    assert _ids(whole) == [first.id, refused]
    ended = (floor.now - timedelta(seconds=1)).isoformat()
    early = floor.ask(
        "/api/Order/search", accountId=PRACTICE, startTimestamp="2026-01-01T00:00:00Z", endTimestamp=ended
    )
    assert _ids(early) == [first.id]


def test_a_misspelt_window_is_empty(floor: Floor) -> None:
    floor.buy()
    assert _ids(floor.ask("/api/Order/search", accountId=PRACTICE, startTime="2026-01-01T00:00:00Z")) == []


def test_suspended_and_pending_orders_are_hidden_from_searchOpen_and_not_from_the_query() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(seconds=1)))
    entry, stop, target = floor.bracketed(BUY)
    assert _ids(floor.ask("/api/Order/searchOpen", accountId=PRACTICE)) == []
    assert _ids(_query(floor, statuses=[8])) == [stop.id, target.id]
    assert _ids(_query(floor, statuses=[1, 6])) == [entry.id]
    floor.pass_time(1)
    assert _ids(floor.ask("/api/Order/searchOpen", accountId=PRACTICE)) == [stop.id, target.id]


def test_the_query_pages_sorts_and_counts(floor: Floor) -> None:
    ids = []
    for _ in range(5):
        ids.append(floor.buy().id)
        floor.pass_time(1)
    body = _query(floor, {"pageSize": 2, "pageOffset": 1, "sortBy": 1, "sortDirection": 1, "includeTotalCount": True})
    assert (_ids(body), body["totalCount"]) == ([ids[3], ids[2]], 5)
    assert _query(floor)["totalCount"] is None


def test_the_query_chooses_by_contract_and_time(floor: Floor) -> None:
    floor.buy()
    floor.pass_time(10)
    other = floor.buy(contract=ES)
    assert _ids(_query(floor, contractId=ES)) == [other.id]
    assert _ids(_query(floor, createdAfter=floor.now.isoformat())) == [other.id]
    assert len(_ids(_query(floor, createdBefore=(floor.now - timedelta(seconds=5)).isoformat()))) == 1


def test_one_order_by_id_but_not_another_accounts(floor: Floor) -> None:
    order = floor.buy()
    assert floor.ask("/api/Order/searchById", accountId=PRACTICE, orderId=order.id)["order"]["status"] == 2
    assert floor.ask("/api/Order/searchById", accountId=COMBINE, orderId=order.id)["errorCode"] == 1
