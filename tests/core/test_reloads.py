"""Other settings while the guard runs: what is known stays known, and nothing is recorded or told twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from risk_manager.config import settings_from_mapping
from risk_manager.core import booking, engine
from risk_manager.core.events import Reloaded, TimePassed
from tests.core.story import ACCOUNT, Story, move_stop, position, quote, stop_order

TWO: dict[str, Any] = {"max_contracts_per_instrument": {"limits": {"MNQ": 2}}}
LOSS: dict[str, Any] = {"daily_realized_loss": {"limit": -500}}
NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)


def test_a_breach_that_lasts_is_the_same_breach_after_a_reload() -> None:
    story = Story(**TWO)
    story.sees(position("MNQ", 3))
    story.rules(**TWO, max_contracts={"limit": 8})
    story.waits("3s")  # the reduction has not been confirmed, and is asked for again
    assert (len(story.asked_for), story.breaches) == (1, [])
    assert "RULE-002|MNQ" in story.account.standing


def test_the_breaches_of_a_rule_that_is_off_are_over() -> None:
    story = Story(**TWO)
    story.sees(position("MNQ", 3))
    story.rules(max_contracts={"limit": 8})
    assert story.account.standing == {}


def test_an_old_price_that_has_been_told_is_not_told_again_after_a_reload() -> None:
    story = Story()
    story.sees(position("MNQ", 1), quote("MNQ", 100))
    story.waits("20s")
    assert story.loudness == ["warning"]
    story.rules(no_stop_loss_grace={"grace_period_seconds": 25})
    story.waits("10s")
    assert [alert.text for alert in story.alerts if "price" in alert.text] == []


def test_the_best_mark_of_a_position_outlasts_a_reload_of_another_rule() -> None:
    trail = {"trailing_stop": {"activation_ticks": 4, "trail_distance_ticks": 4, "step_ticks": 1}}
    story = Story(trade_management=trail)
    story.sees(position("MNQ", 1, 100), quote("MNQ", 110), quote("MNQ", "109.5"))
    story.rules(trade_management=trail, max_contracts={"limit": 8})
    story.sees(stop_order(1, "MNQ", -1, 90))
    assert story.asked_for == [move_stop(1, 109)]


def test_settings_that_change_before_the_first_read_end_the_waiver_of_their_rule() -> None:
    story = Story(**LOSS)
    story.sees(story.trade("ES", -1, -500))
    story.clears("RULE-003")
    assert [waiver.rule for waiver in story.account.waivers] == ["RULE-003"]
    lost = [story.trade("ES", -1, -500, number=1, at=story.now)]
    story.settings = settings_from_mapping({"daily_realized_loss": {"limit": -400}})
    story.state = engine.load(engine.dump(story.state), {ACCOUNT: story.settings})
    story.sees(Reloaded(account=ACCOUNT, changed=("RULE-003",)))
    assert (story.account.waivers, story.breaches, story.locks) == ((), [], [])
    story.sees(story.truth(trades=lost))
    assert story.locks == [("RULE-003", "hard", None)]


@pytest.mark.parametrize(("event", "after"), [(TimePassed(), 30), (quote("MNQ", 90), 30), (quote("MNQ", 90), 0)])
def test_for_an_account_that_nobody_guards_any_more_nothing_is_due(event: Any, after: int) -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1))
    assert story.state.deadline is not None
    step = engine.step(story.state, event, {}, story.now + timedelta(seconds=after), strict=True)
    assert (step.state.due, step.deadline, step.commands) == ({}, None, ())


@pytest.mark.parametrize(
    ("rules", "now", "since"),
    [
        ({}, NOW, datetime(2025, 10, 22, 22, 0, tzinfo=UTC)),
        ({"daily_realized_loss": {"limit": -500, "reset_time": "16:00"}}, NOW, datetime(2025, 10, 22, 21, tzinfo=UTC)),
        ({"daily_realized_loss": {"limit": -500, "reset_time": "09:00"}}, NOW, datetime(2025, 10, 22, 22, tzinfo=UTC)),
        ({}, datetime(2025, 10, 23, 22, 20, tzinfo=UTC), datetime(2025, 10, 23, 21, 20, tzinfo=UTC)),
    ],
    ids=["the day", "an older day of a rule", "a younger day of a rule", "an hour at least"],
)
def test_trades_are_read_from_the_oldest_day_that_somebody_counts_in(
    rules: dict[str, Any], now: datetime, since: datetime
) -> None:
    assert booking.read_from(settings_from_mapping(rules), now) == since
