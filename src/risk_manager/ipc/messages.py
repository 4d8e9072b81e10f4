"""What goes over the local door: typed, so that the description for other programs is made of these very types.

The first message is a `Snapshot`, then every message counts `seq` up by one. Money is text with its exact digits, times
are UTC. A missing number means that a message was lost: whoever asks `{"type":"snapshot"}` begins anew from there.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from risk_manager.ipc.status import GuardStatus


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
    outcome: Literal["asked", "accepted", "refused", "unknown", "held"]
    """`unknown`: nobody knows whether the broker got it. `held`: the guard's own breaker has not let it leave."""
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


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all messages to everyone share."""

    account_id: int | None = None
    """None: it concerns no account, or all of them."""
    seq: int
    at: datetime


class Trade(Said, frozen=True, kw_only=True, tag="GatewayUserTrade"):
    """A fill."""

    data: TradeNews


class Position(Said, frozen=True, kw_only=True, tag="GatewayUserPosition"):
    """A position has changed."""

    data: PositionNews


class Order(Said, frozen=True, kw_only=True, tag="GatewayUserOrder"):
    """An order has changed."""

    data: OrderNews


class MarketQuote(Said, frozen=True, kw_only=True, tag="MarketQuote"):
    """New prices; at most four times a second for each contract."""

    data: QuoteNews


class LockoutSet(Said, frozen=True, kw_only=True, tag="lockout_set"):
    """A lock stands, or stands for longer."""

    data: LockNews


class LockoutCleared(Said, frozen=True, kw_only=True, tag="lockout_cleared"):
    """A lock has ended."""

    data: LockNews


class EnforcementAction(Said, frozen=True, kw_only=True, tag="enforcement_action"):
    """The guard has acted."""

    data: ActNews


class DailyReset(Said, frozen=True, kw_only=True, tag="daily_reset"):
    """A new day."""

    data: ResetNews


class DaemonStatus(Said, frozen=True, kw_only=True, tag="daemon_status"):
    """All of it anew: when something has changed, at most four times a second, and every second in any case."""

    data: GuardStatus


class Breached(Said, frozen=True, kw_only=True, tag="breach"):
    """A rule is breached."""

    data: BreachNews


class Alerted(Said, frozen=True, kw_only=True, tag="alert"):
    """An alert."""

    data: AlertNews


class Connection(Said, frozen=True, kw_only=True, tag="connection"):
    """The line to the broker."""

    data: ConnectionNews


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """To one client, at its beginning and when it asks: all of it; the next message has the number after `seq`."""

    seq: int
    at: datetime
    run: str
    """Another word for each start of a guard: numbers of two runs have nothing to do with each other."""
    data: GuardStatus


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="refused"):
    """To one client: what it has sent is not done, and why."""

    why: str


News = (
    Trade
    | Position
    | Order
    | MarketQuote
    | LockoutSet
    | LockoutCleared
    | EnforcementAction
    | DailyReset
    | DaemonStatus
    | Breached
    | Alerted
    | Connection
)
"""What everyone is told, in one order."""
Message = News | Snapshot | Refused
"""What a client may read."""


class SnapshotWanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """The one message that a client may send."""


_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Message)


def read(frame: bytes | str) -> Message:
    """The message of a frame. Raises msgspec.MsgspecError for one that is none of these."""
    message: Message = _DECODER.decode(frame)
    return message
