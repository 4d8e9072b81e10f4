"""The trading day: from one reset to the next (MOD-004). One of the few places with time zones.

A wall time that a clock change skips is taken one hour later; one that comes twice is taken the first time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from risk_manager.core.settings import ResetTime

_DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def key(reset: ResetTime) -> str:
    """The name under which a day of this kind is kept."""
    return f"{reset.at:%H:%M:%S} {reset.zone}"


@lru_cache(maxsize=65536)
def instant(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) of a wall time on a local date."""
    # fold=0 is the first of two, and for a time that the clocks skip the offset before the change, which lands as
    # much later on the wall as the clocks jump: 02:30 becomes 03:30.
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_reset(now: datetime, reset: ResetTime) -> datetime:
    """The first reset after `now`; at the reset's own instant it is the one after it."""
    day = now.astimezone(ZoneInfo(reset.zone)).date() - _DAY
    while (at := instant(day, reset.at, reset.zone)) <= now:
        day += _DAY
    return at


def last_reset(now: datetime, reset: ResetTime) -> datetime:
    """The reset with which the day of `now` began; the reset's own instant is the first of the new day."""
    day = now.astimezone(ZoneInfo(reset.zone)).date() + _DAY
    while (at := instant(day, reset.at, reset.zone)) > now:
        day -= _DAY
    return at


def trading_day(now: datetime, reset: ResetTime) -> date:
    """The trading day that `now` belongs to, named after the local date on which it ends."""
    return next_reset(now, reset).astimezone(ZoneInfo(reset.zone)).date()
