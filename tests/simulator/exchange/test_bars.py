"""Made-up price history."""

from datetime import UTC, datetime, timedelta
from typing import Any

from risk_manager.simulator.exchange.bars import make_bars
from risk_manager.simulator.exchange.catalogue import find_contract
from risk_manager.simulator.exchange.market import Market

contract = find_contract("CON.F.US.MNQ.U26")
assert contract is not None
MARKET = Market(contract, 1)
END = datetime(2026, 8, 19, 20, 51, 30, tzinfo=UTC)


def _bars(minutes: int, limit: int) -> list[dict[str, Any]]:
    return list(make_bars(MARKET, END - timedelta(minutes=minutes), END, seconds=60, limit=limit, seed=1))


def test_the_newest_comes_first_and_the_limit_keeps_the_newest() -> None:
    bars = _bars(120, 3)
    times = ["2026-08-19T20:50:00+00:00", "2026-08-19T20:49:00+00:00", "2026-08-19T20:48:00+00:00"]
    assert [bar["t"] for bar in bars] == times
    assert bars[0]["c"] == MARKET.last


def test_the_window_bounds_them_and_the_same_question_has_the_same_answer() -> None:
    assert len(_bars(10, 500)) == 9
    assert _bars(10, 500) == _bars(10, 500)


def test_a_bar_under_way_comes_only_if_wanted() -> None:
    start = END - timedelta(minutes=5)
    bars = list(make_bars(MARKET, start, END, seconds=60, limit=9, seed=1, has_partial=True))
    assert bars[0]["t"] == "2026-08-19T20:51:00+00:00"


def test_a_bar_holds_its_open_and_close() -> None:
    for bar in _bars(60, 60):
        assert bar["l"] <= min(bar["o"], bar["c"]) <= max(bar["o"], bar["c"]) <= bar["h"]
