"""How long things last: breaches under a lock, waivers, what is remembered over a reload, a restart and a reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core import engine
from risk_manager.core.events import OrderSeen
from risk_manager.core.model import OrderStatus, OrderType
from risk_manager.core.stops import OWN
from tests.core.story import (
    ACCOUNT,
    MORNING,
    Story,
    cancel,
    close,
    ended,
    move_stop,
    order,
    place_stop,
    position,
    quote,
    stop_order,
)

RESET = datetime(2025, 10, 23, 22, 0, tzinfo=UTC)
LOSS = {"limit": -500, "include_unrealized": False}


# Breaches that begin before a lock


def grown(**more: Any) -> Story:
    """A symbol over its limit, recorded, and then the day is lost."""
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2, "ES": 2}}, daily_realized_loss=LOSS, **more)
    story.sees(position("MNQ", 3))
    assert story.breaches == ["RULE-002"]
    story.sees(story.trade("CL", 1, -500), after="100ms")
    assert story.breaches == ["RULE-003"]
    return story


def test_a_breach_that_is_over_under_a_lock_is_a_new_one_when_it_comes_again() -> None:
    story = grown()
    story.sees(position("MNQ", 0), after="1s")
    story.clears("RULE-003")
    story.sees(position("MNQ", 3), after="5s")
    assert story.breaches == ["RULE-002"]


def test_a_breach_that_lasts_through_a_lock_is_no_new_one() -> None:
    story = grown()
    story.sees(position("ES", 1), after="1s")
    story.clears("RULE-003")
    assert story.breaches == []


def test_of_two_breaches_under_a_lock_each_ends_on_its_own() -> None:
    story = Story(
        max_contracts={"limit": 9, "check_pending_orders": False},
        max_contracts_per_instrument={"limits": {"MNQ": 2, "ES": 2}},
        no_stop_loss_grace={"grace_period_seconds": 1},
        daily_realized_loss=LOSS,
    )
    story.sees(position("MNQ", 3), position("ES", 3))
    story.waits("1s")
    story.sees(story.trade("CL", 1, -500), after="100ms")
    assert sorted(held.rule for held in story.account.standing.values()) == [
        "RULE-002",
        "RULE-002",
        "RULE-003",
        "RULE-008",
        "RULE-008",
    ]
    story.sees(position("ES", 0), after="100ms")
    about = sorted(held.about for held in story.account.standing.values())
    assert about == ["", "CON.F.US.MNQ.Z25", "MNQ"]


# Clearing


def test_a_clear_of_one_symbol_leaves_the_others_locked_and_waived_as_they_were() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["MNQ", "ES", "NQ"], "lock_at_start": True})
    story.clears("RULE-011", symbol="MNQ")
    assert [symbol for _, _, symbol in story.locks] == ["ES", "NQ"]
    story.clears("RULE-011", symbol="EP")
    assert [symbol for _, _, symbol in story.locks] == ["NQ"]
    assert [(waiver.rule, waiver.symbol, waiver.until) for waiver in story.account.waivers] == [
        ("RULE-011", "MNQ", RESET),
        ("RULE-011", "ES", RESET),
    ]


def test_a_second_waiver_of_one_rule_takes_the_place_of_the_first_and_leaves_other_rules() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["MNQ"]}, daily_realized_loss=LOSS)
    story.sees(position("MNQ", 1))
    story.clears("RULE-011")
    story.sees(story.trade("CL", 1, -500), after="5s")
    story.clears("RULE-003")
    assert [(waiver.rule, waiver.symbol) for waiver in story.account.waivers] == [
        ("RULE-011", "MNQ"),
        ("RULE-003", None),
    ]


def test_a_clear_that_keeps_the_rule_records_the_breach_again() -> None:
    story = Story(daily_realized_loss=LOSS)
    story.sees(story.trade("CL", 1, -500))
    story.clears("RULE-003", keep_rule=True)
    assert story.breaches == ["RULE-003"]
    assert [change.ended for change in story.lock_changes] == [True, False]


def test_a_clear_of_a_rule_that_is_off_by_now_ends_its_lock() -> None:
    story = Story(daily_realized_loss=LOSS)
    story.sees(story.trade("CL", 1, -500))
    story.rules(max_contracts={"limit": 9})
    assert story.locks == [("RULE-003", "hard", None)]
    story.clears("RULE-003")
    assert story.locks == []
    assert [(waiver.rule, waiver.until) for waiver in story.account.waivers] == [("RULE-003", RESET)]


def test_a_waiver_of_one_symbol_covers_that_symbol_alone() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["MNQ", "ES"]})
    story.sees(position("MNQ", 1))
    story.clears("RULE-011")
    assert (story.breaches, story.waived) == ([], ["RULE-011"])
    story.sees(position("ES", 1), after="5s")
    assert story.breaches == ["RULE-011"]


# Reloads and restarts


def test_a_reload_keeps_what_other_rules_have_recorded() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}}, max_contracts={"limit": 9})
    story.sees(position("MNQ", 3))
    story.rules(max_contracts_per_instrument={"limits": {"MNQ": 2}}, max_contracts={"limit": 8})
    assert story.breaches == []
    story.rules(max_contracts={"limit": 8})
    assert story.account.standing == {}


def test_a_reload_does_not_tell_of_an_old_price_again() -> None:
    story = Story(max_contracts={"limit": 9})
    story.sees(position("MNQ", 1), quote("MNQ", 100))
    story.waits("20s")
    assert story.loudness == ["warning"]
    story.rules(max_contracts={"limit": 8})
    assert story.loudness == []
    story.waits("20s")
    assert story.loudness == []


def test_what_a_rule_remembers_survives_the_change_of_another_and_a_restart() -> None:
    frequency = {"limits": {"per_minute": 2}}
    trail = {"trailing_stop": {"activation_ticks": 4, "trail_distance_ticks": 4, "step_ticks": 1}}
    story = Story(trade_frequency_limit=frequency, trade_management=trail)
    story.sees(story.trade(), story.trade(), position("MNQ", 1, 100), quote("MNQ", 110))
    assert story.locks == [("RULE-006", "cooldown", None)]
    before = story.account.memory
    assert set(before) == {"RULE-006", "RULE-012"}
    story.rules(trade_frequency_limit=frequency, trade_management=trail, max_contracts={"limit": 8})
    assert story.account.memory == before
    story.restarts(down="1s", positions=[position("MNQ", 1, 100)])
    assert story.account.memory == before


def test_a_restart_waits_for_the_first_read() -> None:
    story = Story(max_contracts={"limit": 1})
    state = engine.load(engine.dump(story.state), {ACCOUNT: story.settings})
    step = engine.step(state, position("MNQ", 5), {ACCOUNT: story.settings}, story.now)
    assert step.commands == ()
    assert state.accounts[ACCOUNT].is_asleep


# The reset


def test_at_a_reset_what_nobody_asks_for_any_more_is_let_go_of() -> None:
    story = Story(MORNING)
    story.sees(story.trade("MNQ", 1, -5), order(1, "MNQ", 1, limit=90), ended(1), position("MNQ", 1), position("ES", 1))
    story.sees(position("ES", 0), after="1s")
    story.waits_until(RESET - timedelta(minutes=30))
    story.sees(story.trade("MNQ", 1, -7), order(2, "MNQ", 1, limit=90), ended(2))
    story.waits_until(RESET)
    assert set(story.account.ended) == {2}
    assert set(story.account.told) == {"CON.F.US.MNQ.Z25"}
    assert set(story.account.trades) == {1, 2}
    assert story.realized == 0
    story.sees(story.trade("MNQ", 1, -9))
    story.waits_until(RESET + timedelta(days=2))
    assert set(story.account.trades) == {3}  # just 48 hours old
    story.waits_until(RESET + timedelta(days=3))
    assert story.account.trades == {}


def test_the_instants_of_a_day_count_for_one_order_from_its_start_and_before_its_end() -> None:
    rules = {"limit": -500, "single_trade_limit": -100}
    for at, breaches in ((RESET - timedelta(days=1), ["RULE-003"]), (RESET - timedelta(days=1, seconds=1), [])):
        story = Story(daily_realized_loss=rules)
        story.sees(story.trade("MNQ", 1, -100, at=at))
        assert story.breaches == breaches


def test_the_row_of_losers_begins_with_the_day() -> None:
    rules = {"consecutive_losses": {"count": 2, "cooldown_duration": 90_000}}
    for at, breaches in ((RESET - timedelta(days=1), ["RULE-007"]), (RESET - timedelta(days=1, seconds=1), [])):
        story = Story(cooldown_after_loss=rules)
        story.sees(story.trade("MNQ", 1, -1, at=at), story.trade("MNQ", 1, -1))
        assert story.breaches == breaches


# Messages that say little


def test_a_message_that_lacks_fields_keeps_what_was_known() -> None:
    story = Story()
    story.sees(order(1, "MNQ", -2, type=OrderType.STOP_LIMIT, stop=90, limit=89, tag="mine"))
    before = story.account.orders[1]
    story.sees(OrderSeen(account=ACCOUNT, order=1, filled=1), after="1s")
    now = story.account.orders[1]
    assert (now.type, now.status, now.size, now.filled) == (before.type, before.status, 2, 1)
    assert (now.stop_price, now.limit_price, now.tag) == (Decimal(90), Decimal(89), "mine")
    story.sees(stop_order(1, "MNQ", -3, 91, limit=88, tag="other"), after="1s")
    now = story.account.orders[1]
    assert (now.type, now.size, now.filled, now.stop_price, now.limit_price, now.tag) == (
        OrderType.STOP,
        3,
        1,
        Decimal(91),
        Decimal(88),
        "other",
    )


@pytest.mark.parametrize("lacking", ["contract", "side", "size"])
def test_an_order_of_which_too_little_is_told_is_not_known(lacking: str) -> None:
    whole = order(1, "MNQ", 2, limit=90)
    parts = {name: getattr(whole, name) for name in ("contract", "side", "size") if name != lacking}
    story = Story()
    story.sees(OrderSeen(account=ACCOUNT, order=1, **parts))
    assert story.account.orders == {}


def test_an_order_without_kind_and_status_is_open_and_of_an_unknown_kind() -> None:
    whole = order(1, "MNQ", 2, limit=90)
    story = Story()
    story.sees(
        OrderSeen(
            account=ACCOUNT, order=1, contract=whole.contract, side=whole.side, size=2, limit_price=whole.limit_price
        )
    )
    known = story.account.orders[1]
    assert (known.type, known.status, known.tag) == (OrderType.UNKNOWN, OrderStatus.OPEN, "")
    assert known.limit_price == 90


# Stops of ours, and other positions


def test_a_position_that_is_being_closed_gets_no_stop_and_the_next_one_does() -> None:
    story = Story(
        trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}},
        symbol_blocks={"blocked_symbols": ["ES"]},
    )
    story.sees(position("ES", 1, 100), position("MNQ", 1, 100))
    assert story.asked_for == [close("ES")]
    story.waits("1s")
    assert story.asked_for == [place_stop("MNQ", -1, 90)]


def test_the_better_of_two_prices_wins_on_both_sides() -> None:
    parts = {
        "auto_breakeven": {"profit_trigger_ticks": 8, "offset_ticks": 2},
        "trailing_stop": {"activation_ticks": 8, "trail_distance_ticks": 4, "step_ticks": 1},
    }
    for sign in (1, -1):
        story = Story(trade_management=parts)
        story.sees(position("MNQ", sign, 100), stop_order(1, "MNQ", -sign, 100 - 10 * sign), quote("MNQ", 100))
        story.sees(quote("MNQ", 100 + 2 * sign), after="1s")
        assert [asked[2] for asked in story.asked_for] == [100 + sign]  # trailed one point, breakeven half of one


def test_a_cooldown_measures_its_own_symbols_alone() -> None:
    own = {"sessions": {"ES": {"start": "09:30", "end": "11:00", "timezone": "America/Chicago"}}}
    story = Story(session_block_outside={"per_instrument_sessions": own, "close_positions_at_session_end": False})
    story.sees(position("MNQ", 2), position("ES", 1))
    story.waits("40m")
    assert story.locks == [("RULE-009", "cooldown", "ES")]
    assert dict(story.account.locks[0].measure) == {"CON.F.US.EP.Z25": 1}
    story.sees(position("MNQ", 3), order(1, "MNQ", 1, limit=90), order(2, "ES", 1, limit=90), after="5s")
    assert story.asked_for == [cancel(2)]


def test_a_position_that_is_being_closed_without_a_lock_gets_no_stop_either() -> None:
    story = Story(
        trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}},
        daily_unrealized_loss={"limit": -100, "scope": "position"},
    )
    story.sees(position("ES", 1, 100), quote("ES", 95), position("MNQ", 1, 100))
    assert story.asked_for == [close("ES")]
    story.waits("1s")
    assert story.asked_for == [place_stop("MNQ", -1, 90)]


def test_of_two_stops_of_ours_the_oldest_follows_the_position() -> None:
    story = Story(trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 1}})
    tags = [f"{OWN}{ACCOUNT}-{number}" for number in (1, 2)]
    story.sees(position("MNQ", 2, 100))
    story.sees(stop_order(8, "MNQ", -1, 90, tag=tags[1]), stop_order(7, "MNQ", -1, 91, tag=tags[0]))
    story.sees(position("MNQ", 3, 100), after="500ms")
    assert story.asked_for == [move_stop(7, 91, 2)]
