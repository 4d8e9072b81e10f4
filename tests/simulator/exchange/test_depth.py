"""Market depth."""

from datetime import UTC, datetime

from risk_manager.simulator.exchange.catalogue import find_contract
from risk_manager.simulator.exchange.depth import depth_change, depth_snapshot
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.spelling import encode

contract = find_contract("CON.F.US.MNQ.U26")
assert contract is not None
MARKET = Market(contract, 1)


def test_the_snapshot_is_a_long_frame_of_the_year_one_after_a_reset() -> None:
    rows = depth_snapshot(MARKET)
    assert rows[0]["type"] == 6
    assert {row["timestamp"] for row in rows} == {"0001-01-01T00:00:00+00:00"}
    assert len(encode(rows)) > 10_000


def test_a_change_tells_the_best_prices() -> None:
    rows = depth_change(MARKET, datetime(2026, 8, 19, tzinfo=UTC))
    assert [(row["type"], row["price"]) for row in rows] == [(4, MARKET.bid), (3, MARKET.ask)]
