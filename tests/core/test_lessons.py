"""What went wrong in other programs of this kind, each as one story that ours must tell otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from risk_manager.core.events import AccountSeen, Refusal
from risk_manager.core.model import OrderStatus, OrderType
from tests.core.story import (
    ACCOUNT,
    Story,
    can_trade,
    cancel,
    close,
    ended,
    market_order,
    move_stop,
    order,
    position,
    quote,
    reduce,
    resize,
    stop_order,
)


def lost_day(**more: object) -> Story:
    """The day's loss is reached; the account is flat and locked."""
    story = Story(daily_realized_loss={"limit": -500, **more})
    story.sees(story.trade("MNQ", -1, -500))
    assert story.locks == [("RULE-003", "hard", None)]
    return story


def test_1_what_is_opened_in_a_lock_is_closed() -> None:
    story = lost_day()
    story.sees(position("ES", 2, 6700), after="10m")
    assert story.asked_for == [close("ES")]
    story.sees(order(7, "MNQ", 1, limit=99))
    assert story.asked_for == [cancel(7)]


def test_2_any_stop_type_protects_on_the_right_side_and_for_all_of_the_size() -> None:
    for kind in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP):
        story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
        story.sees(position("MNQ", 2))
        story.sees(order(1, "MNQ", -2, type=kind, stop=90))
        story.waits("11s")
        assert story.asked_for == []
    for wrong in (stop_order(1, "MNQ", 2, 110), stop_order(1, "MNQ", -1, 90), order(1, "MNQ", -2, limit=110)):
        story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
        story.sees(position("MNQ", 2))
        story.sees(wrong)
        story.waits("10s")
        assert story.asked_for[0] == close("MNQ")


def test_2_the_grace_begins_again_when_the_stop_goes() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 2))
    story.sees(stop_order(1, "MNQ", -2, 90), after="5s")
    story.sees(ended(1), after="60s")
    story.waits("9999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_3_the_loss_counts_from_the_trade_though_no_position_message_says_that_it_closed() -> None:
    story = Story(daily_realized_loss={"limit": -20})
    story.sees(position("MNQ", 3))
    story.sees(story.trade("MNQ", -3, "-138.75"), after="5s")
    assert story.breaches == ["RULE-003"]
    assert story.asked_for == [close("MNQ")]


def test_4_the_open_loss_is_asked_at_every_price() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100))
    story.sees(quote("MNQ", "50.25"))
    assert story.breaches == []
    story.sees(quote("MNQ", "50.00"))  # -$100.00, one tick of fifty cents further
    assert story.breaches == ["RULE-004"]


def test_4_a_quiet_feed_is_told() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    story.waits("10s")
    assert story.loudness == ["warning"]
    assert story.asked_for == []


def test_5_the_session_ends_at_its_instant_with_no_message_at_all() -> None:
    story = Story(
        session_block_outside={"global_session": {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}}
    )
    story.sees(position("MNQ", 1))
    story.waits_until(datetime(2025, 10, 23, 19, 59, 59, 999_999, tzinfo=UTC))
    assert story.asked_for == []
    story.waits_until(datetime(2025, 10, 23, 20, 0, tzinfo=UTC))
    assert story.asked_for == [close("MNQ")]
    assert story.locks == [("RULE-009", "hard", None)]


def test_5_a_window_over_midnight_lets_sunday_evening_trade() -> None:
    sunday = datetime(2025, 10, 26, 22, 30, tzinfo=UTC)  # 17:30 in Chicago
    session = {"global_session": {"start": "17:00", "end": "16:00", "timezone": "America/Chicago"}}
    story = Story(sunday, session_block_outside=session)
    assert story.locks == []
    story.sees(position("MNQ", 1))
    assert story.asked_for == []
    saturday = Story(sunday - timedelta(days=1), session_block_outside=session)
    assert saturday.locks == [("RULE-009", "hard", None)]


def test_6_an_account_that_may_not_trade_is_closed_and_locked() -> None:
    story = Story(auth_loss_guard={})
    story.sees(position("MNQ", 1), order(1, "ES", 1, limit=6000))
    story.sees(can_trade(False))
    assert story.asked_for == [close("MNQ"), cancel(1)]
    assert story.locks == [("RULE-010", "hard", None)]
    story.sees(can_trade(True))
    assert story.locks == []


