"""The record of arrivals."""

from datetime import UTC, datetime

from risk_manager.simulator.arrivals import Arrival, Arrivals

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)


def test_arrivals_are_numbered_and_found_by_number_and_path() -> None:
    arrivals = Arrivals()
    for path in ("/a", "/b", "/a"):
        arrivals.add("rest", "trader", path, NOW, 1, b"{}")
    assert [row.number for row in arrivals.since()] == [1, 2, 3]
    assert [row.number for row in arrivals.since(1, "/a")] == [3]
    assert arrivals.last_number == 3


def test_somebody_can_be_told_at_once() -> None:
    seen: list[Arrival] = []
    arrivals = Arrivals()
    arrivals.on_arrival = seen.append
    row = arrivals.add("hub", "trader", "/hubs/user", NOW, 1)
    assert seen == [row]
