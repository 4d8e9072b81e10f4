"""What the guard says besides breaches: of commands, of those that nothing confirms, of prices, of settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from risk_manager.config import ConfigError
from risk_manager.core.commands import Cancel, Close, Command, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.model import Side
from risk_manager.core.record import Alert, LockChange, Severity
from risk_manager.core.stops import OWN
from tests.core.records import MNQ, fill
from tests.core.story import (
    ACCOUNT,
    MORNING,
    Story,
    can_trade,
    order,
    position,
    quote,
    stop_order,
)

LOCKED: dict[str, Any] = {"daily_realized_loss": {"limit": -500}}
COOLING: dict[str, Any] = {
    "cooldown_after_loss": {"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 600}]}
}
HELP: dict[str, Any] = {"trade_management": {"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}}}
TAG = f"{OWN}{ACCOUNT}-1"
BY_LOCK = (
    "the account is locked by RULE-003 (Daily loss -$500.00 reached the limit -$500.00 (realized -$500.00, open $0.00))"
)
"""Why what comes under the lock of LOCKED is closed: the lock with its own reason."""


def alerts(story: Story, severity: Severity, *texts: str) -> list[Alert]:
    """These alerts of the account, now."""
    return [Alert(severity=severity, text=text, at=story.now, account=ACCOUNT) for text in texts]


def locked(rules: dict[str, Any], loss: int) -> Story:
    """An account under the lock of a loss."""
    story = Story(**rules)
    story.sees(fill(1, loss))
    return story


# What a lock does


def test_what_a_hard_lock_undoes_names_the_lock() -> None:
    story = locked(LOCKED, -500)
    story.sees(position("MNQ", 2), order(5, "MNQ", 1, limit=90), order(6, "ES", 1, limit=90), after="5s")
    why = BY_LOCK
    assert story.commands == [
        Close(account=ACCOUNT, contract=MNQ, why=why),
        Cancel(account=ACCOUNT, order=5, why=why),
        Cancel(account=ACCOUNT, order=6, why=why),
    ]
    assert (story.alerts, story.breached, story.lock_changes) == ([], [], [])


def test_what_a_symbols_lock_undoes_names_the_symbol_and_leaves_others_alone() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["MNQ"], "lock_at_start": True})
    assert story.locks == [("RULE-011", "hard", "MNQ")]
    story.sees(position("ES", 1), position("MNQ", 1), order(6, "ES", 1, limit=90), after="5s")
    assert story.commands == [Close(account=ACCOUNT, contract=MNQ, why="MNQ is locked by RULE-011 (MNQ is blocked)")]


def test_what_a_cooldown_undoes_names_it() -> None:
    story = Story(**COOLING)
    story.sees(position("MNQ", -2))
    story.sees(fill(1, -100), position("MNQ", -1), after="5s")
    story.sees(position("MNQ", -2), order(5, "MNQ", -1, limit=110), order(6, "MNQ", 3, limit=90), after="5s")
    why = "the account is cooling down by RULE-007 (Order 1 lost -$100.00, which reached -$100.00: 10 min of pause)"
    assert story.commands == [
        Reduce(account=ACCOUNT, contract=MNQ, size=1, why=why),
        Cancel(account=ACCOUNT, order=5, why=why),
        Resize(account=ACCOUNT, order=6, size=1, why=why),
    ]


def test_a_symbol_that_is_locked_at_the_start_is_no_breach_and_raises_no_alert() -> None:
    story = Story()
    story.rules(symbol_blocks={"blocked_symbols": ["ENQ", "RTY", "M*"], "lock_at_start": True})
    assert story.lock_changes == [
        LockChange(
            account=ACCOUNT,
            rule="RULE-011",
            symbol=symbol,
            kind="hard",
            since=story.now,
            until=None,
            why=f"{symbol} is blocked",
        )
        for symbol in ("NQ", "RTY")
    ]
    assert (story.breached, story.alerts) == ([], [])


def test_the_end_of_a_lock_says_what_has_ended() -> None:
    story = Story(auth_loss_guard={})
    story.sees(can_trade(False))
    begun = story.lock_changes[0]
    story.sees(can_trade(True), after="5s")
    assert story.lock_changes == [
        LockChange(
            account=ACCOUNT,
            rule="RULE-010",
            symbol=None,
            kind="hard",
            since=MORNING,
            until=None,
            why="The broker does not let this account trade (canTrade is false)",
            ended=True,
        )
    ]
    assert begun.ended is False


# What nothing confirms


def third_try(story: Story, expected: Command) -> None:
    """The broker is silent: the third try says so, loudly and once."""
    assert story.commands == [expected]
    story.waits("2250ms")
    assert (story.commands[-1], story.alerts) == (expected, [])
    story.waits("2499ms")
    assert expected not in story.commands
    story.waits("1ms")
    assert story.commands[-1] == expected


def test_a_close_that_is_not_confirmed() -> None:
    story = locked(LOCKED, -500)
    story.sees(position("MNQ", 2), after="5s")
    third_try(story, Close(account=ACCOUNT, contract=MNQ, why=BY_LOCK))
    text = f"MNQ is still open: try 3 to close it. The broker has not confirmed. ({BY_LOCK})"
    assert story.alerts == alerts(story, Severity.CRITICAL, text)


def test_a_cancel_that_is_not_confirmed() -> None:
    story = locked(LOCKED, -500)
    story.sees(order(5, "MNQ", 1, limit=90), after="5s")
    third_try(story, Cancel(account=ACCOUNT, order=5, why=BY_LOCK))
    assert story.alerts == alerts(
        story,
        Severity.CRITICAL,
        f"Order 5 (MNQ) still stands as it was: try 3 to cancel it. The broker has not confirmed. ({BY_LOCK})",
    )


def test_a_resize_that_is_not_confirmed() -> None:
    story = Story(max_contracts={"limit": 2, "count_type": "gross"})
    story.sees(position("MNQ", 1))
    story.sees(order(5, "MNQ", -4, limit=110), after="5s")
    why = "RULE-001: sell order 5 of MNQ could make it 3 contracts, more than the limit of 2"
    third_try(story, Resize(account=ACCOUNT, order=5, size=1, why=why))
    assert story.alerts == alerts(
        story,
        Severity.CRITICAL,
        f"Order 5 (MNQ) still stands as it was: try 3 to resize it. The broker has not confirmed. ({why})",
    )


def test_a_move_that_is_not_confirmed() -> None:
    story = Story(trade_management={"auto_breakeven": {"profit_trigger_ticks": 10}})
    story.sees(position("MNQ", 1, 100), stop_order(5, "MNQ", -1, 90), quote("MNQ", 100))
    story.sees(quote("MNQ", "102.5"), after="5s")
    why = "RULE-012: the stop of MNQ follows its position"
    third_try(story, MoveStop(account=ACCOUNT, order=5, price=Decimal(100), why=why))
    assert story.alerts == alerts(
        story,
        Severity.CRITICAL,
        f"Order 5 (MNQ) still stands as it was: try 3 to move it. The broker has not confirmed. ({why})",
    )


def test_a_stop_that_is_not_placed() -> None:
    story = Story(**HELP)
    story.sees(position("MNQ", -2, 100))
    tags: list[str] = []
    placed: list[PlaceStop] = []
    for wait in ("1s", "2250ms", "2499ms", "1ms"):
        story.waits(wait)
        placed = [command for command in story.commands if isinstance(command, PlaceStop)]
        assert len(placed) == (0 if wait == "2499ms" else 1)
        tags += [command.tag for command in placed]
    why = "RULE-012: 2 MNQ without a stop"
    assert placed == [
        PlaceStop(account=ACCOUNT, contract=MNQ, side=Side.BUY, size=2, price=Decimal(110), tag=tags[-1], why=why)
    ]
    assert len(set(tags)) == 3
    assert story.alerts == alerts(story, Severity.CRITICAL, f"MNQ still has no stop: try 3 to place one. ({why})")


def test_the_tag_of_a_stop_is_ours_and_carries_account_milliseconds_and_number() -> None:
    story = Story(**HELP)
    story.sees(position("MNQ", 1, 100))
    story.waits("1s")
    milliseconds = int(story.now.timestamp() * 1000)
    placed = story.commands[-1]
    assert isinstance(placed, PlaceStop)
    assert placed.tag == f"{OWN}{ACCOUNT}-{milliseconds:x}-1"


# The help with stops


def test_our_stop_goes_where_others_protect_all_of_the_position() -> None:
    story = Story(**HELP)
    story.sees(position("MNQ", 2, 100), stop_order(7, "MNQ", -2, 90, tag=TAG))
    story.sees(stop_order(8, "MNQ", -2, 95), after="5s")
    why = "RULE-012: other stops protect all of MNQ"
    assert story.commands == [Cancel(account=ACCOUNT, order=7, why=why)]


def test_our_stop_that_is_left_over_goes() -> None:
    story = Story(**HELP)
    story.sees(position("MNQ", 2, 100))
    story.waits("1s")
    placed = story.commands[-1]
    assert isinstance(placed, PlaceStop)
    story.sees(stop_order(7, "MNQ", -2, 90, tag=placed.tag))
    story.sees(position("MNQ", 0), after="5s")
    assert story.commands == [Cancel(account=ACCOUNT, order=7, why="RULE-012: the position of this stop is gone")]


def test_the_orders_that_get_out_are_cut_after_a_reduction_and_say_so() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}, "check_pending_orders": False})
    story.sees(position("MNQ", 3), order(5, "MNQ", -3, limit=110), stop_order(6, "MNQ", -2, 90))
    story.sees(position("MNQ", 2), after="1s")
    assert story.commands == [Resize(account=ACCOUNT, order=5, size=2, why="the guard has reduced MNQ")]


# Prices


def test_a_product_that_nobody_knows_is_told() -> None:
    story = Story()
    story.sees(position("CON.F.US.QQQQ.Z25", 1, 100))
    story.waits("10s")
    assert story.alerts == alerts(
        story,
        Severity.WARNING,
        "QQQQ is a product that the guard does not know: its open P&L is left out of every limit.",
    )


def test_a_price_that_was_never_seen_is_told() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100))
    story.waits("10s")
    assert story.alerts == alerts(
        story, Severity.WARNING, "No price of MNQ has been seen: its open P&L is left out of every limit."
    )


def test_a_price_that_has_grown_old_is_told_with_its_time() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100))
    story.sees(quote("MNQ", 100), after="5s")
    story.waits("10s")
    assert story.alerts == alerts(
        story,
        Severity.WARNING,
        "The price of MNQ is from Thu 10:30:05 Chicago (15:30:05 UTC): limits are judged with the last known price.",
    )


def test_a_blind_position_is_closed_with_the_reason() -> None:
    story = Story(defaults={"when_blind": "close_position", "blind_grace": 20})
    story.sees(position("MNQ", 1, 100))
    story.waits("30s")
    why = "no price of MNQ for longer than blind_grace (20 s) allows"
    assert story.commands == [Close(account=ACCOUNT, contract=MNQ, why=why)]


# Settings that cannot be


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (
            {"max_contracts": {"limit": 2, "close_all": False}},
            "close_all and reduce_to_limit are both false: one of them must say what a breach does",
        ),
        (
            {"max_contracts": {"limit": 2, "close_all": False, "action": "close_all"}},
            "close_all and reduce_to_limit are both false: one of them must say what a breach does",
        ),
        (
            {"max_contracts_per_instrument": {"limits": {}, "unknown_symbol_action": "allow_with_limit:x"}},
            "unknown_symbol_action: 'allow_with_limit:x' is not known. "
            "It is block, allow_unlimited or allow_with_limit:3",
        ),
        (
            {"max_contracts_per_instrument": {"limits": {}, "unknown_symbol_action": "3"}},
            "unknown_symbol_action: '3' is not known. It is block, allow_unlimited or allow_with_limit:3",
        ),
        (
            {"daily_unrealized_loss": {"limit": -1, "scope": "position", "action": "close_all"}},
            "action: close_all does not go with scope position. It is close_position",
        ),
        (
            {"max_unrealized_profit": {"limit": 1, "action": "close_position"}},
            "action: close_position does not go with scope account. It is close_all_and_lockout or close_all",
        ),
        (
            {"trade_frequency_limit": {"limits": {}}},
            "limits: none is set. At least one of per_minute, per_hour, per_session is needed",
        ),
        (
            {"cooldown_after_loss": {}},
            "neither loss_thresholds nor consecutive_losses is set: the rule would watch nothing",
        ),
        (
            {"session_block_outside": {"global_session": {"start": "09:30"}}},
            'start and end: a window needs both, for example start: "09:30", end: "16:00"',
        ),
        (
            {"trade_management": {"auto_breakeven": {"profit_trigger_ticks": 4, "offset_ticks": 4}}},
            "offset_ticks: 4 is not less than profit_trigger_ticks (4): the stop would be at the market or beyond",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_with_a_sentence(rules: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Story(**rules)
    assert str(refused.value).endswith(sentence)


@pytest.mark.parametrize(
    "rules",
    [
        {"max_contracts": {"limit": 2, "close_all": False, "reduce_to_limit": True}},
        {"max_contracts": {"limit": 2, "close_all": False, "action": "reduce_to_limit"}},
        {"daily_unrealized_loss": {"limit": -1, "scope": "position", "action": "close_position"}},
        {"max_unrealized_profit": {"limit": 1, "action": "close_all"}},
        {"session_block_outside": {"global_session": {"enabled": False}}},
    ],
)
def test_settings_that_go_together_are_taken(rules: dict[str, Any]) -> None:
    assert len(Story(**rules).settings.rules) == 1
