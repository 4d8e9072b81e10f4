"""A trader who never stops: round turns of one contract, as the gateway tells them, and the quotes around them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from risk_manager.config import settings_from_mapping
from risk_manager.core.events import AccountRead, AnyEvent, OrderSeen, PositionSeen, QuoteSeen, TradeSeen
from risk_manager.core.model import OrderStatus, OrderType, Side, Trade
from risk_manager.core.settings import Settings

MNQ = "CON.F.US.MNQ.Z25"
START = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)
PRICE = Decimal("18500.00")
TICK = Decimal("0.25")


def settings() -> Settings:
    """Limits of which the trader reaches one now and then."""
    return settings_from_mapping(
        {
            "max_contracts": {"limit": 2, "count_type": "gross", "reduce_to_limit": True},
            "daily_realized_loss": {"limit": -100000},
            "daily_unrealized_loss": {"limit": -100000},
            "no_stop_loss_grace": {"grace_period_seconds": 30},
            "cooldown_after_loss": {"loss_thresholds": [{"loss_amount": -20000, "cooldown_duration": 300}]},
        }
    )


def first_read(at: datetime) -> AccountRead:
    """What the gateway says when the guard starts."""
    return AccountRead(account=1, asked_at=at, can_trade=True, positions=(), orders=(), trades=(), after_restart=True)


def turns(seed: int, *, begin: int = 1, at: datetime = START, quotes: int = 4) -> Iterator[tuple[AnyEvent, datetime]]:
    """Events and their times, round turn after round turn; every tenth one is a contract too large."""
    draw = random.Random(seed)
    for number in itertools.count(begin):
        size = 3 if number % 10 == 0 else draw.randint(1, 2)
        entry, exit_ = number * 2, number * 2 + 1
        price = PRICE + draw.randint(-40, 40) * TICK
        yield _order(entry, Side.BUY, size, 0), at
        yield _order(entry, Side.BUY, size, size), at
        yield _trade(entry, Side.BUY, size, price, None, at), at
        yield PositionSeen(account=1, contract=MNQ, signed_size=size, average_price=price), at
        for _ in range(quotes):
            at += timedelta(milliseconds=draw.choice([50, 250, 1100]))
            last = price + draw.randint(-8, 8) * TICK
            yield QuoteSeen(contract=MNQ, last=last, bid=last - TICK, ask=last + TICK), at
        yield _order(exit_, Side.SELL, size, size), at
        yield _trade(exit_, Side.SELL, size, price, Decimal(draw.randint(-20, 20)), at), at
        yield PositionSeen(account=1, contract=MNQ, signed_size=0, average_price=Decimal(0)), at
        at += timedelta(seconds=draw.choice([1, 5, 20]))


def _order(number: int, side: Side, size: int, filled: int) -> OrderSeen:
    return OrderSeen(
        account=1,
        order=number,
        contract=MNQ,
        side=side,
        type=OrderType.MARKET,
        status=OrderStatus.FILLED if filled == size else OrderStatus.OPEN,
        size=size,
        filled=filled,
    )


def _trade(number: int, side: Side, size: int, price: Decimal, pnl: Decimal | None, at: datetime) -> TradeSeen:
    trade = Trade(
        id=number,
        order=number,
        contract=MNQ,
        side=side,
        size=size,
        price=price,
        profit_and_loss=pnl,
        costs=Decimal("0.74"),
        at=at,
    )
    return TradeSeen(account=1, trade=trade)