def test_7_a_close_that_the_broker_took_is_not_done_before_the_position_is_flat() -> None:
    story = lost_day()
    story.sees(position("MNQ", 1), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.waits("2.25s")
    assert story.asked_for == [close("MNQ")]


def test_7_orders_go_with_the_positions() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -2, 90), order(2, "ES", 1, limit=6000))
    story.sees(order(3, "MNQ", -2, limit=200, status=OrderStatus.SUSPENDED))
    story.sees(story.trade("ES", -1, -500), after="5s")
    assert story.asked_for[0] == close("MNQ")
    assert sorted(story.asked_for[1:], key=str) == [cancel(1), cancel(2), cancel(3)]


def test_8_net_and_gross_are_not_the_same() -> None:
    for count_type, wanted in (("net", []), ("gross", [close("MNQ"), close("ES")])):
        story = Story(max_contracts={"limit": 3, "count_type": count_type})
        story.sees(position("MNQ", 2), position("ES", -2))
        assert story.asked_for == wanted


def test_9_a_loss_limit_is_reached_and_a_contract_limit_is_exceeded() -> None:
    story = Story(daily_realized_loss={"limit": -500}, max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 2))
    assert story.breaches == []
    story.sees(story.trade("ES", -1, "-499.99"))
    assert story.breaches == []
    story.sees(story.trade("ES", -1, "-0.01"))
    assert story.breaches == ["RULE-003"]


def test_9_a_symbol_that_is_not_listed_has_a_limit_of_its_own() -> None:
    for unknown, wanted in (
        ("block", [close("ES")]),
        ("allow_unlimited", []),
        ("allow_with_limit:1", [reduce("ES", 1)]),
    ):
        story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}, "unknown_symbol_action": unknown})
        story.sees(position("ES", 2))
        assert story.asked_for == wanted


def test_10_the_deepest_threshold_counts_wherever_it_is_written() -> None:
    tiers = [
        {"loss_amount": -100, "cooldown_duration": 300},
        {"loss_amount": -300, "cooldown_duration": 3600},
        {"loss_amount": -200, "cooldown_duration": 900},
    ]
    story = Story(cooldown_after_loss={"loss_thresholds": tiers})
    story.sees(story.trade("MNQ", -1, -250))
    assert story.ends("RULE-007") == story.now + timedelta(seconds=900)


def test_10_a_loss_in_a_lock_still_counts() -> None:
    story = Story(
        auth_loss_guard={}, cooldown_after_loss={"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 300}]}
    )
    story.sees(can_trade(False))
    story.sees(story.trade("MNQ", -1, -100))
    story.sees(can_trade(True), after="10s")
    assert story.locks == [("RULE-007", "cooldown", None)]


def test_11_a_clock_that_goes_back_ends_no_lock_and_starts_nothing_anew() -> None:
    story = lost_day()
    end = story.ends("RULE-003")
    story.now -= timedelta(hours=30)
    story.sees(position("MNQ", 1))
    assert story.asked_for == [close("MNQ")]
    assert story.ends("RULE-003") == end


def test_12_the_guards_own_close_is_never_cancelled() -> None:
    story = lost_day()
    story.sees(position("MNQ", 2), after="5s")
    story.sees(market_order(50, "MNQ", -2))
    assert story.asked_for == []
    story.sees(market_order(50, "MNQ", -2, filled=1))
    assert story.asked_for == []


def test_12_many_events_do_not_make_many_closes() -> None:
    story = lost_day()
    story.sees(position("MNQ", 1), after="5s")
    for _ in range(100):
        story.sees(quote("MNQ", 99), position("MNQ", 1), after="10ms")
        assert story.asked_for == []


def test_12_refused_closes_are_spaced_ever_further_and_never_given_up() -> None:
    story = lost_day()
    story.sees(position("MNQ", 1), after="5s")
    for pause in ("250ms", "500ms", "1s", "2s", "4s", "5s", "5s", "5s"):
        story.refuses()
        story.waits(f"{int(Decimal(pause.rstrip('ms')) * (1 if 'ms' in pause else 1000)) - 1}ms")
        assert story.asked_for == []
        story.waits("1ms")
        assert story.asked_for == [close("MNQ")]


def test_13_a_grace_that_runs_survives_a_restart() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 30})
    story.sees(position("MNQ", 1))
    story.restarts(down="20s", positions=[position("MNQ", 1)])
    story.waits("9999ms")
    assert story.asked_for == []
    story.waits("1ms")
    assert story.asked_for == [close("MNQ")]


