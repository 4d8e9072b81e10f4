"""Hours of the market, in Central time."""

from datetime import date, datetime, time

import pytest

from risk_manager.simulator.exchange.session import CENTRAL, Phase, Sessions


@pytest.mark.parametrize(
    ("local", "phase"),
    [
        ("2026-11-23 12:00", Phase.OPEN),
        ("2026-11-23 15:09:59", Phase.OPEN),
        ("2026-11-23 15:10", Phase.NO_ORDERS),
        ("2026-11-23 16:00", Phase.HALTED),
        ("2026-11-23 16:59:59", Phase.HALTED),
        ("2026-11-23 17:00", Phase.OPEN),
        ("2026-11-20 17:00", Phase.HALTED),
        ("2026-11-21 12:00", Phase.HALTED),
        ("2026-11-22 16:59", Phase.HALTED),
        ("2026-11-22 17:00", Phase.OPEN),
        ("2026-03-09 15:10", Phase.NO_ORDERS),
        ("2026-11-26 10:00", Phase.HALTED),
        ("2026-11-26 17:00", Phase.OPEN),
        ("2026-11-27 12:14", Phase.OPEN),
        ("2026-11-27 12:15", Phase.HALTED),
    ],
)
def test_the_week_in_central_time(local: str, phase: Phase) -> None:
    sessions = Sessions(
        keeps_hours=True, holidays={date(2026, 11, 26)}, early_closes={date(2026, 11, 27): time(12, 15)}
    )
    assert sessions.phase(datetime.fromisoformat(local).replace(tzinfo=CENTRAL)) is phase


def test_without_hours_it_is_always_open() -> None:
    assert Sessions().phase(datetime(2026, 11, 21, 12, tzinfo=CENTRAL)) is Phase.OPEN
