"""How far a rule is from its limit: what a trader wants to know before it is reached."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

import msgspec

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
    """One sentence: where it stands and how far it is to the limit."""
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
