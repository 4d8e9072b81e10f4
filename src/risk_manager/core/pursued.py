"""What is being pursued for an account: closes, changes of orders, stops of ours that are not confirmed yet."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.core.model import OrderId, Side


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """A close or a reduction of one contract that we have asked for."""

    is_whole: bool
    outstanding: int
    """Contracts of a reduction that have not been seen closed yet."""
    size: int
    """Contracts that it was for when it was sent."""
    claimed: int = 0
    """Contracts of market orders that have been taken for this command's own."""
    order: OrderId = 0
    """The market order that it has made, where a trade has told of it; 0: not known."""
    tries: int = 1
    confirm_by: datetime
    """Until then it is under way; progress moves it."""
    again_at: datetime | None = None
    """Set when it was refused or not confirmed: the end of the pause, when the state is judged afresh."""

    def is_under_way(self) -> bool:
        """True until it is refused or its time is over."""
        return self.again_at is None


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """A close that was seen done before its own market order was."""

    side: Side
    size: int
    """Contracts of it that no market order has been taken for."""
    until: datetime
    order: OrderId = 0
    """The market order that it has made, where a trade has told of it; 0: not known."""
    is_awaited: bool = True
    """False where the position was seen flat, or smaller by what it was for: nothing more comes of it."""


class ChangeKind(enum.Enum):
    """What we have asked for an order."""

    CANCEL = "cancel"
    RESIZE = "resize"
    MOVE = "move"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A cancel, a resize or a move of one order that we have asked for."""

    kind: ChangeKind
    size: int | None = None
    price: Decimal | None = None
    tries: int = 1
    confirm_by: datetime
    again_at: datetime | None = None
    sweeps: bool = False
    """True for an order of a contract that we close: it goes whatever the rules say later; it would open a position."""

    def is_under_way(self) -> bool:
        """True until it is refused or its time is over."""
        return self.again_at is None


class Placing(msgspec.Struct, frozen=True, kw_only=True):
    """A stop of our own that we have asked for and not seen yet."""

    tag: str
    side: Side
    size: int
    tries: int = 1
    confirm_by: datetime
    again_at: datetime | None = None
