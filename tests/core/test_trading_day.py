"""Resets in several zones, over both changes of the clocks, at times that are skipped or come twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from risk_manager.core.settings import ResetTime
from risk_manager.core.trading_day import instant, key, last_reset, next_reset, trading_day

CHICAGO = ResetTime(time(17, 0), "America/Chicago")


def utc(year: int, month: int, day: int, *clock: int) -> datetime:
    hour, minute, second, microsecond = (*clock, 0, 0, 0, 0)[:4]
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        (date(2025, 10, 23), time(17), "America/Chicago", utc(2025, 10, 23, 22)),
        (date(2025, 12, 1), time(17), "America/Chicago", utc(2025, 12, 1, 23)),
        (date(2025, 10, 23), time(17), "America/New_York", utc(2025, 10, 23, 21)),
        (date(2025, 10, 23), time(0), "Asia/Tokyo", utc(2025, 10, 22, 15)),
        (date(2025, 10, 23), time(9, 30), "Asia/Kolkata", utc(2025, 10, 23, 4)),
        # skipped: 02:30 becomes 03:30, one hour later on the wall
        (date(2026, 3, 8), time(2, 30), "America/Chicago", utc(2026, 3, 8, 8, 30)),
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", utc(2026, 3, 29, 1, 30)),
        # twice: the first
        (date(2025, 11, 2), time(1, 30), "America/Chicago", utc(2025, 11, 2, 6, 30)),
        (date(2025, 10, 26), time(2, 30), "Europe/Berlin", utc(2025, 10, 26, 0, 30)),
    ],
)
def test_the_instant_of_a_wall_time(day: date, at: time, zone: str, expected: datetime) -> None:
    assert instant(day, at, zone) == expected


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        (utc(2025, 10, 23, 15), utc(2025, 10, 22, 22), utc(2025, 10, 23, 22)),
        (utc(2025, 10, 23, 21, 59, 59, 999_999), utc(2025, 10, 22, 22), utc(2025, 10, 23, 22)),
        (utc(2025, 10, 23, 22), utc(2025, 10, 23, 22), utc(2025, 10, 24, 22)),
        (utc(2025, 11, 2, 12), utc(2025, 11, 1, 22), utc(2025, 11, 2, 23)),  # a day of 25 hours
        (utc(2026, 3, 8, 12), utc(2026, 3, 7, 23), utc(2026, 3, 8, 22)),  # a day of 23 hours
    ],
)
def test_the_resets_around_an_instant(now: datetime, last: datetime, following: datetime) -> None:
    assert last_reset(now, CHICAGO) == last
    assert next_reset(now, CHICAGO) == following


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (utc(2025, 10, 23, 21, 59), date(2025, 10, 23)),
        (utc(2025, 10, 23, 22), date(2025, 10, 24)),
        (utc(2025, 10, 26, 23), date(2025, 10, 27)),
    ],
)
def test_a_day_is_named_after_the_local_date_on_which_it_ends(now: datetime, day: date) -> None:
    assert trading_day(now, CHICAGO) == day


def test_a_day_that_ends_in_the_evening_has_the_local_date_though_it_is_tomorrow_in_utc() -> None:
    assert trading_day(utc(2025, 10, 23, 20), ResetTime(time(20), "America/Chicago")) == date(2025, 10, 23)
    assert trading_day(utc(2025, 10, 23, 20), ResetTime(time(8), "Asia/Tokyo")) == date(2025, 10, 24)


@pytest.mark.parametrize("zone", ["America/Chicago", "Europe/Berlin", "Pacific/Auckland", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("at", [time(0), time(1, 30), time(2, 30), time(17), time(23, 59, 59)])
def test_resets_follow_each_other_without_gap_through_a_whole_year(zone: str, at: time) -> None:
    reset, now = ResetTime(at, zone), utc(2025, 9, 1)
    for _ in range(400):
        after = next_reset(now, reset)
        assert timedelta(hours=22) < after - last_reset(now, reset) < timedelta(hours=26)
        assert last_reset(after, reset) == after
        assert last_reset(after - timedelta(microseconds=1), reset) == last_reset(now, reset)
        now = after


def test_days_of_different_resets_have_different_names() -> None:
    assert key(CHICAGO) != key(ResetTime(time(17, 0), "America/New_York")) != key(ResetTime(time(16, 0)))
