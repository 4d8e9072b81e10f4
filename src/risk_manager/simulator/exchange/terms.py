"""The numbers that the gateway uses for words (gateway reference, section 6)."""

from enum import IntEnum


class OrderType(IntEnum):
    """What an order waits for.

    Joins are limit orders at the best price of the moment in which they arrive.
    """

    LIMIT = 1
    MARKET = 2
    STOP_LIMIT = 3
    STOP = 4
    TRAILING_STOP = 5
    JOIN_BID = 6
    JOIN_ASK = 7


class Side(IntEnum):
    """0 buys, 1 sells; not the numbers of `PositionType`."""

    BUY = 0
    SELL = 1

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell: what one contract does to a signed position."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side that undoes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderStatus(IntEnum):
    """Where an order is in its life. A partial fill has no status of its own: 1 with some fill volume."""

    OPEN = 1
    FILLED = 2
    CANCELLED = 3
    EXPIRED = 4
    REJECTED = 5
    PENDING = 6
    PENDING_CANCELLATION = 7
    SUSPENDED = 8

    @property
    def is_working(self) -> bool:
        """Whether the order can still do something."""
        return self in WORKING


WORKING = frozenset({OrderStatus.OPEN, OrderStatus.PENDING, OrderStatus.PENDING_CANCELLATION, OrderStatus.SUSPENDED})


class PositionType(IntEnum):
    """Direction of a position; 0 is what a position says once it is closed."""

    UNDEFINED = 0
    LONG = 1
    SHORT = 2


class Action(IntEnum):
    """The number in the wrapper of a user-hub payload.

    New orders and positions were recorded with 1, not 0.
    """

    CREATE = 0
    UPDATE = 1
    DELETE = 2
