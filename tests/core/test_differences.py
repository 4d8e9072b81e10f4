"""What a read shows and no message has told: each difference once, and none where the messages had told it all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from risk_manager.core import engine
from risk_manager.core.differences import (
    Difference,
    OrderDiffers,
    PermissionDiffers,
    PositionDiffers,
    TradeDiffers,
)
from risk_manager.core.events import AccountRead, AnyEvent
from risk_manager.core.model import OrderStatus
from tests.core.story import ACCOUNT, Story, contract, order, position, stop_order

MNQ = contract("MNQ")


def shown(story: Story, read: AccountRead) -> tuple[Difference, ...]:
    """What a read of now differs in."""
    return engine.step(story.state, read, {ACCOUNT: story.settings}, story.now, strict=True).differences


def told(*events: AnyEvent) -> Story:
    """A guard that has been told something, a second ago."""
    story = Story()
    story.sees(*events)
    story.waits("1s")
    return story


def in_short(difference: Difference) -> tuple[object, ...]:
    match difference:
        case PositionDiffers(contract=contract, believed=believed, told=told):
            return contract, believed and believed.signed_size, told and told.signed_size
        case OrderDiffers(order=number, believed=believed, told=told, filled=filled):
            return number, believed and believed.status.name, told and told.status.name, filled
        case TradeDiffers(trade=trade, was_known=was_known):
            return trade.id, trade.voided, was_known
        case PermissionDiffers(may_trade=may_trade):
            return (may_trade,)


def test_what_the_messages_have_told_is_no_difference() -> None:
    story = told(position("MNQ", 2), order(1, "MNQ", 1, limit=90))
    assert shown(story, story.truth([position("MNQ", 2)], [order(1, "MNQ", 1, limit=90)], after_restart=False)) == ()


HELD, WORKING = position("MNQ", 2, 100), order(1, "MNQ", 2, limit=90)


@pytest.mark.parametrize(
    ("believed", "positions", "orders", "differs"),
    [
        ([], [HELD], [], [(MNQ, None, 2)]),
        ([HELD], [], [], [(MNQ, 2, None)]),
        ([HELD], [position("MNQ", -1)], [], [(MNQ, 2, -1)]),
        ([HELD], [position("MNQ", 2, 101)], [], [(MNQ, 2, 2)]),
        ([HELD], [position("MNQ", 2, Decimal("100.00000001"))], [], []),
        ([], [], [WORKING], [(1, None, "OPEN", 0)]),
        ([WORKING], [], [], [(1, "OPEN", None, 0)]),
        ([WORKING], [], [order(1, "MNQ", 2, limit=91)], [(1, "OPEN", "OPEN", 0)]),
        ([WORKING], [], [order(1, "MNQ", 2, limit=90, filled=1)], [(1, "OPEN", "OPEN", 0)]),
        (
            [WORKING],
            [],
            [order(1, "MNQ", 2, limit=90, status=OrderStatus.SUSPENDED)],
            [(1, "OPEN", "SUSPENDED", 0)],
        ),
        (
            [HELD, WORKING],
            [position("ES", 1)],
            [stop_order(2, "ES", -1, 90)],
            [(MNQ, 2, None), (contract("ES"), None, 1), (1, "OPEN", None, 0), (2, None, "OPEN", 0)],
        ),
    ],
    ids=[
        "a position that nobody told of",
        "a close that nobody told of",
        "another size",
        "another average",
        "a rounded average",
        "an order that nobody told of",
        "the end of an order",
        "another price",
        "a part fill",
        "another status",
        "several",
    ],
)
def test_each_thing_that_is_otherwise_is_told(
    believed: list[AnyEvent], positions: list[object], orders: list[object], differs: list[tuple[object, ...]]
) -> None:
    story = told(*believed)
    read = story.truth(positions, orders, after_restart=False)  # type: ignore[arg-type]
    assert [in_short(one) for one in shown(story, read)] == differs


def test_fills_come_first_in_their_order_and_tell_what_has_become_of_an_order() -> None:
    story = told(WORKING)
    late = story.trade("MNQ", 1, order=1, number=8, at=story.now)
    soon = story.trade("MNQ", 1, order=1, number=9, at=story.now - timedelta(hours=1))
    read = story.truth([HELD], [], [late, soon], after_restart=False)
    assert [in_short(one) for one in shown(story, read)] == [
        (9, False, False),
        (8, False, False),
        (MNQ, None, 2),
        (1, "OPEN", None, 2),
    ]


def test_a_fill_that_was_made_void_is_told_and_one_that_never_counted_is_not() -> None:
    story = Story()
    fill = story.trade("MNQ", 1, -20, number=1)
    never = story.trade("MNQ", 1, -20, number=2, voided=True)
    story.sees(fill)
    void = replace(fill, trade=replace(story.account.trades[1], voided=True))
    assert [in_short(one) for one in shown(story, story.truth((), (), [void, never], after_restart=False))] == [
        (1, True, True)
    ]


@pytest.mark.parametrize(("may_trade", "differs"), [(True, []), (False, [(False,)]), (None, [])])
def test_whether_the_account_may_trade(may_trade: bool | None, differs: list[tuple[object, ...]]) -> None:
    story = told()
    read = story.truth(may_trade=may_trade, after_restart=False)
    assert [in_short(one) for one in shown(story, read)] == differs


def test_what_a_hub_has_told_later_is_no_difference() -> None:
    story = Story()
    asked_at = story.now
    story.sees(position("MNQ", 2), order(1, "MNQ", 1, limit=90), after="1s")
    assert shown(story, story.truth(asked_at=asked_at, after_restart=False)) == ()


@pytest.mark.parametrize("is_restart", [True, False])
def test_where_nothing_had_been_believed_nothing_differs(is_restart: bool) -> None:
    story = Story()
    story.state = engine.begin([ACCOUNT], story.now)
    assert shown(story, story.truth([HELD], [WORKING], after_restart=is_restart)) == ()


@pytest.mark.parametrize("down", ["1m", "3d"])
def test_after_a_restart_the_first_read_differs_from_what_had_been_stored(down: str) -> None:
    story = told(HELD, WORKING, Story().trade("MNQ", 2, number=1, at=Story().now))
    stored = engine.dump(story.state)
    story.waits(down)
    story.state = engine.load(stored, {ACCOUNT: story.settings})
    fill = story.trade("MNQ", -2, -50, number=5, at=story.now)
    assert [in_short(one) for one in shown(story, story.truth([], [], [fill]))] == [
        (5, False, False),
        (MNQ, 2, None),
        (1, "OPEN", None, 0),
    ]


def test_only_a_read_has_differences() -> None:
    story = told(HELD)
    assert engine.step(story.state, position("MNQ", 3), {ACCOUNT: story.settings}, story.now).differences == ()
