"""Why the venue says no: codes by endpoint (gateway reference, 5) and the texts that are known (4.4)."""

from enum import IntEnum
from typing import NamedTuple


class Refusal(NamedTuple):
    """An error code of one endpoint, and its text if the venue gives one."""

    code: int
    text: str | None = None


class PlaceCode(IntEnum):
    """Order/place."""

    ACCOUNT_NOT_FOUND = 1
    ORDER_REJECTED = 2
    INSUFFICIENT_FUNDS = 3
    ACCOUNT_VIOLATION = 4
    OUTSIDE_TRADING_HOURS = 5
    ORDER_PENDING = 6
    UNKNOWN_ERROR = 7
    CONTRACT_NOT_FOUND = 8
    CONTRACT_NOT_ACTIVE = 9
    ACCOUNT_REJECTED = 10


class ChangeCode(IntEnum):
    """Order/modify and Order/cancel; 7 on modify only."""

    ACCOUNT_NOT_FOUND = 1
    ORDER_NOT_FOUND = 2
    REJECTED = 3
    PENDING = 4
    UNKNOWN_ERROR = 5
    ACCOUNT_REJECTED = 6
    CONTRACT_NOT_FOUND = 7


class CloseCode(IntEnum):
    """Position/closeContract."""

    ACCOUNT_NOT_FOUND = 1
    POSITION_NOT_FOUND = 2
    CONTRACT_NOT_FOUND = 3
    CONTRACT_NOT_ACTIVE = 4
    ORDER_REJECTED = 5
    ORDER_PENDING = 6
    UNKNOWN_ERROR = 7
    ACCOUNT_REJECTED = 8


class PartialCloseCode(IntEnum):
    """Position/partialCloseContract."""

    ACCOUNT_NOT_FOUND = 1
    POSITION_NOT_FOUND = 2
    CONTRACT_NOT_FOUND = 3
    CONTRACT_NOT_ACTIVE = 4
    INVALID_CLOSE_SIZE = 5
    ORDER_REJECTED = 6
    ORDER_PENDING = 7
    UNKNOWN_ERROR = 8
    ACCOUNT_REJECTED = 9


POSITION_BRACKETS = "Brackets cannot be used with Position Brackets. You must enable Auto OCO Brackets."
TRAIL_NOT_SET = "Trail Distance not set."
TRAIL_NOT_ALIGNED = "Invalid trail price. Price is not aligned to tick size."
TRAIL_WITHOUT_LAST = "Cannot trail without a last price"
TRAIL_TOO_FAR = "Trail Distance exceeds maximum (1000)"
NO_QUOTE = "Invalid symbol"
STOP_NOT_ALIGNED = "Invalid stop price. Price is not aligned to tick size."
LIMIT_NOT_ALIGNED = "Invalid limit price. Price is not aligned to tick size."
MARKET_CLOSED = "Trading is currently unavailable. The instrument is not in an active trading status."
NOT_ENOUGH_MARGIN = "Not enough margin."
FOLLOWER = "Follower accounts cannot cancel orders"
LIVE_ACCOUNT = "Live accounts not supported"

# The venue refuses these too, in words that nobody published; the sentences are this simulator's own.
STOP_BEHIND_MARKET = "Invalid stop price. Price is on the wrong side of the market."
STOP_NOT_SET = "Stop price not set."
LIMIT_NOT_SET = "Limit price not set."
TAG_IN_USE = "Custom tag is already in use."