def test_14_the_day_ends_at_five_in_chicago_on_both_sides_of_a_change_of_clocks() -> None:
    for start, reset in (
        (datetime(2025, 10, 31, 15, 0, tzinfo=UTC), datetime(2025, 10, 31, 22, 0, tzinfo=UTC)),
        (datetime(2025, 11, 3, 15, 0, tzinfo=UTC), datetime(2025, 11, 3, 23, 0, tzinfo=UTC)),
        (datetime(2026, 3, 6, 15, 0, tzinfo=UTC), datetime(2026, 3, 6, 23, 0, tzinfo=UTC)),
        (datetime(2026, 3, 9, 15, 0, tzinfo=UTC), datetime(2026, 3, 9, 22, 0, tzinfo=UTC)),
    ):
        story = Story(start, daily_realized_loss={"limit": -500})
        story.sees(story.trade("MNQ", -1, -500))
        assert story.ends("RULE-003") == reset


def test_15_ticks_are_counted_and_shorts_lose_when_the_price_rises() -> None:
    for symbol, size, average, last, wanted in (
        ("MNQ", 1, "18500", "18510", "20"),
        ("MNQ", -2, "18500", "18510", "-40"),
        ("ES", -1, "6700.25", "6699.75", "25"),
        ("6E", 2, "1.17", "1.16995", "-12.5"),
        ("CL", -3, "60.10", "60.00", "300"),
    ):
        story = Story()
        story.sees(position(symbol, size, average), quote(symbol, last))
        assert story.unrealized == Decimal(wanted)


def test_16_a_stop_that_came_before_the_position_protects_it() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 5})
    story.sees(stop_order(1, "MNQ", -1, 90))
    story.sees(position("MNQ", 1), after="3s")
    story.waits("60s")
    assert story.breaches == []


def test_16_a_stop_above_the_entry_of_a_long_protects_too() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 5})
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 120))
    story.waits("60s")
    assert story.breaches == []


def test_17_a_deposit_is_no_profit() -> None:
    story = Story(daily_realized_profit={"target": 500})
    story.sees(AccountSeen(account=ACCOUNT, balance=Decimal(50_000)))
    story.sees(AccountSeen(account=ACCOUNT, balance=Decimal(60_000)))
    assert story.breaches == []
    assert story.realized == 0


def test_18_the_best_price_since_the_opening_survives_a_restart() -> None:
    trailing = {"trailing_stop": {"activation_ticks": 20, "trail_distance_ticks": 10}}
    story = Story(trade_management=trailing)
    story.obeys()
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 90))
    story.sees(quote("MNQ", 110))
    assert story.asked_for == [move_stop(1, "107.5")]
    held = stop_order(1, "MNQ", -1, "107.5")
    story.restarts(down="60s", positions=[position("MNQ", 1, 100)], orders=[held])
    story.sees(quote("MNQ", 109))
    assert story.asked_for == []
    story.sees(quote("MNQ", 111))
    assert story.asked_for == [move_stop(1, "108.5")]


def test_20_a_restart_neither_lifts_nor_moves_a_lock() -> None:
    story = lost_day()
    end, since = story.ends("RULE-003"), story.account.locks[0].since
    story.restarts(down="2h")
    assert story.ends("RULE-003") == end
    assert story.account.locks[0].since == since
    story.sees(position("MNQ", 1))
    assert story.asked_for == [close("MNQ")]


def test_22_what_is_due_happens_at_its_own_instant_however_late_the_guard_is_woken() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1))
    story.sees(quote("MNQ", 100), after="30s")
    assert story.breached[0].at == story.now - timedelta(seconds=20)


def test_23_the_limit_closes_the_position_that_loses() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 10, 100), quote("MNQ", 75))
    assert story.asked_for == [close("MNQ")]
    assert story.locks == [("RULE-003", "hard", None)]


def test_24_every_act_says_which_rule_and_with_which_numbers() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -400), position("MNQ", 10, 100, expiry="H26"), position("MNQ", 10, 100))
    story.sees(quote("MNQ", "94.375"))
    sentence = "Daily loss -$512.50 reached the limit -$500.00 (realized -$400.00, open -$112.50)"
    assert [breach.why for breach in story.breached] == [sentence]
    assert all(sentence in command.why or "RULE-003" in command.why for command in story.commands)
    assert all(command.why for command in story.commands)
    assert sentence in story.account.locks[0].why


def test_no_exit_is_taken_from_a_position() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 3), stop_order(1, "MNQ", -3, 90))
    assert story.asked_for == [reduce("MNQ", 1)]
    story.sees(position("MNQ", 2))
    assert story.asked_for == [resize(1, 2)]


def test_nothing_open_is_believed() -> None:
    story = lost_day()
    story.sees(position("MNQ", 1), after="5s")
    story.refuses(refusal=Refusal.NOTHING_OPEN)
    assert story.asked_for == []
    story.waits("60s")
    assert story.asked_for == []
