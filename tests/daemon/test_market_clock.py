"""The market's clock: what a trader reads about open, closed, and the days that are not like others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.config.exchange_calendar import shipped_calendar
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


SHIPPED = Settings(exchange=shipped_calendar())


def test_thanksgiving_of_the_shipped_calendar_is_an_early_close_and_no_holiday() -> None:
    status = market_status(SHIPPED, at("2026-11-23 15:00"))
    assert (status.next_holiday, status.next_early_close) == (date(2026, 12, 25), at("2026-11-26 18:00"))
    status = market_status(SHIPPED, at("2026-11-26 17:59"))
    assert (status.is_open, status.changes_at, status.next_early_close) == (True, *[at("2026-11-26 18:00")] * 2)
    status = market_status(SHIPPED, at("2026-11-26 18:00"))
    assert (status.is_open, status.changes_at) == (False, at("2026-11-26 23:00"))
    assert status.next_early_close == at("2026-11-27 18:15")


@pytest.mark.parametrize(
    ("own", "holiday", "early"),
    [
        (Holidays(holidays=frozenset({date(2026, 11, 26)})), date(2026, 11, 26), "2026-11-27 18:15"),
        (Holidays(early_closes={date(2026, 11, 24): time(11, 0)}), date(2026, 12, 25), "2026-11-24 17:00"),
        (Holidays(early_closes={date(2026, 12, 25): time(11, 0)}), date(2027, 1, 1), "2026-11-26 18:00"),
        (Holidays(early_closes={date(2026, 11, 24): time(16, 30)}), date(2026, 12, 25), "2026-11-26 18:00"),
        (Holidays(early_closes={date(2026, 11, 24): time(18, 0)}), date(2026, 12, 25), "2026-11-26 18:00"),
    ],
)
def test_the_users_own_days_hide_those_of_the_exchange(own: Holidays, holiday: date, early: str) -> None:
    """What is no earlier than the usual hour is no early close."""
    status = market_status(replace(SHIPPED, holidays=own), at("2026-11-23 15:00"))
    assert (status.next_holiday, status.next_early_close) == (holiday, at(early))


def test_an_early_close_of_a_day_without_a_session_is_none() -> None:
    own = replace(SHIPPED, holidays=Holidays(early_closes={date(2026, 11, 29): time(12, 0)}))
    assert market_status(own, at("2026-11-27 19:00")).next_early_close == at("2026-12-24 18:15")


def test_what_the_user_has_written_down_counts_too() -> None:
    own = replace(settings_from_mapping({}), holidays=Holidays(holidays=frozenset({date(2025, 10, 24)})))
    assert market_status(own, at("2025-10-24 15:00")).is_open is False
