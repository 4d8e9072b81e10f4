"""Instants and durations for people: the trader's own clock and the market's."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo("America/Chicago")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def until(at: datetime, now: datetime) -> str:
    """A countdown: `0:12`, `4:05`, `6:12:44`, `2 d 06:12`. What is over is `0:00`."""
    left = max(0, -int((now - at).total_seconds() // 1))  # rounded up: it says 0:00 only when it is over
    if left >= _DAY:
        return f"{left // _DAY} d {left % _DAY // _HOUR:02}:{left % _HOUR // _MINUTE:02}"
    if left >= _HOUR:
        return f"{left // _HOUR}:{left % _HOUR // _MINUTE:02}:{left % _MINUTE:02}"
    return f"{left // _MINUTE}:{left % _MINUTE:02}"


def age(seconds: float) -> str:
    """How old something is: `0.4 s`, `42 s`, `5 min`, `3 h`, `2 d`."""
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s" if seconds >= 10 else f"{max(0.0, seconds):.1f} s"


def since(at: datetime, now: datetime) -> str:
    """How long ago something was."""
    return age((now - at).total_seconds())


def clock(at: datetime, zone: tzinfo | None) -> str:
    """A time of day with its seconds."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def stamp(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """When something was, to the second, with the weekday where that was not today, and the date of older days."""
    there, today = at.astimezone(zone), now.astimezone(zone).date()
    if there.date() == today:
        return f"{there:%H:%M:%S}"
    is_near = abs(there.date() - today) < timedelta(days=7)
    return f"{there:%a %H:%M:%S}" if is_near else f"{there:%a %b} {there.day} {there:%H:%M:%S}"


def moment_of(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """A time in one zone, with the weekday where it is not today and seconds where they matter."""
    there, today = at.astimezone(zone), now.astimezone(zone).date()
    text = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    if there.date() == today:
        return text
    return (
        f"{there:%a} {text}" if abs(there.date() - today) < timedelta(days=7) else f"{there:%a %b} {there.day} {text}"
    )


def both(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """A time in the market's zone and, where that differs, in the trader's own."""
    market = f"{moment_of(at, now, CHICAGO)} Chicago"
    return market if is_market_time(at, zone) else f"{market} ({moment_of(at, now, zone)} here)"


def is_market_time(at: datetime, zone: tzinfo | None) -> bool:
    """True where the trader's clock shows the same as the market's."""
    return at.astimezone(zone).utcoffset() == at.astimezone(CHICAGO).utcoffset()
