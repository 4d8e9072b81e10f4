"""The things a futures account is made of: orders, positions, trades, quotes, contracts.

All values are frozen; prices and money are `Decimal`, sizes and ids `int`, times aware UTC. Numbers of the enums are
the gateway's own (gateway reference, section 6), so that a log line can be held against the broker's.
"""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

AccountId = int
ContractId = str
OrderId = int
TradeId = int
Symbol = str


class Side(enum.IntEnum):
    """Which way an order trades."""

    BUY = 0
    SELL = 1

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell: what one contract of it does to the signed size."""
        return -1 if self else 1  # a sell is 1, a buy 0: asked several times an event


class OrderType(enum.IntEnum):
    """How an order is priced."""

    UNKNOWN = 0
    LIMIT = 1
    MARKET = 2
    STOP_LIMIT = 3
    STOP = 4
    TRAILING_STOP = 5
    JOIN_BID = 6
    JOIN_ASK = 7


STOP_TYPES = frozenset({OrderType.STOP_LIMIT, OrderType.STOP, OrderType.TRAILING_STOP})


class OrderStatus(enum.IntEnum):
    """Where an order is in its life."""

    NONE = 0
    OPEN = 1
    FILLED = 2
    CANCELLED = 3
    EXPIRED = 4
    REJECTED = 5
    PENDING = 6
    PENDING_CANCELLATION = 7
    SUSPENDED = 8


WORKING = frozenset({OrderStatus.OPEN, OrderStatus.PENDING})
ENDED = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REJECTED})


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The broker's last word on one contract that is open."""

    contract: ContractId
    signed_size: int
    """Positive for long, negative for short, never 0."""
    average_price: Decimal
    """As the gateway told it; a rounded binary number now and then."""
    cost: Decimal
    """What the contracts were bought or sold for in all: average price x size, back on the tick grid where the
    average was a rounded number. Always positive for a positive price."""
    first_seen_at: datetime
    """When we first heard of it, in this direction."""
    opened_at: datetime | None = None
    """The gateway's own time of its opening, where it has told one."""
    increased: int
    """Counts up over the account: the position with the highest number was increased last."""
    told_at: datetime
    tick_size: Decimal | None = None
    point_value: Decimal | None = None
    """None for a product that nobody has told us of: its P&L is not known."""

    @property
    def size(self) -> int:
        """Contracts, without direction."""
        return abs(self.signed_size)

    @property
    def sign(self) -> int:
        """+1 long, -1 short."""
        return 1 if self.signed_size > 0 else -1


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is alive: working, suspended, or on its way out."""

    id: OrderId
    contract: ContractId
    side: Side
    type: OrderType
    status: OrderStatus
    size: int
    """Contracts ordered in all, the filled part included."""
    filled: int
    limit_price: Decimal | None
    stop_price: Decimal | None
    tag: str
    """The order's customTag; empty where it has none."""
    created_at: datetime
    first_seen_at: datetime
    told_at: datetime
    claimed: int = 0
    """Of a market order: contracts that are taken for a close of ours, which has made it."""
    traded: int = 0
    """Contracts that its trades have told of."""

    @property
    def remaining(self) -> int:
        """Contracts that may still fill."""
        return max(0, self.size - self.filled)

    @property
    def is_working(self) -> bool:
        """Open or pending: it can fill now."""
        return self.status in WORKING

    @property
    def is_suspended(self) -> bool:
        """A bracket leg that waits for its parent."""
        return self.status is OrderStatus.SUSPENDED


class Adding(NamedTuple):
    """A working order that would make its position larger, and by how much."""

    order: Order
    left: int
    """Contracts that may still fill."""
    increase: int
    """How many of them make the position larger; past zero, only those past zero."""


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One fill, as the gateway books it (half a round turn)."""

    id: TradeId
    order: OrderId
    contract: ContractId
    side: Side
    size: int
    price: Decimal
    profit_and_loss: Decimal | None
    """None on a fill that opens; gross of fees on one that closes."""
    costs: Decimal
    """Fees and commissions, positive."""
    at: datetime
    """The gateway's own time of the fill: it decides the trading day."""
    voided: bool = False
    arrival: int = 0
    """Counts up over the account as its trades arrive; 0 in a message, given when it is booked."""

    @property
    def is_exit(self) -> bool:
        """True for a fill that closed contracts."""
        return self.profit_and_loss is not None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The last known prices of a contract; None where none has been seen yet."""

    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    told_at: datetime


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What a contract is worth."""

    id: ContractId
    symbol: Symbol
    """The trader's word for the product: ES, not the gateway's EP."""
    tick_size: Decimal
    tick_value: Decimal
    point_value: Decimal
    """Dollars for a move of 1.0 of one contract: tick value / tick size, exact."""
    is_micro: bool
