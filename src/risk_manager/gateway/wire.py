"""The gateway's messages, field by field, in its own spelling. What is not used here is not declared, and
ignored.

Sources: the gateway's published models and recorded traffic (gateway reference, sections 4, 8, 9 and 10). On
a hub, keys whose value is null are absent; in REST replies they are null. Both read as None here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from risk_manager.core.model import OrderStatus, OrderType, Side

Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Order and trade ids are int64 (real ones are above 3.4 billion), accounts int32."""
Size = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""Contracts. The gateway's sizes are never negative; a million is far above any account's maximum."""
ContractText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""ISO-8601 with `Z` or an offset, 0 to 7 digits of fraction (both seen live). A naive one is refused."""
Number = Any
"""A price or an amount. Decoded with `float_hook=Decimal`, from the JSON number's own digits: a Decimal, or
an int where it has no point. Declared as Decimal it would take a string too, and be slower; `translate`
checks what came."""

T = TypeVar("T")


class PositionWire(msgspec.Struct, gc=False):
    """`GatewayUserPosition`, a row of `Position/searchOpen`."""

    accountId: Id
    contractId: ContractText
    type: Annotated[int, msgspec.Meta(ge=0, le=2)]
    """0 undefined (closed), 1 long, 2 short. Not the numbers of an order's side."""
    size: Size
    averagePrice: Number = None
    creationTimestamp: Moment | None = None


class OrderWire(msgspec.Struct, gc=False):
    """`GatewayUserOrder`, a row of the order reads."""

    id: Id
    accountId: Id
    contractId: ContractText | None = None
    creationTimestamp: Moment | None = None
    status: OrderStatus | None = None
    type: OrderType | None = None
    side: Side | None = None
    size: Size | None = None
    fillVolume: Size | None = None
    limitPrice: Number = None
    stopPrice: Number = None
    customTag: str | None = None


class TradeWire(msgspec.Struct, gc=False):
    """`GatewayUserTrade`, a row of `Trade/search`: one fill, half a round turn."""

    id: Id
    orderId: Id
    accountId: Id
    contractId: ContractText
    creationTimestamp: Moment
    price: Number
    side: Side
    size: Size
    profitAndLoss: Number = None
    fees: Number = None
    commissions: Number = None
    voided: bool | None = None


class AccountWire(msgspec.Struct, gc=False):
    """`GatewayUserAccount`, a row of `Account/search`."""

    id: Id
    name: str | None = None
    balance: Number = None
    canTrade: bool | None = None


class QuoteWire(msgspec.Struct, gc=False):
    """`GatewayQuote`: the whole picture once after subscribing, then only what changed."""

    lastPrice: Number = None
    bestBid: Number = None
    bestAsk: Number = None


class MarketTradeWire(msgspec.Struct, gc=False):
    """One row of `GatewayTrade`."""

    price: Number


class ContractWire(msgspec.Struct, gc=False):
    """A row of `Contract/available`, the payload of `Contract/searchById`."""

    id: ContractText
    tickSize: Number
    tickValue: Number
    name: str = ""
    description: str = ""
    activeContract: bool = True


class Wrapped(msgspec.Struct, Generic[T], gc=False):
    """How the user hub wraps its payloads (all recorded ones since July 2026; the published page shows them
    bare)."""

    data: T
    action: int | None = None
    """0 create, 1 update, 2 delete. Create is not reliable: 1 was recorded for new orders."""


class UserRecord(msgspec.Struct, Generic[T], gc=False):
    """An invocation of the user hub: one argument."""

    arguments: tuple[T]


class MarketRecord(msgspec.Struct, Generic[T], gc=False):
    """An invocation of the market hub: the contract, then the payload."""

    arguments: tuple[ContractText, T]


class Envelope(msgspec.Struct, gc=False):
    """What every REST reply has. A business failure is HTTP 200 with `success` false."""

    success: bool
    errorCode: int = 0
    errorMessage: str | None = None
    orderId: Id | None = None
    """`Order/place` only; a rejected order has one too."""


class LoginReply(msgspec.Struct, gc=False):
    """`Auth/loginKey` and `Auth/validate`."""

    success: bool
    errorCode: int = 0
    errorMessage: str | None = None
    token: str | None = None
    newToken: str | None = None
