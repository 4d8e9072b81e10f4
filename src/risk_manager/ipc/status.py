"""The state that the daemon publishes for everyone on the machine to read: a small file, replaced atomically.

No secret is in it. Money is written as text with its exact digits.
"""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec


class PositionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An open position."""

    contract: str
    symbol: str
    signed_size: int
    average_price: Decimal
    mark: Decimal | None
    """None: no price has been seen."""
    mark_at: datetime | None
    open_pnl: Decimal | None
    unprotected_since: datetime | None


class OrderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is alive."""

    id: int
    contract: str
    symbol: str
    side: str
    type: str
    status: str
    size: int
    filled: int
    limit_price: Decimal | None
    stop_price: Decimal | None


class LockStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that stands."""

    rule: str
    symbol: str | None
    kind: str
    since: datetime
    until: datetime | None
    why: str


class AccountStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One account as the guard believes it to be."""

    id: int
    name: str
    can_trade: bool | None
    balance: Decimal | None
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    net_pnl: Decimal
    is_tradable: bool
    positions: tuple[PositionStatus, ...]
    orders: tuple[OrderStatus, ...]
    locks: tuple[LockStatus, ...]
    waived_rules: tuple[str, ...]
    being_closed: tuple[str, ...]
    """Contracts whose close has been asked for and not been confirmed yet."""
    rules: tuple[str, ...]
    """The rules that are on, by their YAML keys."""


class ConnectionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the guard is connected."""

    user_hub: bool
    market_hub: bool
    lost_since: datetime | None
    reconnects: int
    unreadable: int
    """Messages that could not be read."""
    repeated: int = 0
    """Messages that changed nothing: a second copy, or one that came behind newer ones."""
    missed: int = 0
    """Reads that showed something which no message had told of until then."""


class GuardStatus(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as of a moment."""

    at: datetime
    started_at: datetime
    version: str
    connection: ConnectionStatus
    accounts: tuple[AccountStatus, ...]
    last_acts: tuple[str, ...]
    """What the guard has done lately, newest first, in words."""


def write(path: Path, status: GuardStatus) -> None:
    """Replace the published state; a reader sees the old one or the new one, never a part."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(status))
    os.replace(fresh, path)


def read(path: Path) -> GuardStatus:
    """The published state. Raises OSError where there is none, msgspec.MsgspecError where it is damaged."""
    return msgspec.json.decode(path.read_bytes(), type=GuardStatus)
