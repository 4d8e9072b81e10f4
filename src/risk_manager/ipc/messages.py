"""What goes over the local door: typed, so that the description for other programs is made of these very types.

The first message is a `Snapshot`, then every message counts `seq` up by one. Money is text with its exact digits, times
are UTC. A missing number means that a message was lost: whoever asks `{"type":"snapshot"}` begins anew from there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from risk_manager.ipc.news import (
    ActNews,
    AlertNews,
    BreachNews,
    ConnectionNews,
    LockNews,
    OrderNews,
    PositionNews,
    QuoteNews,
    ResetNews,
    TradeNews,
)
from risk_manager.ipc.status import GuardStatus


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


class SnapshotWanted(msgspec.Struct, frozen=True, kw_only=True):
    """The one message that a client may send."""

    type: Literal["snapshot"]


_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Message)


def read(frame: bytes | str) -> Message:
    """The message of a frame. Raises msgspec.MsgspecError for one that is none of these."""
    message: Message = _DECODER.decode(frame)
    return message
