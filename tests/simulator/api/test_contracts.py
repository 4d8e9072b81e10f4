"""Contracts and bars."""

from typing import Any

from tests.simulator.floor import MNQ, Floor

BARS: dict[str, Any] = {
    "contractId": MNQ,
    "live": False,
    "startTime": "2026-11-23T17:00:00Z",
    "endTime": "2026-11-23T18:00:00Z",
    "unit": 2,
    "unitNumber": 5,
    "limit": 500,
    "includePartialBar": False,
}


def test_expired_and_far_months_are_found_but_not_active(floor: Floor) -> None:
    found = {
        month: floor.ask("/api/Contract/searchById", contractId=f"CON.F.US.MNQ.{month}")["contract"]["activeContract"]
        for month in ("Z25", "H26", "U26", "Z26", "H27")
    }
    assert found == {"Z25": False, "H26": False, "U26": False, "Z26": True, "H27": False}


def test_available_is_one_row_for_each_product_and_what_is_quoted_besides(floor: Floor) -> None:
    before = floor.ask("/api/Contract/available", live=False)["contracts"]
    assert len(before) == 52
    floor.exchange.quote("CON.F.US.MNQ.U26")
    after = floor.ask("/api/Contract/available", live=False)["contracts"]
    assert [row["id"] for row in after if row["symbolId"] == "F.US.MNQ"] == [MNQ, "CON.F.US.MNQ.U26"]


def test_live_data_has_no_rows(floor: Floor) -> None:
    assert floor.ask("/api/Contract/available", live=True)["contracts"] == []
    assert floor.ask("/api/Contract/search", live=True, searchText="ES")["contracts"] == []
    assert floor.ask("/api/History/retrieveBars", **{**BARS, "live": True})["bars"] == []


def test_bars_are_of_the_asked_length_and_newest_first(floor: Floor) -> None:
    times = [bar["t"] for bar in floor.ask("/api/History/retrieveBars", **BARS)["bars"]]
    assert len(times) == 12
    assert times[:2] == ["2026-11-23T17:55:00+00:00", "2026-11-23T17:50:00+00:00"]


def test_misspelt_times_give_no_bars(floor: Floor) -> None:
    assert floor.ask("/api/History/retrieveBars", **{**BARS, "startTime": None})["bars"] == []
