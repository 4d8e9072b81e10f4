"""What the door answers over HTTP, and what may be asked with it. `openapi.py` describes it from these types."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

ROWS_MOST = 1000
_Aware = Annotated[datetime, Meta(tz=True)]
_Limit = Annotated[int, Meta(ge=1, le=ROWS_MOST)]
_Account = Annotated[int, Meta(ge=1, le=2**53)]
_Symbol = Annotated[str, Meta(pattern="^[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*$", max_length=16)]
_Rule = Annotated[str, Meta(pattern="^[A-Za-z]{1,8}-[0-9]{1,8}$")]

RIGHT = {
    "account": "the number of an account, such as 465",
    "from": "an instant with its zone, such as 2026-11-20T14:30:00Z",
    "to": "an instant with its zone, such as 2026-11-20T14:30:00Z",
    "symbol": "a product, such as MNQ",
    "rule": "a rule by its number, such as RULE-003",
    "limit": f"a whole number from 1 to {ROWS_MOST}",
}
"""What would be right, for each of the things that may be asked."""


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no other answer."""

    error: str
    """A sentence."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Does the guard do what it is there for, at this moment? `is_well` is false, and the status 503, while a hub is
    away, an account was not read and judged since the start, or nothing can be saved; `reasons` says so, a sentence
    each. `impaired` names what does not work beside that, a sentence each: files that are refused or wait for a start,
    a door or a log that has failed, channels that take nothing. The guard guards all the same, and the status is 200.
    Whoever wants it whole asks that both lists are empty."""

    is_well: bool
    reasons: tuple[str, ...]
    """Sentences that say what is wrong; empty where it is well."""
    impaired: tuple[str, ...] = ()
    """Sentences that say what does not work although it guards; empty where it is whole."""


class TradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A fill that was saved."""

    account: int
    id: int | str
    """Text where the broker's number is larger than a database holds."""
    order: int | str
    at: datetime
    contract: str
    symbol: str
    side: str
    size: int
    price: Decimal
    realized_pnl: Decimal | None
    """Gross, of an exit; None for an entry."""
    costs: Decimal
    is_voided: bool


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the guard has asked the broker for, and what came of it."""

    account: int
    at: datetime
    kind: str
    target: str
    """A contract, or `order` and its number."""
    symbol: str | None
    """None where the target is an order."""
    says: str
    """What was asked for, in words: `close 2 of MNQ`."""
    rule: str
    """Empty where no rule has asked for it."""
    why: str
    outcome: str | None
    """None: there is no answer yet, or there was none before the guard ended."""
    outcome_at: datetime | None
    outcome_why: str | None


class LockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that stands or has stood."""

    account: int
    rule: str
    symbol: str | None
    """None: the whole account."""
    kind: str
    since: datetime
    until: datetime | None
    why: str
    ended_at: datetime | None
    """None: it stands."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved, each newest first."""

    trades: tuple[TradeRow, ...] = ()
    acts: tuple[ActRow, ...] = ()
    locks: tuple[LockRow, ...] = ()


class HistoryWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """Which part of the history; what is left out does not narrow it."""

    account: _Account | None = None
    since: _Aware | None = None
    """From this instant on, itself included."""
    to: _Aware | None = None
    """Until before this instant."""
    symbol: _Symbol | None = None
    """The trader's word or the broker's code; acts that concern an order and no contract are left out then."""
    rule: _Rule | None = None
    """A rule by its number (RULE-003); trades belong to none and are left out then."""
    limit: _Limit = 100
    """At most so many of each kind."""

    def __post_init__(self) -> None:
        """Refuse an instant that has no UTC. Raises ValueError."""
        for key, at in (("from", self.since), ("to", self.to)):
            try:
                _ = at and at.astimezone(UTC)
            except OverflowError:
                # Said as msgspec says where it found something, so that it is answered as every other mistake.
                raise ValueError(f"In UTC it is not within the years 1 to 9999 - at `$.{key}`") from None


class ActsWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the enforcement log."""

    limit: _Limit = 100


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing can be asked with it."""
