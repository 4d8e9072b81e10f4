"""Locks: the later end holds, several stand at once, clears, waivers, measures, and restarts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from risk_manager.core import engine
from risk_manager.core.events import StoreBack, StoreLost
from risk_manager.core.locks import set_lock
from risk_manager.core.rule import LockKind, LockWish
from risk_manager.core.state import Account
from tests.core.story import ACCOUNT, Story, can_trade, cancel, close, order, position, quote, reduce, stop_order

NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
RESET = datetime(2025, 10, 23, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def wish(until: datetime | None, kind: LockKind = LockKind.HARD, symbol: str | None = None) -> LockWish:
    return LockWish(kind=kind, until=until, symbol=symbol)


def test_an_equal_one_keeps_the_later_end_and_its_beginning() -> None:
    account, _, is_change = set_lock(Account(id=1), "RULE-003", wish(NOW + 5 * MINUTE), "a", NOW)
    assert is_change
    for until, is_change, kept in (
        (NOW + 4 * MINUTE, False, NOW + 5 * MINUTE),
        (NOW + 5 * MINUTE, False, NOW + 5 * MINUTE),
        (NOW + 6 * MINUTE, True, NOW + 6 * MINUTE),
        (None, True, None),
        (NOW + 9 * MINUTE, False, None),
    ):
        account, lock, changed = set_lock(account, "RULE-003", wish(until), "b", NOW + MINUTE)
        assert (changed, lock.until, lock.since) == (is_change, kept, NOW)
    assert len(account.locks) == 1


def test_another_kind_symbol_or_rule_is_another_lock() -> None:
    account = Account(id=1)
    for rule, asked in (
        ("RULE-003", wish(RESET)),
        ("RULE-004", wish(RESET)),
        ("RULE-003", wish(RESET, LockKind.COOLDOWN)),
        ("RULE-003", wish(RESET, symbol="ES")),
    ):
        account, _, _ = set_lock(account, rule, asked, "", NOW)
    assert len(account.locks) == 4


def test_several_stand_at_once_and_each_ends_on_its_own() -> None:
    story = Story(daily_realized_loss={"limit": -500}, auth_loss_guard={})
    story.sees(story.trade("MNQ", -1, -500))
    story.clears("RULE-003")
    story.sees(can_trade(False))
    assert story.locks == [("RULE-010", "hard", None)]
    story.waits_until(RESET)
    assert story.locks == [("RULE-010", "hard", None)]
    story.sees(can_trade(True))
    assert story.locks == []


def test_every_lock_that_is_wished_for_is_set_though_an_earlier_rule_locks() -> None:
    story = Story(daily_realized_loss={"limit": -500}, daily_unrealized_loss={"limit": -300})
    story.sees(position("MNQ", 5, 100))
    story.sees(quote("MNQ", 50))
    assert story.breaches == ["RULE-003", "RULE-004"]
    assert story.locks == [("RULE-003", "hard", None), ("RULE-004", "hard", None)]
    assert story.asked_for == [close("MNQ")]


def test_under_a_hard_lock_no_rule_is_asked_and_when_it_ends_all_are() -> None:
    story = Story(auth_loss_guard={}, daily_realized_loss={"limit": -500})
    story.sees(can_trade(False))
    story.sees(story.trade("MNQ", -1, -600))
    assert story.breaches == []
    assert story.realized == -600
    story.sees(can_trade(True), after="5s")
    assert story.breaches == ["RULE-003"]


def test_under_a_hard_lock_suspended_legs_go_too() -> None:
    story = Story(auth_loss_guard={})
    story.sees(can_trade(False))
    from_bracket = stop_order(1, "MNQ", -1, 90)
    story.sees(from_bracket)
    assert story.asked_for == [cancel(1)]


def test_under_several_locks_a_close_names_the_one_that_demands_the_most() -> None:
    pause = {"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 600}]}
    blocked, loss = {"blocked_symbols": ["MNQ"]}, {"limit": -500}
    story = Story(cooldown_after_loss=pause, symbol_blocks=blocked, daily_realized_loss=loss)
    story.obeys()
    story.sees(position("MNQ", 1))
    story.sees(story.trade("ES", -1, -200), after="5s")
    story.sees(story.trade("ES", -1, -400), after="5s")
    assert [rule for rule, _, _ in story.locks] == ["RULE-011", "RULE-007", "RULE-003"]
    story.sees(position("ES", 1), position("MNQ", 1), order(1, "MNQ", 1, limit=90), after="5s")
    assert story.asked_for == [close("ES"), close("MNQ"), cancel(1)]
    assert {command.why.partition(" (")[0] for command in story.commands} == {"the account is locked by RULE-003"}


def test_clearing_a_rule_that_holds_no_lock_does_nothing() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.clears("RULE-003")
    assert story.account.waivers == ()
    story.sees(story.trade("MNQ", -1, -500))
    assert story.locks == [("RULE-003", "hard", None)]


def test_a_waiver_ends_at_the_reset_and_with_other_settings() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    story.clears("RULE-003")
    assert story.locks == []
    story.rules(daily_realized_loss={"limit": -400})
    assert story.locks == [("RULE-003", "hard", None)]
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 50))
    story.clears("RULE-004")
    assert (story.locks, story.waived) == ([], ["RULE-004"])
    story.waits_until(RESET - timedelta(seconds=1))
    assert story.locks == []
    story.waits_until(RESET)
    assert story.breaches == ["RULE-004"]


def test_a_waiver_and_a_lock_survive_a_restart() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    story.restarts(down="1h")
    assert story.locks == [("RULE-003", "hard", None)]
    story.clears("RULE-003")
    story.restarts(down="1h")
    story.sees(position("MNQ", 1))
    assert (story.locks, story.asked_for) == ([], [])


def asleep(*, down: str = "0s") -> Story:
    """A day that is lost and locked, and a guard that has started again and not read the account yet."""
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    stored = engine.dump(story.state)
    story.waits(down)
    story.state = engine.load(stored, {ACCOUNT: story.settings})
    return story


def test_a_lock_can_be_cleared_before_the_account_has_been_read() -> None:
    story = asleep(down="1h")
    story.clears("RULE-003")
    assert story.locks == []
    assert [(change.rule, change.ended) for change in story.lock_changes] == [("RULE-003", True)]
    story.sees(story.truth([position("MNQ", 1)]))
    assert (story.locks, story.asked_for, story.waived) == ([], [], ["RULE-003"])


def test_a_lock_that_is_cleared_before_the_first_read_and_whose_rule_is_kept_is_judged_with_it() -> None:
    story = asleep(down="1h")
    story.clears("RULE-003", keep_rule=True)
    assert (story.locks, story.asked_for) == ([], [])
    story.sees(story.truth([position("MNQ", 1)]))
    assert (story.locks, story.asked_for) == ([("RULE-003", "hard", None)], [close("MNQ")])


@pytest.mark.parametrize(("rule", "down"), [("RULE-004", "1h"), ("RULE-003", "7h")], ids=["another rule", "over"])
def test_before_the_first_read_too_only_a_lock_that_stands_can_be_cleared(rule: str, down: str) -> None:
    story = asleep(down=down)
    before = story.account
    story.clears(rule)
    assert (story.account, story.lock_changes) == (before, [])


def test_before_the_first_read_too_nothing_is_cleared_that_cannot_be_saved() -> None:
    story = asleep(down="1h")
    story.sees(StoreLost(why="the disk is full"))
    story.clears("RULE-003")
    assert story.locks == [("RULE-003", "hard", None)]
    story.sees(StoreBack())
    story.clears("RULE-003")
    assert story.locks == []


def test_what_the_broker_tells_before_the_first_read_changes_nothing() -> None:
    story = asleep()
    before = story.account
    story.sees(position("MNQ", 5), story.trade("MNQ", -1, -500))
    assert (story.account, story.asked_for) == (before, [])


def test_a_lock_that_ended_while_the_guard_was_down_is_gone_and_the_reset_happened_once() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    story.restarts(down="7h")
    assert story.locks == []
    assert story.realized == 0


def test_loosening_the_settings_ends_no_lock() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    story.rules(daily_realized_loss={"limit": -5000})
    assert story.locks == [("RULE-003", "hard", None)]
    story.rules()
    assert story.locks == [("RULE-003", "hard", None)]


def test_a_cooldown_measures_what_stood_when_it_began_or_less_since() -> None:
    story = Story(cooldown_after_loss={"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 600}]})
    story.obeys()
    story.sees(position("MNQ", 3), position("ES", -2))
    story.sees(story.trade("CL", -1, -100), after="5s")
    story.sees(position("MNQ", 5), after="5s")
    assert story.asked_for == [reduce("MNQ", 2)]
    story.sees(position("ES", -1), after="5s")
    story.sees(position("ES", -2), after="5s")
    assert story.asked_for == [reduce("ES", 1)]
    story.sees(position("CL", 1), after="5s")
    assert story.asked_for == [close("CL")]


def test_stops_and_targets_may_stay_and_move_under_a_cooldown() -> None:
    story = Story(cooldown_after_loss={"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 600}]})
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -2, 90))
    story.sees(story.trade("ES", -1, -100), after="5s")
    story.sees(stop_order(1, "MNQ", -2, 95), order(2, "MNQ", -2, limit=120), after="5s")
    assert story.asked_for == []


def test_the_locks_changes_are_told_once_each() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    assert [(change.rule, change.ended) for change in story.lock_changes] == [("RULE-003", False)]
    story.sees(story.trade("MNQ", -1, -500))
    assert story.lock_changes == []
    story.waits_until(RESET)
    assert [(change.rule, change.ended) for change in story.lock_changes] == [("RULE-003", True)]


def test_while_nothing_can_be_saved_no_lock_is_cleared() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(StoreLost(why="The disk is full."))
    story.clears("RULE-003")
    assert [rule for rule, _, _ in story.locks] == ["RULE-003"]
    assert "so no lock is cleared" in story.alerts[0].text
    assert story.loudness == ["critical"]
    story.sees(StoreBack())
    story.clears("RULE-003")
    assert story.locks == []


def test_an_order_that_says_nothing_of_a_size_goes_under_a_lock_and_one_that_has_filled_does_not() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -600))
    story.sees(order(5, "MNQ", 0), after="5s")
    assert story.asked_for == [cancel(5)]
    story.sees(order(6, "MNQ", 1, filled=1), after="5s")
    assert cancel(6) not in story.asked_for
