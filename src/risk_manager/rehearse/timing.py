"""Durations and moments as a story writes them: `+1m30s`, `250ms`, `2025-10-23T10:30:00-05:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from risk_manager.config.reading import Reading, shown, wrong

_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
"""Milliseconds of each unit."""
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|[dhms])")
_DURATION_RIGHT: Final = "A duration is written 10s, 1m30s, 2h or 250ms"
_MOMENT_RIGHT: Final = "A moment is written with its offset, 2025-10-23T10:30:00-05:00"
_AT_RIGHT: Final = "Write +10s after the step before, or a moment with its offset"
_LONGEST: Final = timedelta(days=400)


def duration(value: Any) -> timedelta:
    """A time span, 400 days at most."""
    if isinstance(value, timedelta):
        return value
    text = value.strip() if isinstance(value, str) else ""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise wrong(f"{shown(value)} is not a duration. {_DURATION_RIGHT}")
    microseconds = sum((Decimal(number) * _UNITS[unit] * 1000 for number, unit in parts), Decimal(0))
    if microseconds > _LONGEST / timedelta(microseconds=1):
        raise wrong(f"{shown(value)} is longer than a story can be told. {_DURATION_RIGHT}")
    return timedelta(microseconds=int(microseconds))


def moment(value: Any) -> datetime:
    """A time with its offset."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1980 <= at.year <= 2100:
        raise wrong(f"{shown(value)} is not a moment. {_MOMENT_RIGHT}")
    return at


def when(value: Any) -> timedelta | datetime:
    """When a step happens: a span after the step before, or a moment."""
    if isinstance(value, str) and value.startswith("+"):
        return duration(value[1:])
    try:
        return moment(value)
    except ValueError:
        raise wrong(f"{shown(value)} is not a time. {_AT_RIGHT}") from None


DURATION: Final = Reading(duration, {"type": "string"}, _DURATION_RIGHT)
MOMENT: Final = Reading(moment, {"type": "string"}, _MOMENT_RIGHT)
WHEN: Final = Reading(when, {"type": "string"}, _AT_RIGHT)
