"""What was written down is read again: whole where it fits, and without what does not, but never an error."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from risk_manager.core import engine
from risk_manager.core.events import Hub, HubLost, StoreLost
from risk_manager.core.settings import Settings
from tests.core.story import ACCOUNT, Story, position, quote

COUNTS = {"limits": {"per_minute": 2}}


def test_nothing_is_due_and_no_hub_is_away_before_the_gateway_has_been_asked() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1), HubLost(hub=Hub.MARKET, why="gone"), StoreLost(why="the disk is full."))
    assert story.state.due and story.state.away and story.state.unsaved
    loaded = engine.load(engine.dump(story.state), {ACCOUNT: story.settings})
    assert (loaded.due, loaded.away, loaded.deadline, loaded.unsaved) == ({}, {}, None, False)


def test_the_bands_of_quotes_are_not_written_down() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 100))
    assert story.state.calm
    assert engine.dump(story.state) == engine.dump(replace(story.state, calm={}))


def test_an_account_that_nobody_guards_any_more_is_read_and_left_alone() -> None:
    story = Story(trade_frequency_limit=COUNTS)
    story.sees(position("MNQ", 1), story.trade())
    loaded = engine.load(engine.dump(story.state), {})
    assert loaded.accounts[ACCOUNT].positions == story.account.positions


def test_what_the_rules_of_such_an_account_remember_is_there_when_it_comes_back() -> None:
    story = Story(trade_frequency_limit=COUNTS)
    story.sees(position("MNQ", 1), story.trade())
    away = engine.load(engine.dump(story.state), {})
    assert engine.dump(away) == engine.dump(engine.load(engine.dump(away), {}))
    back = engine.load(engine.dump(away), {ACCOUNT: story.settings})
    assert back.accounts[ACCOUNT].memory == story.account.memory != {}


def remembering(memory: Any, kind: type | None) -> Any:
    """What a rule finds that has remembered this as a `kind`, beside one with no memory, after writing and reading."""
    story = Story(auth_loss_guard={}, trade_frequency_limit=COUNTS)
    forgetful, counting = story.settings.rules
    assert forgetful.rule.memory is None
    rule = replace(counting.rule, memory=kind)
    settings = Settings(rules=(forgetful, replace(counting, rule=rule)))
    account = replace(story.account, memory={rule.id: memory})
    state = replace(story.state, accounts={ACCOUNT: account})
    return engine.load(engine.dump(state), {ACCOUNT: settings}).accounts[ACCOUNT].memory.get(rule.id, "dropped")


class Counted(msgspec.Struct):
    """A memory of some rule."""

    by_order: dict[int, int]


def test_what_a_rule_remembers_is_read_as_its_own_type() -> None:
    assert remembering(Counted({7: 2}), Counted) == Counted({7: 2})
    assert remembering({7: 2}, dict[int, int]) == {7: 2}


def test_a_memory_of_another_shape_is_dropped_and_the_rule_begins_anew() -> None:
    assert remembering({"by_order": "many"}, Counted) == "dropped"
    assert remembering({}, Counted) == "dropped"
    assert remembering(Counted({7: 2}), None) == "dropped"
