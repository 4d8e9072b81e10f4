"""The market's clock for people: open or closed, until when, and the next days that are not like others."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from risk_manager.core import market_hours, trading_day
from risk_manager.core.holidays import EXCHANGE_ZONE, Calendar
from risk_manager.core.settings import ResetTime, Settings
from risk_manager.ipc.status import MarketStatus

_DAY = timedelta(days=1)
_LOOK_AHEAD_DAYS = 120
_EVENING = ResetTime(zone=EXCHANGE_ZONE)
"""17:00 in Chicago: a trading day ends and the next one opens."""


def market_status(settings: Settings, now: datetime) -> MarketStatus:
    """The week of CME Globex, with the exchange's holidays and the user's."""
    calendar = Calendar(settings, respects_exchange=True)
    today = trading_day.trading_day(now, _EVENING)
    days = [today + _DAY * ahead for ahead in range(_LOOK_AHEAD_DAYS)]
    closes, ends_early = market_hours.next_close(now), _early_close(calendar, today)
    if ends_early is not None and closes is not None:
        closes = min(closes, ends_early)
    is_open = closes is not None and now < closes and not calendar.is_holiday(today)
    return MarketStatus(
        is_open=is_open,
        changes_at=closes if is_open and closes is not None else _opens(calendar, now),
        next_holiday=next((day for day in days if _is_weekday(day) and calendar.is_holiday(day)), None),
        next_early_close=next(
            (at for day in days if (at := _early_close(calendar, day)) is not None and at > now), None
        ),
    )


def _opens(calendar: Calendar, now: datetime) -> datetime:
    """The first evening on which a day begins that is no holiday."""
    at = trading_day.next_reset(now, _EVENING)
    while not market_hours.is_open(at) or calendar.is_holiday(trading_day.trading_day(at, _EVENING)):
        at = trading_day.next_reset(at, _EVENING)
    return at


def _early_close(calendar: Calendar, day: date) -> datetime | None:
    """When a day's session ends before the usual hour; None where it does not, or the day has none."""
    at = calendar.early_close(day)
    if at is None or not _is_weekday(day) or calendar.is_holiday(day):
        return None
    return at if market_hours.is_open(at) and trading_day.trading_day(at, _EVENING) == day else None


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5
