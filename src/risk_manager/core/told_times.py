"""Instants in the guard's own sentences: by the market's clock and by UTC, since whoever reads them may live anywhere.

A screen knows its reader, and tells the market's time and the reader's own instead.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

MARKET_ZONE: Final = ZoneInfo("America/Chicago")
_ENDS: Final = {
    "RULE-010": "the broker lets this account trade again",
    "RULE-011": "it is taken off the list of blocked symbols",
}


@lru_cache(maxsize=256)
def named(at: datetime) -> str:
    """`Thu 17:00 Chicago (22:00 UTC)`; seconds where there are any, UTC's own weekday where it is another."""
    return _both(at, f"{at.astimezone(MARKET_ZONE):%a} ")


@lru_cache(maxsize=256)
def dated(at: datetime) -> str:
    """`2026-11-19 17:00 Chicago (23:00 UTC)`: for what may be long ago."""
    return _both(at, f"{at.astimezone(MARKET_ZONE):%Y-%m-%d} ")


def wall(at: time, zone: str) -> str:
    """`17:00 Chicago`: a time of day in a zone of the configuration, by its city."""
    return f"{_clock(at)} {zone.rpartition('/')[2].replace('_', ' ')}"


def lock_end(rule: str, until: datetime | None) -> str:
    """What stands behind "until" in a sentence about a lock: its time, or what ends a lock of this rule without one."""
    return named(until) if until is not None else lock_condition(rule)


def lock_condition(rule: str) -> str:
    """What ends a lock of this rule that has no time."""
    return _ENDS.get(rule, "its cause is gone")


def _both(at: datetime, day: str) -> str:
    market, utc = at.astimezone(MARKET_ZONE), at.astimezone(UTC)
    other = "" if utc.date() == market.date() else f"{utc:%a} "
    return f"{day}{_clock(market)} Chicago ({other}{_clock(utc)} UTC)"


def _clock(at: datetime | time) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
