"""On which days there is no window at all, and on which it ends early.

What the user has written down always counts; the exchange's calendar where a rule respects it. A user's entry for a
date hides the shipped one.
"""

from __future__ import annotations

from datetime import date, datetime

from risk_manager.core import trading_day
from risk_manager.core.settings import Holidays, Settings

EXCHANGE_ZONE = "America/Chicago"


class Calendar:
    """The days that are not like others, for one set of settings."""

    __slots__ = ("_exchange", "_user")

    def __init__(self, settings: Settings, *, respects_exchange: bool) -> None:
        self._user = settings.holidays
        self._exchange = settings.exchange if respects_exchange else Holidays()

    def is_holiday(self, day: date) -> bool:
        """True on a full close."""
        if day in self._user.holidays:
            return True
        return day in self._exchange.holidays and day not in self._user.early_closes

    def early_close(self, day: date) -> datetime | None:
        """When everything ends early on a day; None on a day that has no early close."""
        at = self._user.early_closes.get(day)
        if at is None and day not in self._user.holidays:
            at = self._exchange.early_closes.get(day)
        return None if at is None else trading_day.instant(day, at, EXCHANGE_ZONE)
