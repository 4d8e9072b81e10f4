"""Positions and trades through the API."""

from decimal import Decimal
from typing import Any

from tests.simulator.floor import MNQ, PRACTICE, Floor


def test_flat_is_an_empty_list(floor: Floor) -> None:
    assert floor.ask("/api/Position/searchOpen", accountId=PRACTICE)["positions"] == []


def test_close_and_partial_close_act(floor: Floor) -> None:
    floor.buy(3)
    fields: dict[str, Any] = {"accountId": PRACTICE, "contractId": MNQ}
    assert floor.ask("/api/Position/partialCloseContract", size=1, **fields)["success"]
    assert [p["size"] for p in floor.ask("/api/Position/searchOpen", accountId=PRACTICE)["positions"]] == [2]
    assert floor.ask("/api/Position/closeContract", **fields)["success"]
    assert floor.net() == 0


def test_trades_are_newest_first_within_the_window(floor: Floor) -> None:
    floor.buy()
    floor.pass_time(60)
    floor.sell()
    trades = floor.ask("/api/Trade/search", accountId=PRACTICE, startTimestamp="2026-01-01T00:00:00Z")["trades"]
    assert [trade["profitAndLoss"] for trade in trades] == [Decimal(-1), None]
    later = floor.ask("/api/Trade/search", accountId=PRACTICE, startTimestamp=floor.now.isoformat())["trades"]
    assert len(later) == 1


def test_a_misspelt_window_is_empty(floor: Floor) -> None:
    floor.buy()
    assert floor.ask("/api/Trade/search", accountId=PRACTICE, startTime="2026-01-01T00:00:00Z")["trades"] == []
