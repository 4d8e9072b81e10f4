"""Session windows: when trading is allowed (MOD-004). One of the few places with time zones.

Start inclusive, end exclusive. A window whose end is not after its start runs past midnight; it belongs to the date on
which it ends, and of that date days and holidays are asked. Windows that touch have no end between them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from risk_manager.core import trading_day
from risk_manager.core.holidays import Calendar
from risk_manager.core.settings import WallTime, Weekday, ZoneName

_DAY = timedelta(days=1)
_WEEKDAYS = tuple(Weekday)
_LOOK_AHEAD_DAYS = 30
WORKING_WEEK = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A daily window in the wall time of its zone."""

    start: WallTime | None = None
    end: WallTime | None = None
    timezone: ZoneName = "America/Chicago"
    days: tuple[Weekday, ...] = WORKING_WEEK
    enabled: bool = True

    def __post_init__(self) -> None:
        if self.enabled and (self.start is None or self.end is None):
            raise ValueError('start and end: a window needs both, for example start: "09:30", end: "16:00"')


class Phase(msgspec.Struct, frozen=True):
    """Inside or outside, and until when."""

    is_inside: bool
    until: datetime


def phase_at(window: Window, calendar: Calendar, now: datetime) -> Phase:
    """Whether `now` is inside the window, and when that changes next."""
    end = _end_of(window, calendar, now)
    if end is None:
        return Phase(False, _next_start(window, calendar, now))
    while end - now < _DAY * _LOOK_AHEAD_DAYS and (further := _end_of(window, calendar, end)) is not None:
        end = further
    return Phase(True, end)


def _end_of(window: Window, calendar: Calendar, now: datetime) -> datetime | None:
    """The end of the window that `now` is in, None where it is in none."""
    today = now.astimezone(ZoneInfo(window.timezone)).date()
    for day in (today, today + _DAY):
        span = _span(window, calendar, day)
        if span is not None and span[0] <= now < span[1]:
            return span[1]
    return None


def _next_start(window: Window, calendar: Calendar, now: datetime) -> datetime:
    """The first start after `now`; a month away where there is none before."""
    day = now.astimezone(ZoneInfo(window.timezone)).date()
    for ahead in range(_LOOK_AHEAD_DAYS):
        span = _span(window, calendar, day + _DAY * ahead)
        if span is not None and span[0] > now:
            return span[0]
    return now + _DAY * _LOOK_AHEAD_DAYS


def _span(window: Window, calendar: Calendar, day: date) -> tuple[datetime, datetime] | None:
    """Start and end of the window that ends on a local date; None where there is none."""
    if window.start is None or window.end is None:
        return None
    if _WEEKDAYS[day.weekday()] not in window.days or calendar.is_holiday(day):
        return None
    start_day = day if window.end > window.start else day - _DAY
    start = trading_day.instant(start_day, window.start, window.timezone)
    end = trading_day.instant(day, window.end, window.timezone)
    early = calendar.early_close(day)
    if early is not None:
        end = min(end, early)
    return (start, end) if start < end else None
