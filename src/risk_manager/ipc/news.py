"""What a message of the door is about: the values under its `data`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from risk_manager.core.events import Hub

Outcome = Literal["asked", "accepted", "refused", "unknown", "held"]
"""`unknown`: nobody knows whether the broker got it. `held`: it has not left the guard."""


HUBS = {hub.value: hub.in_words for hub in Hub}
"""The broker's two streams, in words, by their names."""


class TradeNews(msgspec.Struct, frozen=True, kw_only=True):
    """A fill that the guard has heard of, or one that was taken back."""

    id: int
    order: int
    at: datetime
    contract: str
    symbol: str
    side: Literal["buy", "sell"]
    size: int
    price: Decimal
    realized_pnl: Decimal | None
    """Gross, of an exit; None for an entry."""
    costs: Decimal
    is_voided: bool = False


class PositionNews(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of one contract now; a signed size of 0 means flat."""

    contract: str
    symbol: str
    signed_size: int
    average_price: Decimal | None
    """None where nothing is held."""


class OrderNews(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is new, has changed, or has ended."""

    id: int
    contract: str
    symbol: str
    side: Literal["buy", "sell"]
    type: str
    status: str
    """The broker's word in small letters; `gone` for an order that was not there any more when it was looked for."""
    size: int
    filled: int
    limit_price: Decimal | None
    stop_price: Decimal | None
    is_alive: bool


class QuoteNews(msgspec.Struct, frozen=True, kw_only=True):
    """The last known prices of a contract; None where none has been seen."""

    contract: str
    symbol: str
    last: Decimal | None
    bid: Decimal | None
    ask: Decimal | None


class LockNews(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that began, was prolonged, or ended."""

    rule: str
    symbol: str | None
    """None: the whole account."""
    kind: str
    """`hard`, or `cooldown`: then only what adds risk is undone."""
    since: datetime
    until: datetime | None
    """None: until its condition ends."""
    why: str
    says: str


class ActNews(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the guard has asked the broker for, or the answer to it."""

    kind: str
    """What is asked for: close, reduce, cancel, resize, place_stop, move_stop."""
    outcome: Outcome
    contract: str | None
    symbol: str | None
    order: int | None
    rule: str | None
    """None where no rule but a lock, or the pursuit of an earlier act, asked for it."""
    why: str
    says: str


class ResetNews(msgspec.Struct, frozen=True, kw_only=True):
    """A new trading day of the account has begun."""

    day: str
    starts_at: datetime
    ends_at: datetime


class BreachNews(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's condition became true."""

    rule: str
    about: str
    """The symbol, contract, order or window; empty for the account."""
    why: str
    value: Decimal | None
    limit: Decimal | None
    is_waived: bool
    """By the admin's word it is recorded and not enforced."""


class AlertNews(msgspec.Struct, frozen=True, kw_only=True):
    """Something that people must hear of."""

    severity: Literal["info", "warning", "critical"]
    says: str


class ConnectionNews(msgspec.Struct, frozen=True, kw_only=True):
    """One of the broker's two streams is gone, or there again."""

    hub: Literal["user", "market"]
    is_connected: bool
    why: str
    """Why it is gone; empty when it is there."""
