"""What the gateway does not allow is told once to the people who can do it, and what comes of it is closed."""

from __future__ import annotations

from typing import Any

import pytest

from risk_manager.core.commands import Close, Fetch, Reduce
from risk_manager.core.events import AdminActed, CommandRefused, OrderSeen, Refusal
from risk_manager.core.model import Side
from risk_manager.core.record import Alert, Severity
from tests.core.story import ACCOUNT, Story, cancel, close, contract, ended, order, position, quote, stop_order

ONE: dict[str, Any] = {"max_contracts_per_instrument": {"limits": {"MNQ": 1}}}


def test_an_order_that_cannot_be_moved_is_told_once_with_what_to_do() -> None:
    story = Story(trade_management={"auto_breakeven": {"profit_trigger_ticks": 10}})
    story.sees(position("MNQ", 2, 100), stop_order(1, "MNQ", -2, 90))
    story.sees(quote("MNQ", 103), after="5s")
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    text = (
        "Order 1 cannot be changed: the gateway does not allow it on this account. It stays, and what must not be open "
        "is closed as soon as it fills. Cancel it on the platform. ()"
    )
    assert story.alerts == [Alert(severity=Severity.CRITICAL, text=text, at=story.now, account=ACCOUNT)]
    story.waits("30s")
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert [alert.text for alert in story.alerts if "cannot be" in alert.text] == []


def test_a_refusal_of_a_cancel_whose_order_is_gone_says_nothing() -> None:
    story = Story(**ONE)
    story.sees(order(1, "MNQ", 2, limit=90))
    refused = CommandRefused(account=ACCOUNT, command=story.commands[0], refusal=Refusal.NOT_SUPPORTED)
    story.sees(ended(1), refused, after="100ms")
    assert story.alerts == []


@pytest.mark.parametrize(
    ("is_refused", "did", "loudness"), [(False, "asked to", "info"), (True, "tried to", "warning")]
)
def test_what_an_admin_has_done_or_tried_is_told(is_refused: bool, did: str, loudness: str) -> None:
    story = Story()
    story.sees(AdminActed(user=1000, what="clear RULE-003 of account 465: a reason", is_refused=is_refused))
    text = f"User 1000 {did} clear RULE-003 of account 465: a reason"
    assert story.alerts == [Alert(severity=Severity(loudness), text=text, at=story.now)]


def test_a_read_that_is_refused_changes_nothing() -> None:
    story = Story(**ONE)
    before = story.account
    story.sees(CommandRefused(account=ACCOUNT, command=Fetch(account=ACCOUNT), refusal=Refusal.OTHER))
    assert story.account == before


# Orders that stand although they had to go


def left_standing(refusal: Refusal = Refusal.NOT_SUPPORTED) -> Story:
    """A position was closed and is gone; an order of its contract could not be cancelled."""
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1), order(5, "MNQ", 2, limit=90))
    story.waits("10s")
    assert story.asked_for == [close("MNQ"), cancel(5)]
    story.refuses(refusal=refusal)
    story.sees(position("MNQ", 0), after="100ms")
    return story


def test_only_what_is_not_allowed_at_all_is_waited_for() -> None:
    assert left_standing().account.stuck == {5: contract("MNQ")}
    assert left_standing(Refusal.OTHER).account.stuck == {}
    story = Story(**ONE)
    story.sees(order(5, "MNQ", 2, limit=90))
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert story.account.stuck == {}  # the rule says each time what may stay of it


def test_what_it_has_filled_in_part_is_closed_with_the_reason() -> None:
    story = left_standing()
    story.sees(OrderSeen(account=ACCOUNT, order=5, filled=1), position("MNQ", 1), after="5s")
    closed = story.commands[0]
    assert isinstance(closed, Close)
    assert closed.why == "order 5 has filled, which had to go and could not be cancelled"


@pytest.mark.parametrize(("after", "is_its"), [("1999ms", True), ("2s", False)])
def test_what_opens_within_two_seconds_of_its_end_is_taken_for_its_fill(after: str, is_its: bool) -> None:
    story = left_standing()
    story.sees(ended(5, filled=2), after="5s")
    story.sees(position("MNQ", 2), after=after)
    assert story.asked_for == ([close("MNQ")] if is_its else [])


def test_it_is_forgotten_when_it_is_gone() -> None:
    story = left_standing()
    story.sees(ended(5), after="5s")
    assert story.account.stuck == {5: contract("MNQ")}
    story.waits("2s")
    story.sees(position("ES", 1))
    assert story.account.stuck == {}


def test_a_market_order_in_place_of_a_close_that_is_refused_too_waits() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", 3), after="5s")
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert [(command.size, command.side) for command in story.commands if isinstance(command, Reduce)] == [
        (3, Side.SELL)
    ]
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    assert story.asked_for == []
    story.waits("29999ms")
    assert story.asked_for == []


def test_where_both_ways_are_refused_they_take_turns_with_growing_pauses() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", 3), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.refuses(refusal=Refusal.NOT_SUPPORTED)
    for wait in ("250ms", "500ms", "1s", "2s", "4s", "5s"):
        is_order = isinstance(story.commands[-1], Reduce)
        story.refuses(refusal=Refusal.OTHER if is_order else Refusal.NOT_SUPPORTED)
        assert story.asked_for == []
        story.waits(wait)
        assert [isinstance(one, Reduce) for one in story.commands] == [not is_order]
