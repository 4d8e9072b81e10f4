"""When the market is open: the week of CME Globex, without holidays.

17:00 to 16:00 Chicago from Sunday to Friday (gateway reference, section 13.5); every product is taken to follow it.
Only used to tell an old price from a market that sleeps.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from risk_manager.core import trading_day

_ZONE = "America/Chicago"
_CHICAGO = ZoneInfo(_ZONE)
_OPEN = time(17, 0)
_CLOSE = time(16, 0)
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6


@lru_cache(maxsize=16)
def is_open(now: datetime) -> bool:
    """True while contracts trade."""
    local = now.astimezone(_CHICAGO)
    weekday, at = local.weekday(), local.time()
    if weekday == _SATURDAY:
        return False
    if weekday == _SUNDAY:
        return at >= _OPEN
    if weekday == _FRIDAY:
        return at < _CLOSE
    return at < _CLOSE or at >= _OPEN


def opened_at(now: datetime) -> datetime:
    """When the market that is open now has opened."""
    day = now.astimezone(_CHICAGO).date()
    while True:
        at = trading_day.instant(day, _OPEN, _ZONE)
        if at <= now and is_open(at):
            return at
        day -= timedelta(days=1)


def next_open(now: datetime) -> datetime | None:
    """When contracts trade again; None while they do."""
    if is_open(now):
        return None
    day = now.astimezone(_CHICAGO).date()
    while True:
        at = trading_day.instant(day, _OPEN, _ZONE)
        if at > now and is_open(at):
            return at
        day += timedelta(days=1)


def next_close(now: datetime) -> datetime | None:
    """When contracts stop trading next; None while the market sleeps."""
    if not is_open(now):
        return None
    day = now.astimezone(_CHICAGO).date()
    while True:
        at = trading_day.instant(day, _CLOSE, _ZONE)
        if at > now and not is_open(at):
            return at
        day += timedelta(days=1)
