"""A difference in words: for the log, and for the report of what happened while nobody watched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.differences import Difference
from risk_manager.core.events import AccountRead, OrderSeen, PositionSeen
from risk_manager.core.model import OrderStatus, OrderType, Side, Trade
from risk_manager.core.told_times import named
from risk_manager.daemon.differing import disagreement, happening
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.telling import sentences

ACCOUNT, MNQ, ES = 465, "CON.F.US.MNQ.Z26", "CON.F.US.EP.Z26"
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
FILLED_AT = NOON + timedelta(seconds=30)
FILL = Trade(
    id=99,
    order=7,
    contract=MNQ,
    side=Side.SELL,
    size=2,
    price=Decimal("25001.250"),
    profit_and_loss=Decimal("-12.5"),
    costs=Decimal("1.48"),
    at=FILLED_AT,
)
OPENING = replace(FILL, id=98, side=Side.BUY, size=1, profit_and_loss=None, costs=Decimal(0))


def held(contract: str, size: int, average: str = "25000.25") -> PositionSeen:
    return PositionSeen(account=ACCOUNT, contract=contract, signed_size=size, average_price=Decimal(average))


def working(number: int, **fields: object) -> OrderSeen:
    known = OrderSeen(
        account=ACCOUNT,
        order=number,
        contract=MNQ,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=OrderStatus.OPEN,
        size=2,
        limit_price=Decimal("24990.00"),
    )
    return replace(known, **fields)


BEFORE = AccountRead(
    account=ACCOUNT,
    asked_at=NOON,
    can_trade=True,
    name="PRAC-1",
    positions=(held(MNQ, 2),),
    orders=(working(7, side=Side.SELL), working(8), working(9)),
    trades=(),
    after_restart=True,
)
SETTINGS = {ACCOUNT: settings_from_mapping({})}


def step_of(**read: object) -> Taken:
    """A minute after the first read: another one."""
    state = engine.step(engine.begin(SETTINGS, NOON), BEFORE, SETTINGS, NOON).state
    later = NOON + timedelta(minutes=1)
    event = replace(BEFORE, asked_at=later, after_restart=False, **read)
    return Taken(event, later, engine.step(state, event, SETTINGS, later))


def only(**read: object) -> Difference:
    (difference,) = step_of(**read).step.differences
    return difference


@pytest.mark.parametrize(
    ("read", "disagrees", "happened"),
    [
        (
            {"positions": (held(MNQ, -1, "25010"),)},
            "MNQ (CON.F.US.MNQ.Z26) was believed long 2 at 25000.25; the gateway says short 1 at 25010",
            "MNQ (CON.F.US.MNQ.Z26) was long 2 at 25000.25 and is now short 1 at 25010",
        ),
        (
            {"positions": ()},
            "MNQ (CON.F.US.MNQ.Z26) was believed long 2 at 25000.25; the gateway says flat",
            "MNQ (CON.F.US.MNQ.Z26) was long 2 at 25000.25 and is now flat",
        ),
        (
            {"positions": (held(MNQ, 2), held(ES, 1, "6700.00"))},
            "ES (CON.F.US.EP.Z26) was believed flat; the gateway says long 1 at 6700",
            "ES (CON.F.US.EP.Z26) was flat and is now long 1 at 6700",
        ),
        (
            {
                "orders": (
                    *(BEFORE.orders or ()),
                    working(10, side=Side.SELL, stop_price=Decimal(24000), limit_price=None),
                )
            },
            "order 10 was not known; the gateway says open, sell 2 MNQ (CON.F.US.MNQ.Z26) stop 24000",
            "order 10 was placed: open, sell 2 MNQ (CON.F.US.MNQ.Z26) stop 24000",
        ),
        (
            {"orders": (BEFORE.orders or ())[1:]},
            "order 7 was believed open, sell 2 MNQ (CON.F.US.MNQ.Z26) limit 24990; "
            "the gateway says gone (cancelled or expired)",
            "order 7 was open, sell 2 MNQ (CON.F.US.MNQ.Z26) limit 24990 and is now gone (cancelled or expired)",
        ),
        (
            {"orders": (*(BEFORE.orders or ())[:2], working(9, status=OrderStatus.PENDING_CANCELLATION, filled=1))},
            "order 9 was believed open, buy 2 MNQ (CON.F.US.MNQ.Z26) limit 24990; "
            "the gateway says pending cancellation, buy 2 MNQ (CON.F.US.MNQ.Z26) limit 24990, 1 filled",
            "order 9 was open, buy 2 MNQ (CON.F.US.MNQ.Z26) limit 24990 and is now "
            "pending cancellation, buy 2 MNQ (CON.F.US.MNQ.Z26) limit 24990, 1 filled",
        ),
        (
            {"trades": (FILL,)},
            f"a fill was not known; the gateway says {named(FILLED_AT)} sold 2 MNQ (CON.F.US.MNQ.Z26) at 25001.25 "
            "for -$12.50, costs $1.48 (order 7, fill 99)",
            f"{named(FILLED_AT)} sold 2 MNQ (CON.F.US.MNQ.Z26) at 25001.25 for -$12.50, costs $1.48 (order 7, fill 99)",
        ),
        (
            {"trades": (OPENING,)},
            f"a fill was not known; the gateway says {named(FILLED_AT)} bought 1 MNQ (CON.F.US.MNQ.Z26) at 25001.25 "
            "(order 7, fill 98)",
            f"{named(FILLED_AT)} bought 1 MNQ (CON.F.US.MNQ.Z26) at 25001.25 (order 7, fill 98)",
        ),
        (
            {"can_trade": False},
            "trading was believed allowed; the gateway says forbidden",
            "trading was allowed and is now forbidden",
        ),
    ],
    ids=["turned", "closed", "opened", "placed", "gone", "changed", "an exit", "an entry", "may not trade"],
)
def test_the_sentences(read: dict[str, object], disagrees: str, happened: str) -> None:
    assert (disagreement(only(**read)), happening(only(**read))) == (disagrees, happened)


@pytest.mark.parametrize(("fills", "ended"), [((FILL,), "filled"), ((replace(FILL, size=1),), "gone (1 of 2 filled)")])
def test_what_became_of_an_order_by_the_fills_that_are_known(fills: tuple[Trade, ...], ended: str) -> None:
    *_, last = step_of(trades=fills, orders=(BEFORE.orders or ())[1:]).step.differences
    assert disagreement(last).endswith(f"limit 24990; the gateway says {ended}")


def test_a_fill_that_was_made_void() -> None:
    taken = step_of(trades=(FILL,))
    event = replace(taken.event, trades=(replace(FILL, voided=True),))
    (difference,) = engine.step(taken.step.state, event, SETTINGS, taken.at).differences
    assert disagreement(difference).startswith("a fill was believed good; the gateway says that it is void: ")
    assert happening(difference).startswith("a fill was made void: ")


def test_each_disagreement_of_a_read_is_said_with_its_account() -> None:
    taken = step_of(positions=(), can_trade=False)
    assert [one for one in sentences(taken) if "the gateway says" in one] == [
        "Account 465: MNQ (CON.F.US.MNQ.Z26) was believed long 2 at 25000.25; the gateway says flat",
        "Account 465: trading was believed allowed; the gateway says forbidden",
    ]


def test_what_the_first_read_shows_is_no_disagreement() -> None:
    taken = step_of(positions=())
    assert not any(
        "the gateway says" in one
        for one in sentences(Taken(replace(taken.event, after_restart=True), taken.at, taken.step))
    )
