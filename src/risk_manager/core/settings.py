"""What the admin has decided: the kinds of value that a rule's configuration is made of, and the whole of it.

A rule declares its configuration as a frozen Struct with these annotated types; the configuration loader reads the
declaration and refuses what does not fit. So the meaning of a value is written once, where the rule is.
"""

from __future__ import annotations

import enum
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from risk_manager.core.instants import seconds
from risk_manager.core.model import Symbol

if TYPE_CHECKING:
    from risk_manager.core.rule import Rule


class Kind(enum.Enum):
    """What a configured value must be, beyond its type. The text is the sentence that a refusal ends with."""

    LOSS = "A loss limit is written negative, for example -500"
    PROFIT = "A target is written positive, for example 1000"
    CONTRACTS = "A number of contracts is a whole number, 0 or more"
    COUNT = "A count is a whole number, 1 or more"
    SECONDS = "A duration is a number of seconds, 0 or more"
    DURATION = "A duration is a number of seconds, more than 0"
    TICKS = "A distance is a whole number of ticks, 1 or more"
    OFFSET_TICKS = "An offset is a whole number of ticks"
    WEIGHT = "A weight is more than 0 and at most 1, for example 0.1"
    SYMBOL = "A symbol is the trader's name of a product (MNQ, ES) or the gateway's code of it (EP)"
    SYMBOL_PATTERN = "A pattern is a symbol, or has wildcards: M* or M?K"
    WALL_TIME = 'A wall time is written "HH:MM", for example "17:00"'
    ZONE = "A time zone is an IANA name, for example America/Chicago"
    TEXT = "A text"


Loss = Annotated[Decimal, Kind.LOSS]
Profit = Annotated[Decimal, Kind.PROFIT]
Contracts = Annotated[int, Kind.CONTRACTS]
Count = Annotated[int, Kind.COUNT]
Seconds = Annotated[Decimal, Kind.SECONDS]
Duration = Annotated[Decimal, Kind.DURATION]
Ticks = Annotated[int, Kind.TICKS]
OffsetTicks = Annotated[int, Kind.OFFSET_TICKS]
Weight = Annotated[Decimal, Kind.WEIGHT]
SymbolName = Annotated[Symbol, Kind.SYMBOL]
SymbolPattern = Annotated[str, Kind.SYMBOL_PATTERN]
WallTime = Annotated[time, Kind.WALL_TIME]
ZoneName = Annotated[str, Kind.ZONE]
Text = Annotated[str, Kind.TEXT]


class Action(enum.Enum):
    """What a breach leads to (`action:` or `enforcement:` of a rule)."""

    CLOSE_ALL_AND_LOCKOUT = "close_all_and_lockout"
    CLOSE_ALL = "close_all"
    CLOSE_SYMBOL_AND_LOCKOUT = "close_symbol_and_lockout"
    CLOSE_POSITION = "close_position"
    REDUCE_TO_LIMIT = "reduce_to_limit"
    COOLDOWN = "cooldown"
    ALERT = "alert"


class MarkPrice(enum.Enum):
    """Which price an open position is worth."""

    LAST = "last"
    EXIT = "exit"
    """The price that one would get out at: bid for a long, ask for a short."""


class WhenBlind(enum.Enum):
    """What to do with an open position whose price is unknown or old."""

    ALERT = "alert"
    CLOSE_POSITION = "close_position"


class Weekday(enum.Enum):
    """Days of a session window; the order is that of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class ResetTime(msgspec.Struct, frozen=True):
    """When a trading day ends: a wall time in a zone."""

    at: WallTime = time(17, 0)
    zone: ZoneName = "America/Chicago"


class Defaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `defaults:` section."""

    reset_time: WallTime = time(17, 0)
    timezone: ZoneName = "America/Chicago"
    mark_price: MarkPrice = MarkPrice.LAST
    quote_stale_after: Duration = Decimal(10)
    """Seconds after which the price of an open position counts as old."""
    confirm_within: Duration = Decimal(2)
    """Seconds that the broker has to confirm a command; also how long messages of one fill may be apart."""
    when_blind: WhenBlind = WhenBlind.ALERT
    blind_grace: Seconds = Decimal(60)

    @property
    def reset(self) -> ResetTime:
        """The account's trading day."""
        return ResetTime(self.reset_time, self.timezone)


class Holidays(msgspec.Struct, frozen=True, kw_only=True):
    """`holidays.yaml`: days without any window, and days on which windows end early (exchange time, Chicago)."""

    holidays: frozenset[date] = frozenset()
    early_closes: dict[date, WallTime] = {}


class Armed(msgspec.Struct, frozen=True):
    """A rule that is switched on, with its configuration."""

    rule: Rule
    config: Any


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that is decided for one account. A rule that is absent or off is not in `rules`."""

    name: str = ""
    """The admin's word for the account, for people; empty: the broker's word stands."""
    defaults: Defaults = Defaults()
    rules: tuple[Armed, ...] = ()
    """In the order in which they are asked."""
    holidays: Holidays = Holidays()
    """What the user has written down; it always counts, and hides the exchange's entry for the same date."""
    exchange: Holidays = Holidays()
    """The exchange's calendar that is shipped."""

    @property
    def within(self) -> timedelta:
        """How long the broker has to confirm, and how far apart the messages of one fill may come."""
        return seconds(self.defaults.confirm_within)

    def armed(self, rule_id: str) -> Armed | None:
        """The rule with that id where it is on."""
        return next((armed for armed in self.rules if armed.rule.id == rule_id), None)
