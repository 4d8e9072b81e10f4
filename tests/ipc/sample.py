"""A published state with something in every field."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.ipc.status import (
    AccountStatus,
    ActStatus,
    ClosingStatus,
    ConnectionStatus,
    GuardStatus,
    LockStatus,
    OrderStatus,
    PositionStatus,
)

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LOCK = LockStatus(
    rule="RULE-003",
    symbol=None,
    kind="hard",
    since=AT,
    until=datetime(2026, 11, 23, 23, 0, tzinfo=UTC),
    why="the day is lost",
)
POSITION = PositionStatus(
    contract="CON.F.US.MNQ.Z26",
    symbol="MNQ",
    signed_size=2,
    average_price=Decimal("25210.25"),
    mark=Decimal("25207.125"),
    mark_at=AT,
    open_pnl=Decimal("-12.50"),
    unprotected_since=AT,
)
ORDER = OrderStatus(
    id=3424798597,
    contract="CON.F.US.MNQ.Z26",
    symbol="MNQ",
    side="sell",
    type="limit",
    status="open",
    size=2,
    filled=1,
    limit_price=Decimal("25300.00"),
    stop_price=None,
)
ACCOUNT = AccountStatus(
    id=465,
    name="Main",
    can_trade=True,
    balance=Decimal("49600.00"),
    realized_pnl=Decimal("-400.00"),
    unrealized_pnl=Decimal("-12.50"),
    net_pnl=Decimal("-412.50"),
    is_tradable=False,
    positions=(
        POSITION,
        replace(POSITION, signed_size=-1, mark=None, mark_at=None, open_pnl=None, unprotected_since=None),
    ),
    orders=(ORDER,),
    locks=(LOCK, replace(LOCK, symbol="MNQ", kind="cooldown", until=None)),
    waived_rules=("max_contracts",),
    rules=("daily_realized_loss",),
    closings=(ClosingStatus(contract="CON.F.US.MNQ.Z26", size=1, is_overdue=True, refused="In a halt."),),
)
STATUS = GuardStatus(
    at=AT,
    started_at=AT,
    version="0.1.0",
    connection=ConnectionStatus(
        user_hub=True, market_hub=True, lost_since=None, reconnects=3, unreadable=1, repeated=2, missed=4
    ),
    accounts=(ACCOUNT,),
    acts=tuple(ActStatus(at=AT, says=f"act {number}", account=465) for number in range(20)),
)
