"""The loop itself: time, deadlines, errors of a rule, strangers, what a quote concerns, and the state written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.events import (
    Hub,
    HubLost,
    PositionSeen,
    QuoteSeen,
    ReloadRefused,
    TimePassed,
    TradeSeen,
    Unreadable,
)
from risk_manager.core.record import Step
from risk_manager.core.settings import Settings
from tests.core.storm import as_it_was
from tests.core.story import ACCOUNT, Story, close, contract, position, quote, reduce, stop_order

NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
RESET = datetime(2025, 10, 23, 22, 0, tzinfo=UTC)


def test_an_event_of_a_stranger_changes_nothing() -> None:
    story = Story(max_contracts={"limit": 0})
    story.sees(PositionSeen(account=99, contract=contract("MNQ"), signed_size=5, average_price=Decimal(100)))
    assert story.asked_for == []
    assert list(story.state.accounts) == [ACCOUNT]


def test_time_never_runs_backwards() -> None:
    story = Story()
    story.sees(quote("MNQ", 100), after="10s")
    later = story.state.now
    story.now -= timedelta(hours=1)
    story.sees(quote("MNQ", 101))
    assert story.state.now == later


def test_a_quote_concerns_only_who_holds_the_contract() -> None:
    story = Story(max_unrealized_profit={"limit": 1})
    story.sees(position("MNQ", 1, 100))
    before = story.state.accounts
    story.sees(quote("ES", 6700))
    assert story.state.accounts is before
    assert story.state.quotes[contract("ES")].last == 6700


def test_what_is_due_at_an_instant_happens_before_what_arrives_at_it_in_one_evaluation() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, -500))
    story.sees(position("MNQ", 1), after=f"{int((RESET - story.now).total_seconds())}s")
    assert story.now == RESET
    assert (story.locks, story.asked_for) == ([], [])


def test_what_was_due_earlier_is_done_first_at_its_own_time() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1))
    step = engine.step(
        story.state,
        stop_order(1, "MNQ", -1, 90),
        {ACCOUNT: story.settings},
        story.now + timedelta(seconds=20),
        strict=True,
    )
    assert [breach.at for breach in step.breaches] == [story.now + timedelta(seconds=10)]


def test_the_deadline_is_always_later_than_now_and_the_first_thing_that_is_due() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    assert story.state.deadline == RESET
    story.sees(position("MNQ", 1))
    assert story.state.deadline == story.now + timedelta(seconds=2)  # no order will explain its growth any more
    story.waits("2s")
    assert story.state.deadline == story.now + timedelta(seconds=7)  # the read before the end of the grace
    story.waits("7s")
    assert story.state.deadline == story.now + timedelta(seconds=1)
    story.waits("1s")
    assert story.state.deadline == story.now + timedelta(seconds=2)  # the close


def test_being_woken_for_nothing_changes_nothing() -> None:
    story = Story(max_contracts={"limit": 1})
    story.sees(position("MNQ", 2), quote("MNQ", 100))
    before = story.state
    for _ in range(5):
        story.sees(TimePassed())
        assert (story.asked_for, story.breaches, story.loudness) == ([], [], [])
    assert story.state == before


def failing() -> Settings:
    settings = settings_from_mapping(
        {"max_contracts": {"limit": 1}, "max_contracts_per_instrument": {"limits": {"MNQ": 1}}}
    )
    armed = settings.rules[0]

    def broken(*_: object) -> list[object]:
        raise ZeroDivisionError("a mistake")

    return replace(settings, rules=(replace(armed, rule=replace(armed.rule, judge=broken)), *settings.rules[1:]))


def told(story: Story, settings: Settings, *, strict: bool) -> Step:
    return engine.step(story.state, position("MNQ", 2), {ACCOUNT: settings}, story.now, strict=strict)


def test_a_rule_that_raises_is_told_once_a_spell_and_the_others_judge() -> None:
    story, settings = Story(), failing()
    step = told(story, settings, strict=False)
    assert [breach.rule for breach in step.breaches] == ["RULE-001"]
    (failed,) = (alert for alert in step.alerts if "ZeroDivisionError" in alert.text)
    assert failed.severity.value == "critical"
    mistake = "it could not be asked (ZeroDivisionError: a mistake); it protects nothing until this is mended"
    assert failed.text == f"RULE-002: {mistake}"
    story.state = step.state
    again = told(story, settings, strict=False)
    assert not [alert for alert in again.alerts if "ZeroDivisionError" in alert.text]


def test_in_tests_the_error_stays_an_error() -> None:
    story = Story()
    with pytest.raises(ZeroDivisionError):
        told(story, failing(), strict=True)


def test_what_cannot_be_read_is_counted_and_told_once() -> None:
    story = Story()
    story.sees(Unreadable(source="the user hub", why="no id", raw="{}"))
    assert story.loudness == ["warning"]
    story.sees(Unreadable(source="the user hub", why="no id", raw="{}"))
    assert (story.loudness, story.state.unreadable) == ([], 2)


def test_a_refused_reload_changes_nothing_and_is_told() -> None:
    story = Story(max_contracts={"limit": 1})
    story.sees(ReloadRefused(why="risk_config.yaml:3"))
    assert story.loudness == ["warning"]
    story.sees(position("MNQ", 2))
    assert story.asked_for == [close("MNQ")]


def test_a_reload_is_judged_at_once() -> None:
    story = Story()
    story.sees(position("MNQ", 3))
    story.rules(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    assert story.asked_for == [reduce("MNQ", 1)]


def test_the_state_is_written_down_as_it_stands() -> None:
    story = Story(
        trade_frequency_limit={"limits": {"per_minute": 2}},
        cooldown_after_loss={"loss_thresholds": [{"loss_amount": -5, "cooldown_duration": 60}]},
        session_block_outside={"global_session": {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}},
        trade_management={"auto_stop_loss": {"distance_ticks": 10}},
        daily_realized_loss={"limit": -500, "single_trade_limit": -100},
    )
    story.sees(position("MNQ", 2), quote("MNQ", "100.10"), story.trade("MNQ", -1, "-7.25", fees="0.37"))
    story.sees(HubLost(hub=Hub.USER, why="gone"), story.trade("ES", 1), after="3s")
    loaded = engine.load(engine.dump(story.state), {ACCOUNT: story.settings})
    assert loaded.deadline is None  # nothing is due before the gateway has been asked
    assert as_it_was(loaded, story.state) == story.state


def test_of_a_rule_that_is_gone_the_memory_is_dropped() -> None:
    story = Story(trade_frequency_limit={"limits": {"per_minute": 2}})
    story.sees(story.trade())
    assert story.account.memory
    loaded = engine.load(engine.dump(story.state), {ACCOUNT: Settings()})
    assert loaded.accounts[ACCOUNT].memory == {}


def test_accounts_side_by_side() -> None:
    by_account = {key: settings_from_mapping({"daily_unrealized_loss": {"limit": -100 * key}}) for key in (1, 2)}
    state = engine.begin(by_account, NOW)
    for key in by_account:
        seen = PositionSeen(account=key, contract=contract("MNQ"), signed_size=1, average_price=Decimal(100))
        state = engine.step(state, seen, by_account, NOW, strict=True).state
    step = engine.step(state, QuoteSeen(contract=contract("MNQ"), last=Decimal(50)), by_account, NOW, strict=True)
    assert [breach.account for breach in step.breaches] == [1]
    step = engine.step(step.state, QuoteSeen(contract=contract("MNQ"), last=Decimal(0)), by_account, NOW, strict=True)
    assert [breach.account for breach in step.breaches] == [2]


def test_a_trade_of_one_account_is_not_of_the_other() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    mine = story.trade("MNQ", -1, -500, at=NOW)
    story.sees(TradeSeen(account=99, trade=mine.trade))
    assert story.breaches == []
