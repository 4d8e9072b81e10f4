"""What the broker says twice, too late, or not at all is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.events import AccountRead, AnyEvent, OrderSeen, PositionSeen, TradeSeen
from risk_manager.core.model import OrderStatus, OrderType, Side, Trade
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.hearsay import Hearsay

ACCOUNT, MNQ = 465, "CON.F.US.MNQ.Z26"
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
HELD = PositionSeen(account=ACCOUNT, contract=MNQ, signed_size=2, average_price=Decimal(25000))
TRADE = Trade(
    id=1,
    order=7,
    contract=MNQ,
    side=Side.BUY,
    size=2,
    price=Decimal(25000),
    profit_and_loss=None,
    costs=Decimal("0.74"),
    at=NOON,
)
FILL = TradeSeen(account=ACCOUNT, trade=TRADE)


def order(status: OrderStatus, filled: int = 0) -> OrderSeen:
    return OrderSeen(
        account=ACCOUNT,
        order=7,
        contract=MNQ,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=status,
        size=2,
        filled=filled,
        limit_price=Decimal(25000),
    )


def read(*positions: PositionSeen, trades: tuple[Trade, ...] = ()) -> AccountRead:
    return AccountRead(account=ACCOUNT, asked_at=NOON, can_trade=True, positions=positions, orders=(), trades=trades)


def counts(*events: AnyEvent) -> tuple[int, int]:
    """Repeated and missed, after a start with nothing open and these events, a minute apart."""
    hearsay = Hearsay()
    settings = {ACCOUNT: settings_from_mapping({"daily_realized_loss": {"limit": -500}})}
    state = engine.begin(settings, NOON)
    for minute, event in enumerate((read(), *events)):
        at = NOON + timedelta(minutes=minute)
        told = replace(event, asked_at=at) if isinstance(event, AccountRead) else event
        step = engine.step(state, told, settings, at)
        state = step.state
        hearsay.heard(Taken(told, at, step))
    return hearsay.repeated, hearsay.missed


OPEN, DONE = order(OrderStatus.OPEN), order(OrderStatus.FILLED, 2)


@pytest.mark.parametrize(
    ("events", "repeated", "missed"),
    [
        ((OPEN, DONE, FILL, HELD), 0, 0),
        ((FILL, HELD, DONE), 0, 0),
        ((OPEN, OPEN, DONE, DONE, FILL, FILL, HELD, HELD), 4, 0),
        ((DONE, OPEN), 1, 0),
        ((read(), read()), 0, 0),
        ((HELD, FILL, read(HELD, trades=(TRADE,))), 0, 0),
        ((read(HELD),), 0, 1),
        ((HELD, read(HELD, trades=(TRADE,))), 0, 1),
        ((HELD, FILL, read(trades=(TRADE,))), 0, 1),
    ],
    ids=[
        "in order",
        "the trade first",
        "each twice",
        "an order that is over already",
        "nothing to read",
        "a read that agrees",
        "a position that nobody told of",
        "a trade that nobody told of",
        "a close that nobody told of",
    ],
)
def test_what_is_no_news_and_what_no_message_told(events: tuple[AnyEvent, ...], repeated: int, missed: int) -> None:
    assert counts(*events) == (repeated, missed)


def test_the_first_read_tells_what_nobody_could_have_told() -> None:
    hearsay = Hearsay()
    settings = {ACCOUNT: settings_from_mapping({"daily_realized_loss": {"limit": -500}})}
    first = read(HELD)
    hearsay.heard(Taken(first, NOON, engine.step(engine.begin(settings, NOON), first, settings, NOON)))
    assert hearsay.missed == 0
