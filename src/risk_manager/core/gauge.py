"""How far a rule is from its limit: what a trader wants to know before it is reached."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from risk_manager.core.pnl import usd

_ZERO = Decimal(0)
_ONE = Decimal(1)


class Unit(enum.Enum):
    """What a gauge counts."""

    USD = "usd"
    CONTRACTS = "contracts"
    TRADES = "trades"
    LOSSES = "losses"
    NOTHING = "nothing"
    """The rule has no number: it looks at a state or at the clock."""


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of one rule, and where the account stands."""

    label: str
    """What is measured, in the trader's words: `Loss of the day`, `MNQ`, `Trades this hour`."""
    says: str
    """One sentence: where it stands and how far it is to the limit. No time of day: only a screen knows whose."""
    then: str
    """One sentence: what happens when the limit is reached."""
    unit: Unit = Unit.NOTHING
    value: Decimal | None = None
    """None: the rule has no number, or it is not known now."""
    limit: Decimal | None = None
    ends_at: datetime | None = None
    """When something happens by itself: the end of a grace, of a session, of a cooldown."""
    symbol: str | None = None
    """The symbol that it is about; None: the account."""

    @property
    def share(self) -> Decimal | None:
        """How much of the limit is used: 0 none of it, 1 all of it, never less than 0; None where there is no number.

        Of a limit of 0 nothing is used until something is there.
        """
        if self.value is None or self.limit is None:
            return None
        if not self.limit:
            return _ONE if self.value else _ZERO
        return max(_ZERO, self.value / self.limit)


def of_money(label: str, value: Decimal | None, limit: Decimal, then: str, *, symbol: str | None = None) -> Gauge:
    """Dollars against a loss limit (below zero) or a target (above it). Without a value no price is known."""
    if value is None:
        says = f"No price is known; the limit is {usd(limit)}."
    elif (value <= limit) if limit < 0 else (value >= limit):
        says = f"{usd(value)}: the limit of {usd(limit)} is reached."
    else:
        says = f"{usd(value)}, {usd(abs(limit - value))} away from {usd(limit)}."
    return Gauge(label=label, says=says, then=then, unit=Unit.USD, value=value, limit=limit, symbol=symbol)


def of_one_order(limit: Decimal | None, then: str) -> Iterator[Gauge]:
    """What one closing order may lose; `limit` is below zero, None: there is none. No number before it."""
    if limit is not None:
        yield Gauge(label="Loss of one order", says=f"An order may lose less than {usd(-limit)}.", then=then)


def of_count(label: str, unit: Unit, value: Decimal, limit: Decimal, then: str, *, symbol: str | None = None) -> Gauge:
    """So many of so many, where the limit itself is allowed for contracts and reached for everything else."""
    what = unit.value
    rest = limit - value
    if unit is Unit.CONTRACTS:
        says = f"{plain(value)} of {plain(limit)} contracts"
        says += (
            f"; {plain(rest)} more {'is' if rest == 1 else 'are'} allowed."
            if rest > 0
            else "; none more."
            if not rest
            else ": too many."
        )
    elif rest > 0:
        says = f"{plain(value)} of {plain(limit)} {what}; the limit is reached with {plain(rest)} more."
    else:
        says = f"{plain(value)} of {plain(limit)} {what}: the limit is reached."
    return Gauge(label=label, says=says, then=then, unit=unit, value=value, limit=limit, symbol=symbol)


def plain(number: Decimal) -> str:
    """A number as people write it: no zeros at its end, no exponent."""
    return f"{number.normalize():f}"


def lasting(duration: timedelta) -> str:
    """A time as people say it: 5 min, 90 s."""
    total = duration // timedelta(seconds=1)
    return f"{total // 60} min" if total % 60 == 0 and total >= 60 else f"{total} s"
