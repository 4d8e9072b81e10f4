"""The exchange calendar that is shipped: `calendars/cme.yaml` as the core's `Holidays`.

The file says for each trade date which groups of products are closed or end early. The core has one calendar for all
products, so the groups are merged: `ExchangeCalendar.merged`. Read docs/exchange-calendar.md for what that means.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import msgspec

from risk_manager.config.document import read_text
from risk_manager.config.explain import Declaration, read_struct
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.core.settings import Holidays, SymbolName, Text, WallTime, ZoneName

CALENDAR_FILE: Final = "calendars/cme.yaml"
_SATURDAY: Final = 5


class Group(enum.Enum):
    """Products that the exchange gives the same hours on a holiday."""

    EQUITY = "equity"
    ENERGY = "energy"
    METALS = "metals"
    FX = "fx"
    RATES = "rates"
    GRAINS = "grains"
    LIVESTOCK = "livestock"
    CRYPTO = "crypto"


class Confidence(enum.Enum):
    """Where a close is known from."""

    PUBLISHED = "published"
    """The exchange's own word, directly or copied by a broker or the press."""
    DERIVED = "derived"
    """The rule of other years, checked against a calendar library."""


class GroupFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A group on an ordinary day."""

    what: Text
    regular_close: WallTime
    symbols: tuple[SymbolName, ...]


class Merging(msgspec.Struct, frozen=True, kw_only=True):
    """How the groups become one calendar."""

    leads: Group
    follows: tuple[Group, ...]


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A trade date that is not like others. A group that is not named keeps its regular close."""

    date: datetime.date
    what: Text
    source: Text
    confidence: Confidence
    """Of the close of the leading group."""
    checked_on: datetime.date
    closes: dict[Group, WallTime] = {}
    closed: tuple[Group, ...] = ()
    derived_groups: tuple[Group, ...] = ()
    """Groups whose close is derived in an entry that is published."""
    note: Text | None = None

    def __post_init__(self) -> None:
        if self.date.weekday() >= _SATURDAY:
            raise ValueError(f"date: {self.date} is on a weekend. No session ends there")
        if not self.closes and not self.closed:
            raise ValueError(f"date: {self.date} says of no group that it is closed or ends early")
        both = [group.value for group in self.closed if group in self.closes]
        if both:
            raise ValueError(f"closed: {', '.join(both)} cannot be closed and end early. Keep one of them")
        silent = [group.value for group in self.derived_groups if group not in (*self.closes, *self.closed)]
        if silent:
            raise ValueError(f"derived_groups: nothing is said of {', '.join(silent)}")


class ExchangeCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    version: int
    exchange: Text
    timezone: ZoneName
    checked_until: datetime.date
    """Up to here the exchange's own publications were looked through; what comes after is derived."""
    covers_until: datetime.date
    """After this date the file says nothing."""
    merged: Merging
    groups: dict[Group, GroupFacts]
    days: tuple[Day, ...]

    def __post_init__(self) -> None:
        lacking = [group.value for group in Group if group not in self.groups]
        if lacking:
            raise ValueError(f"groups: {', '.join(lacking)} is missing")
        for before, after in pairwise(self.days):
            if after.date <= before.date:
                raise ValueError(f"days: {after.date} stands after {before.date}. Each date comes once, in order")
        if not self.checked_until <= self.covers_until:
            raise ValueError("checked_until: later than covers_until. What is not there cannot be checked")
        if self.days and self.days[-1].date > self.covers_until:
            raise ValueError(f"covers_until: earlier than {self.days[-1].date}, the last of the days")

    def of_group(self, group: Group) -> Holidays:
        """The closes of one group."""
        return Holidays(
            holidays=frozenset(day.date for day in self.days if group in day.closed),
            early_closes={day.date: day.closes[group] for day in self.days if group in day.closes},
        )

    def all_products(self) -> Holidays:
        """One calendar for all products.

        A full close is one of the leading group; otherwise the earliest early close of the groups that are open and
        counted. A group that is closed while the leading one trades closes nothing for the others.
        """
        counted = (self.merged.leads, *self.merged.follows)
        early: dict[datetime.date, datetime.time] = {}
        for day in self.days:
            times = [day.closes[group] for group in counted if group in day.closes]
            if times and self.merged.leads not in day.closed:
                early[day.date] = min(times)
        return Holidays(holidays=self.of_group(self.merged.leads).holidays, early_closes=early)


def calendar_of(text: str, name: str) -> ExchangeCalendar:
    """The calendar that a text says. Raises ConfigError with all that is wrong in it."""
    problems: list[Problem] = []
    documents = read_text(text, name)
    if len(documents) != 1:
        raise ConfigError([Problem(name, None, "", "A calendar is one document")])
    calendar = read_struct(documents[0], Declaration(ExchangeCalendar), problems)
    if problems or not isinstance(calendar, ExchangeCalendar):
        raise ConfigError(problems)
    return calendar


@lru_cache(maxsize=1)
def exchange_calendar() -> ExchangeCalendar:
    """The shipped file, read once."""
    text = files("risk_manager.config").joinpath(CALENDAR_FILE).read_text(encoding="utf-8")
    return calendar_of(text, CALENDAR_FILE)


@lru_cache(maxsize=1)
def shipped_calendar() -> Holidays:
    """The exchange's full and early closes, for `Settings.exchange`. Times are exchange time (Chicago)."""
    return exchange_calendar().all_products()


def checked_until() -> datetime.date:
    """The last date up to which the exchange's own publications were looked through."""
    return exchange_calendar().checked_until


def covers_until() -> datetime.date:
    """The last date of which the calendar says anything; between `checked_until` and here its entries are derived."""
    return exchange_calendar().covers_until


def is_beyond(day: datetime.date) -> bool:
    """True for a date that the calendar was not checked for: the exchange's own hours should be looked up."""
    return day > checked_until()


def symbol_groups() -> Mapping[str, Group]:
    """The group of each product, by the trader's symbol."""
    return {symbol: group for group, facts in exchange_calendar().groups.items() for symbol in facts.symbols}
