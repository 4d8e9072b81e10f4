"""Windows: starts, ends, midnight, weekends, holidays, clocks; and the market's own week."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from risk_manager.core import market_hours
from risk_manager.core.holidays import Calendar
from risk_manager.core.sessions import Phase, Window, phase_at
from risk_manager.core.settings import Holidays, Settings, Weekday
from tests.core.test_trading_day import utc

DAY = Window(start=time(9, 30), end=time(16, 0), timezone="America/New_York")
GLOBEX = Window(start=time(17, 0), end=time(16, 0), timezone="America/Chicago")
PLAIN = Calendar(Settings(), respects_exchange=True)
TICK = timedelta(microseconds=1)


def calendar(user: Holidays | None = None, exchange: Holidays | None = None, *, respects: bool = True) -> Calendar:
    settings = Settings(holidays=user or Holidays(), exchange=exchange or Holidays())
    return Calendar(settings, respects_exchange=respects)


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (utc(2025, 10, 23, 13, 30), Phase(True, utc(2025, 10, 23, 20))),
        (utc(2025, 10, 23, 13, 30) - TICK, Phase(False, utc(2025, 10, 23, 13, 30))),
        (utc(2025, 10, 23, 20) - TICK, Phase(True, utc(2025, 10, 23, 20))),
        (utc(2025, 10, 23, 20), Phase(False, utc(2025, 10, 24, 13, 30))),
        (utc(2025, 10, 24, 20), Phase(False, utc(2025, 10, 27, 13, 30))),  # Friday evening
        (utc(2025, 10, 31, 20), Phase(False, utc(2025, 11, 3, 14, 30))),  # the clocks go back
        (utc(2026, 3, 6, 21), Phase(False, utc(2026, 3, 9, 13, 30))),  # and forward
    ],
)
def test_a_window_of_the_day(now: datetime, phase: Phase) -> None:
    assert phase_at(DAY, PLAIN, now) == phase


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (utc(2025, 10, 26, 22), Phase(True, utc(2025, 10, 27, 21))),  # Sunday 17:00 is Monday's
        (utc(2025, 10, 26, 22) - TICK, Phase(False, utc(2025, 10, 26, 22))),
        (utc(2025, 10, 27, 21), Phase(False, utc(2025, 10, 27, 22))),
        (utc(2025, 10, 24, 22), Phase(False, utc(2025, 10, 26, 22))),  # Friday 17:00 would be Saturday's
        (utc(2025, 10, 25, 12), Phase(False, utc(2025, 10, 26, 22))),
    ],
)
def test_a_window_over_midnight_belongs_to_the_date_on_which_it_ends(now: datetime, phase: Phase) -> None:
    assert phase_at(GLOBEX, PLAIN, now) == phase


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (utc(2025, 10, 24, 1), Phase(False, utc(2025, 10, 24, 2))),  # 20:00 in Chicago, still the 23rd there
        (utc(2025, 10, 24, 2), Phase(True, utc(2025, 10, 24, 4))),
        (utc(2025, 10, 24, 4), Phase(False, utc(2025, 10, 25, 2))),
    ],
)
def test_a_window_of_the_evening_is_of_the_local_date_though_it_is_tomorrow_in_utc(now: datetime, phase: Phase) -> None:
    evening = Window(start=time(21), end=time(23), timezone="America/Chicago")
    assert phase_at(evening, PLAIN, now) == phase


def test_a_window_without_days_is_looked_at_again_in_a_month() -> None:
    never = Window(start=time(9), end=time(17), days=())
    now = utc(2025, 10, 23, 15)
    assert phase_at(never, PLAIN, now) == Phase(False, now + timedelta(days=30))


@pytest.mark.parametrize("start", [time(12, 15), time(13)])
def test_an_early_close_at_or_before_the_start_leaves_no_window_on_that_day(start: time) -> None:
    afternoon = Window(start=start, end=time(15), timezone="America/Chicago")
    early = calendar(Holidays(early_closes={date(2025, 10, 23): time(12, 15)}))
    following = utc(2025, 10, 24, start.hour + 5, start.minute)
    for now in (utc(2025, 10, 23, 15), utc(2025, 10, 23, 17, 15), utc(2025, 10, 23, 19)):
        assert phase_at(afternoon, early, now) == Phase(False, following)


def test_windows_that_touch_have_no_end_between_them() -> None:
    always = Window(start=time(0), end=time(0), timezone="America/Chicago", days=tuple(Weekday))
    phase = phase_at(always, PLAIN, utc(2025, 10, 23, 12))
    assert phase.is_inside
    assert phase.until - utc(2025, 10, 23, 12) > timedelta(days=20)
    # the one that begins on Friday at 00:00 would be Saturday's
    working = Window(start=time(0), end=time(0), timezone="America/Chicago")
    assert phase_at(working, PLAIN, utc(2025, 10, 23, 12)) == Phase(True, utc(2025, 10, 24, 5))


def test_a_full_holiday_has_no_window() -> None:
    off = calendar(Holidays(holidays=frozenset({date(2025, 10, 23)})))
    assert phase_at(DAY, off, utc(2025, 10, 23, 15)) == Phase(False, utc(2025, 10, 24, 13, 30))
    # of a window over midnight the date of its end is asked
    assert phase_at(GLOBEX, off, utc(2025, 10, 22, 23)).until == utc(2025, 10, 23, 22)


def test_an_early_close_ends_the_window_in_chicago_time_and_never_prolongs_it() -> None:
    early = calendar(Holidays(early_closes={date(2025, 10, 23): time(12, 15)}))
    assert phase_at(DAY, early, utc(2025, 10, 23, 15)) == Phase(True, utc(2025, 10, 23, 17, 15))
    late = calendar(Holidays(early_closes={date(2025, 10, 23): time(20, 0)}))
    assert phase_at(DAY, late, utc(2025, 10, 23, 15)).until == utc(2025, 10, 23, 20)
    before_start = calendar(Holidays(early_closes={date(2025, 10, 23): time(8, 0)}))
    assert not phase_at(DAY, before_start, utc(2025, 10, 23, 15)).is_inside


def test_the_users_entry_hides_the_exchanges_for_the_same_date() -> None:
    day = date(2025, 11, 28)
    exchange = Holidays(holidays=frozenset({date(2025, 11, 27)}), early_closes={day: time(12, 15)})
    assert calendar(exchange=exchange).early_close(day) == utc(2025, 11, 28, 18, 15)
    user = Holidays(early_closes={day: time(11, 0), date(2025, 11, 27): time(12, 0)})
    both = calendar(user, exchange)
    assert both.early_close(day) == utc(2025, 11, 28, 17)
    assert not both.is_holiday(date(2025, 11, 27))
    closed = calendar(Holidays(holidays=frozenset({day})), exchange)
    assert closed.is_holiday(day)
    assert closed.early_close(day) is None


def test_the_exchanges_calendar_counts_only_where_it_is_respected() -> None:
    exchange = Holidays(holidays=frozenset({date(2025, 12, 25)}))
    assert calendar(exchange=exchange).is_holiday(date(2025, 12, 25))
    assert not calendar(exchange=exchange, respects=False).is_holiday(date(2025, 12, 25))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (utc(2025, 10, 23, 15), None),
        (utc(2025, 10, 23, 21) - TICK, None),
        (utc(2025, 10, 23, 21), utc(2025, 10, 23, 22)),
        (utc(2025, 10, 24, 21), utc(2025, 10, 26, 22)),
        (utc(2025, 10, 25, 12), utc(2025, 10, 26, 22)),
        (utc(2025, 10, 26, 22), None),
        (utc(2025, 11, 1, 12), utc(2025, 11, 2, 23)),
    ],
)
def test_the_markets_week(now: datetime, opens: datetime | None) -> None:
    assert market_hours.next_open(now) == opens
    assert market_hours.is_open(now) == (opens is None)


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (utc(2025, 10, 23, 15), utc(2025, 10, 23, 21)),
        (utc(2025, 10, 23, 21) - TICK, utc(2025, 10, 23, 21)),
        (utc(2025, 10, 23, 21), None),
        (utc(2025, 10, 24, 2), utc(2025, 10, 24, 21)),  # still the 23rd in Chicago
        (utc(2025, 10, 25, 12), None),
        (utc(2025, 10, 26, 22), utc(2025, 10, 27, 21)),
        (utc(2025, 10, 30, 23), utc(2025, 10, 31, 21)),
        (utc(2025, 11, 2, 23), utc(2025, 11, 3, 22)),
    ],
)
def test_when_the_market_closes(now: datetime, closes: datetime | None) -> None:
    assert market_hours.next_close(now) == closes


@pytest.mark.parametrize(
    ("now", "opened"),
    [
        (utc(2025, 10, 23, 15), utc(2025, 10, 22, 22)),
        (utc(2025, 10, 23, 22), utc(2025, 10, 23, 22)),
        (utc(2025, 10, 24, 2), utc(2025, 10, 23, 22)),
        (utc(2025, 10, 27, 1), utc(2025, 10, 26, 22)),
        (utc(2025, 11, 3, 12), utc(2025, 11, 2, 23)),
    ],
)
def test_when_the_market_has_opened(now: datetime, opened: datetime) -> None:
    assert market_hours.opened_at(now) == opened


def test_zones_do_not_leak_into_results() -> None:
    assert phase_at(DAY, PLAIN, datetime(2025, 10, 23, 15, tzinfo=UTC)).until.tzinfo is UTC
