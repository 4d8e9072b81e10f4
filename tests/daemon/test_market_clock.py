"""The market's clock: what a trader reads about open, closed, and the days that are not like others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core.settings import Holidays, Settings
from risk_manager.daemon.market_clock import market_status

THANKSGIVING = Settings(
    exchange=Holidays(holidays=frozenset({date(2025, 11, 27)}), early_closes={date(2025, 11, 28): time(12, 15)})
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_open", "changes_at"),
    [
        ("2025-10-23 15:30", True, "2025-10-23 21:00"),  # Thursday, until 16:00 in Chicago
        ("2025-10-23 20:59:59", True, "2025-10-23 21:00"),
        ("2025-10-23 21:00", False, "2025-10-23 22:00"),  # the hour between two days
        ("2025-10-23 22:00", True, "2025-10-24 21:00"),
        ("2025-10-24 21:00", False, "2025-10-26 22:00"),  # Friday evening: until Sunday
        ("2025-11-02 22:59", False, "2025-11-02 23:00"),  # the clocks went back that morning
        ("2025-11-26 23:00", False, "2025-11-27 23:00"),  # the evening before the holiday belongs to it
        ("2025-11-28 16:00", True, "2025-11-28 18:15"),  # the early close
        ("2025-11-28 18:15", False, "2025-11-30 23:00"),
    ],
)
def test_the_market_is_open_until_or_closed_until(now: str, is_open: bool, changes_at: str) -> None:
    status = market_status(THANKSGIVING, at(now))
    assert (status.is_open, status.changes_at) == (is_open, at(changes_at))


def test_the_next_days_that_are_not_like_others() -> None:
    status = market_status(THANKSGIVING, at("2025-11-25 15:00"))
    assert (status.next_holiday, status.next_early_close) == (date(2025, 11, 27), at("2025-11-28 18:15"))
    status = market_status(THANKSGIVING, at("2025-11-28 18:15"))
    assert (status.next_holiday, status.next_early_close) == (None, None)


def test_what_the_user_has_written_down_counts_too() -> None:
    own = replace(settings_from_mapping({}), holidays=Holidays(holidays=frozenset({date(2025, 10, 24)})))
    assert market_status(own, at("2025-10-24 15:00")).is_open is False
