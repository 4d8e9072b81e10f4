"""What the pictures show: a trader in Berlin on a Monday, at half past eight in Chicago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from risk_manager.config.exchange_calendar import shipped_calendar
from risk_manager.core.gauge import Gauge, Unit, of_count, of_money
from risk_manager.core.settings import Settings
from risk_manager.daemon.market_clock import market_status
from risk_manager.ipc.status import (
    AccountStatus,
    ActStatus,
    CloseStatus,
    ConnectionStatus,
    GuardStatus,
    LockStatus,
    OrderStatus,
    PositionStatus,
    RuleStatus,
    TradeStatus,
)

NOW: Final = datetime(2026, 11, 23, 14, 31, 5, tzinfo=UTC)
HOME: Final = ZoneInfo("Europe/Berlin")
RESET: Final = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
LOCK_ALL: Final = "Everything is closed and the account is locked until 17:00 Chicago."


def ago(seconds: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(seconds=seconds)


def rule(number: int, key: str, *gauges: Gauge) -> RuleStatus:
    """A rule that is on."""
    return RuleStatus(id=f"RULE-{number:03}", key=key, gauges=gauges)


def rules(day: str = "-122.40", mnq: int = 2, trades: int = 3) -> tuple[RuleStatus, ...]:
    """Five rules, and where the account stands."""
    reduce = "What is too much is closed."
    return (
        rule(3, "daily_realized_loss", of_money("Loss of the day", Decimal(day), Decimal(-500), LOCK_ALL)),
        rule(
            2,
            "max_contracts_per_instrument",
            of_count("MNQ", Unit.CONTRACTS, Decimal(mnq), Decimal(2), reduce, symbol="MNQ"),
            of_count("ES", Unit.CONTRACTS, Decimal(0), Decimal(1), reduce, symbol="ES"),
        ),
        rule(
            6,
            "trade_frequency_limit",
            of_count("Trades in an hour", Unit.TRADES, Decimal(trades), Decimal(10), "A pause of 30 min."),
        ),
        rule(
            8,
            "no_stop_loss_grace",
            Gauge(label="Stop of MNQ", says="MNQ: protected by a stop.", then="The position is closed.", symbol="MNQ"),
        ),
    )


MNQ: Final = PositionStatus(
    contract="CON.F.US.MNQ.Z26",
    symbol="MNQ",
    signed_size=2,
    average_price=Decimal("25210.25"),
    mark=Decimal("25197.00"),
    mark_at=ago(0.6),
    open_pnl=Decimal("-53.00"),
    unprotected_since=None,
    stopped=2,
    stop_price=Decimal("25180.00"),
    stop_ticks=Decimal(68),
    stop_usd=Decimal("-121.00"),
)
STOP: Final = OrderStatus(
    id=3424798601,
    contract=MNQ.contract,
    symbol="MNQ",
    side="sell",
    type="stop",
    status="open",
    size=2,
    filled=0,
    limit_price=None,
    stop_price=Decimal("25180.00"),
)
TARGET: Final = replace(
    STOP, id=3424798602, type="limit", limit_price=Decimal("25260.00"), stop_price=None, status="open"
)


def trade(number: int, seconds: float, side: str, size: int, price: str, result: str | None) -> TradeStatus:
    """A fill of MNQ."""
    return TradeStatus(
        id=number,
        order=8800 + number,
        at=ago(seconds),
        symbol="MNQ",
        side=side,
        size=size,
        price=Decimal(price),
        realized_pnl=None if result is None else Decimal(result),
        costs=Decimal("0.74") * size,
    )


TRADES: Final = (
    trade(1, 4000, "buy", 2, "25221.50", None),
    trade(2, 3500, "sell", 2, "25209.00", "-50.00"),
    trade(3, 2600, "sell", 1, "25190.00", None),
    trade(4, 2100, "buy", 1, "25179.25", "21.50"),
    trade(5, 1500, "buy", 2, "25202.00", None),
    trade(6, 900, "sell", 2, "25194.25", "-31.00"),
    trade(7, 95, "buy", 2, "25210.25", None),
)
ACCOUNT: Final = AccountStatus(
    id=465,
    name="Main",
    can_trade=True,
    balance=Decimal("49930.60"),
    realized_pnl=Decimal("-69.40"),
    unrealized_pnl=Decimal("-53.00"),
    net_pnl=Decimal("-122.40"),
    is_tradable=True,
    positions=(MNQ,),
    orders=(STOP, TARGET),
    locks=(),
    waived_rules=(),
    rules=tuple(one.key for one in rules()),
    rule_details=rules(),
    day_ends_at=RESET,
    trades=TRADES,
    last_close=CloseStatus(at=ago(3890), asked=("close 3 of MNQ",), why="RULE-002: 5 MNQ are more than the limit of 2"),
)
REDUCED: Final = (
    ActStatus(at=ago(3890), account=465, rule="RULE-002", says="The guard asks to close 3 of MNQ", is_loud=False),
    ActStatus(at=ago(3890), account=465, rule="RULE-002", says="5 MNQ are more than the limit of 2", is_loud=True),
)
CALM: Final = GuardStatus(
    at=ago(0.3),
    started_at=ago(9000),
    version="0.1.0",
    connection=ConnectionStatus(user_hub=True, market_hub=True, lost_since=None, reconnects=0, unreadable=0),
    accounts=(ACCOUNT,),
    acts=REDUCED,
    market=market_status(Settings(exchange=shipped_calendar()), NOW),
)


def one(account: AccountStatus, status: GuardStatus = CALM) -> GuardStatus:
    """The same with this account alone."""
    return replace(status, accounts=(account,))


NEAR_ACCOUNT: Final = replace(
    ACCOUNT,
    unrealized_pnl=Decimal("-363.00"),
    net_pnl=Decimal("-432.40"),
    positions=(
        replace(
            MNQ,
            mark=Decimal("25119.50"),
            open_pnl=Decimal("-363.00"),
            unprotected_since=ago(18),
            stopped=0,
            stop_price=None,
            stop_ticks=None,
            stop_usd=None,
            grace_until=NOW + timedelta(seconds=12),
        ),
    ),
    orders=(TARGET,),
    rule_details=(
        *rules("-432.40")[:3],
        rule(
            8,
            "no_stop_loss_grace",
            Gauge(
                label="Stop of MNQ",
                says="MNQ: no stop for all of it.",
                then="The position is closed.",
                ends_at=NOW + timedelta(seconds=12),
                symbol="MNQ",
            ),
        ),
    ),
)
NEAR: Final = one(NEAR_ACCOUNT)
LOST: Final = "Daily loss -$528.88 reached the limit -$500.00 (realized -$69.40, open -$459.48)"
LOCK: Final = LockStatus(rule="RULE-003", symbol=None, kind="hard", since=ago(41), until=RESET, why=LOST)
LOCKED_ACCOUNT: Final = replace(
    ACCOUNT,
    balance=Decimal("49469.64"),
    realized_pnl=Decimal("-530.36"),
    unrealized_pnl=Decimal(0),
    net_pnl=Decimal("-530.36"),
    is_tradable=False,
    positions=(),
    orders=(),
    locks=(LOCK,),
    rule_details=(
        replace(rules("-530.36")[0], is_breached=True),
        *rules("-530.36", mnq=0, trades=4)[1:3],
        rule(
            8,
            "no_stop_loss_grace",
            Gauge(
                label="Stop",
                says="Nothing is open. A position needs a stop within 30 s.",
                then="The position is closed.",
            ),
        ),
    ),
    last_close=CloseStatus(at=ago(41), asked=("close all of MNQ",), why=f"RULE-003: {LOST}"),
    trades=(*TRADES, trade(8, 40.8, "sell", 2, "25095.38", "-459.48")),
)
LOCKED_ACTS: Final = (
    ActStatus(at=ago(41), account=465, rule="RULE-003", says="The guard asks to cancel order 3424798602"),
    ActStatus(at=ago(41), account=465, rule="RULE-003", says="The guard asks to close all of MNQ"),
    ActStatus(
        at=ago(41),
        account=465,
        rule="RULE-003",
        says="The account is locked until Mon 17:00 Chicago (23:00 UTC)",
        is_loud=True,
    ),
    ActStatus(at=ago(41), account=465, rule="RULE-003", says=LOST, is_loud=True),
    *REDUCED,
)
LOCKED: Final = replace(one(LOCKED_ACCOUNT), acts=LOCKED_ACTS)
_MANY: Final = ("MNQ", "ES", "NQ", "MES", "RTY", "M2K", "YM", "MYM", "CL", "MCL", "GC", "MGC", "SI", "6E", "6B", "6J")


def _held(number: int) -> PositionStatus:
    symbol = (*_MANY, "ZN", "ZB", "NG", "HG")[number]
    is_bare = number in (3, 7, 11)
    return replace(
        MNQ,
        contract=f"CON.F.US.{symbol}.Z26",
        symbol=symbol,
        signed_size=(1 + number % 3) * (-1) ** number,
        average_price=Decimal("100.25") * (number + 1),
        mark=Decimal("100.50") * (number + 1) if number != 5 else None,
        mark_at=ago(0.4 + number) if number != 5 else None,
        open_pnl=Decimal("12.50") * (number - 9) if number != 5 else None,
        unprotected_since=ago(10) if is_bare else None,
        stopped=0 if is_bare else 1 + number % 3,
        stop_price=None if is_bare else Decimal("99.75") * (number + 1),
        stop_ticks=None if is_bare else Decimal(12 * number),
        stop_usd=None if is_bare else Decimal("-62.50") * (number + 1),
        grace_until=NOW + timedelta(seconds=5 + number) if is_bare else None,
    )


TWENTY: Final = one(replace(ACCOUNT, positions=tuple(_held(number) for number in range(20))))
AWAY: Final = replace(one(replace(ACCOUNT, positions=(replace(MNQ, mark_at=ago(42.4)),))), at=ago(42))
