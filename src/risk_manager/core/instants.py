"""Durations as they are configured, and the next of several instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache


@lru_cache(maxsize=1024)
def seconds(amount: Decimal) -> timedelta:
    """A configured number of seconds, to the microsecond."""
    return timedelta(microseconds=int(amount * 1_000_000))


def soonest(times: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first of some instants that is still to come, always later than now; None where there is none."""
    first = None
    for at in times:
        if at is not None and at > now and (first is None or at < first):
            first = at
    return first
