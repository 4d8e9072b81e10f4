"""Between which prices quotes need no judgement: as wide as the limits allow, and never wider."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core import calm, engine
from risk_manager.core.calm import Band, Calm
from risk_manager.core.events import AnyEvent, PositionSeen, QuoteSeen
from risk_manager.core.outcome import Outcome
from risk_manager.core.rules import trade_management
from risk_manager.core.sight import Sight
from risk_manager.core.state import State
from tests.core.story import ACCOUNT, MORNING, Story, contract, position, quote, stop_order

D = Decimal
MNQ, ES = contract("MNQ"), contract("ES")
LONG = (position("MNQ", 1, 100), quote("MNQ", 100))
SHORT = (position("MNQ", -1, 100), quote("MNQ", 100))
TWO = (*LONG, position("ES", 1, 6700), quote("ES", 6700))
AT_EXIT = {"mark_price": "exit"}
STOP = stop_order(1, "MNQ", -1, 90)
TRAIL = {"trailing_stop": {"activation_ticks": 20, "trail_distance_ticks": 10, "step_ticks": 2}}
BREAKEVEN = {"auto_breakeven": {"profit_trigger_ticks": 10}}


def band(rules: Mapping[str, Any], *seen: AnyEvent) -> Band | None:
    """The band of MNQ after these messages."""
    story = Story(**rules)
    story.sees(*seen)
    return calm.band_of(story.state, ACCOUNT, MNQ, {ACCOUNT: story.settings})


def is_a_hair_inside(bound: Decimal | None, limit: str | None, side: int) -> bool:
    """True where a bound is the limit's price, or less than a billionth before it; never beyond."""
    if bound is None or limit is None:
        return bound is None and limit is None
    return 0 <= (bound - D(limit)) * side < D("1e-9")


@pytest.mark.parametrize(
    ("rules", "seen", "low", "high"),
    [
        ({"daily_unrealized_loss": {"limit": -100}}, LONG, "50", None),
        ({"daily_unrealized_loss": {"limit": -100}}, SHORT, None, "150"),
        ({"daily_unrealized_loss": {"limit": -100}}, (*LONG, quote("MNQ", 90)), "50", None),
        ({"daily_unrealized_loss": {"limit": -100}}, (position("MNQ", 4, 100), quote("MNQ", 100)), "87.5", None),
        ({"daily_unrealized_loss": {"limit": -100}}, TWO, "75", None),  # both may fall at the same time
        ({"daily_unrealized_loss": {"limit": -100, "scope": "position"}}, TWO, "50", None),
        ({"daily_unrealized_loss": {"limit": -100, "scope": "position"}}, (*SHORT, quote("MNQ", 90)), None, "150"),
        ({"max_unrealized_profit": {"limit": 100}}, LONG, None, "150"),
        ({"max_unrealized_profit": {"limit": 100}}, SHORT, "50", None),
        ({"max_unrealized_profit": {"limit": 100}}, (*LONG, quote("MNQ", 110)), None, "150"),
        ({"max_unrealized_profit": {"limit": 100}}, TWO, None, "125"),
        ({"max_unrealized_profit": {"limit": 100, "scope": "position"}}, TWO, None, "150"),
        ({"max_unrealized_profit": {"limit": 100, "scope": "position"}}, (*LONG, quote("MNQ", 90)), None, "150"),
        ({"daily_realized_loss": {"limit": -100}}, LONG, "50", None),
        ({"daily_realized_loss": {"limit": -100, "include_unrealized": False}}, LONG, None, None),
        ({"daily_realized_profit": {"target": 100}}, LONG, None, None),
        ({"daily_realized_profit": {"target": 100, "include_unrealized": True}}, LONG, None, "150"),
        ({"auth_loss_guard": {}, "daily_unrealized_loss": {"limit": -100}}, LONG, "50", None),
        ({"daily_realized_loss": {"limit": -60}, "daily_unrealized_loss": {"limit": -100}}, LONG, "70", None),
        ({"daily_realized_loss": {"limit": -100}, "daily_unrealized_loss": {"limit": -60}}, LONG, "70", None),
        ({"daily_realized_loss": {"limit": -60}, "daily_unrealized_loss": {"limit": -100}}, SHORT, None, "130"),
        ({"daily_realized_loss": {"limit": -100}, "daily_unrealized_loss": {"limit": -60}}, SHORT, None, "130"),
        ({"daily_unrealized_loss": {"limit": -100}, "max_unrealized_profit": {"limit": 60}}, LONG, "50", "130"),
        ({"daily_unrealized_loss": {"limit": -60}, "max_unrealized_profit": {"limit": 100}}, SHORT, "50", "130"),
        ({"defaults": AT_EXIT, "daily_unrealized_loss": {"limit": -100}}, (*LONG, quote("MNQ", bid=90)), "50", None),
        ({"defaults": AT_EXIT, "daily_unrealized_loss": {"limit": -100}}, (*SHORT, quote("MNQ", ask=110)), None, "150"),
    ],
)
def test_the_price_at_which_the_narrowest_limit_is_reached_is_the_bound(
    rules: Mapping[str, Any], seen: tuple[AnyEvent, ...], low: str | None, high: str | None
) -> None:
    drawn = band(rules, *seen)
    assert drawn is not None
    assert is_a_hair_inside(drawn.low, low, side=1)
    assert is_a_hair_inside(drawn.high, high, side=-1)
    assert drawn.is_last is ("defaults" not in rules)


@pytest.mark.parametrize(("include_fees", "low"), [(True, "75"), (False, "70")])
def test_what_the_day_has_lost_already_is_no_slack(include_fees: bool, low: str) -> None:
    story = Story(daily_realized_loss={"limit": -100, "include_fees": include_fees})
    story.sees(*LONG, story.trade("ES", -1, -40, fees=10))
    drawn = calm.band_of(story.state, ACCOUNT, MNQ, {ACCOUNT: story.settings})
    assert drawn is not None
    assert is_a_hair_inside(drawn.low, low, side=1)


@pytest.mark.parametrize(
    ("rules", "seen"),
    [
        # The slack is used up: nobody closes, so the limit stays reached.
        ({"daily_realized_profit": {"target": 20, "include_unrealized": True, "action": "alert"}}, quote("MNQ", 110)),
        # The price that the mark is taken from is not known yet; another serves meanwhile.
        ({"defaults": AT_EXIT, "daily_unrealized_loss": {"limit": -100}}, quote("MNQ", ask=100)),
        # A close is under way.
        ({"daily_unrealized_loss": {"limit": -20, "action": "close_all"}}, quote("MNQ", 90)),
    ],
)
def test_some_accounts_are_judged_at_every_quote(rules: Mapping[str, Any], seen: QuoteSeen) -> None:
    assert band(rules, *LONG, seen) is None


@pytest.mark.parametrize("slack", [None, D("0.01")])
def test_a_limit_that_is_reached_to_the_cent_leaves_nothing_to_either_side(slack: Decimal | None) -> None:
    story = Story()
    story.sees(*LONG)
    sight, held = story.sight, story.account.positions[MNQ]
    assert calm.by_pnl(sight, held, down=D(0), up=slack) is None
    assert calm.by_pnl(sight, held, down=slack, up=D(0)) is None
    assert calm.by_pnl(sight, held, down=D("0.01"), up=D("0.01")) is not None


def test_a_position_without_a_price_has_no_result_and_no_bounds() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(position("MNQ", 1, 100))
    assert calm.by_pnl(story.sight, story.account.positions[MNQ], down=D(5), up=None) == (None, None)
    assert calm.band_of(story.state, ACCOUNT, MNQ, {ACCOUNT: story.settings}) is None  # the next quote is its first


def test_while_a_price_is_old_every_quote_is_news() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(*LONG)
    story.waits("10s")
    assert calm.band_of(story.state, ACCOUNT, MNQ, {ACCOUNT: story.settings}) is None
    story.sees(quote("MNQ", 100))
    assert calm.band_of(story.state, ACCOUNT, MNQ, {ACCOUNT: story.settings}) is not None


def test_a_rule_that_watches_quotes_and_says_no_bounds_is_asked_at_each() -> None:
    story = Story(daily_unrealized_loss={"limit": -100})
    story.sees(*LONG)
    armed = story.settings.rules[0]
    silent = replace(story.settings, rules=(replace(armed, rule=replace(armed.rule, calm=None)),))
    assert calm.band_of(story.state, ACCOUNT, MNQ, {ACCOUNT: silent}) is None


@pytest.mark.parametrize(
    ("parts", "seen", "bounds"),
    [
        ({"auto_stop_loss": {"distance_ticks": 40}}, LONG, (None, "100.125")),  # the best is kept for later
        (BREAKEVEN, (*LONG, STOP), (None, "100.125")),  # half a tick beyond the best mark
        (BREAKEVEN, (*SHORT, stop_order(1, "MNQ", 1, 110)), ("99.875", None)),
        (BREAKEVEN, (*LONG, STOP, quote("MNQ", 101), quote("MNQ", 99)), (None, "101.125")),
        (BREAKEVEN, (*LONG, quote("MNQ", 103)), None),  # triggered, and no stop to move yet
        (BREAKEVEN, (*LONG, quote("MNQ", 103), quote("MNQ", 101)), None),
        (BREAKEVEN, (*LONG, stop_order(1, "MNQ", -1, 101), quote("MNQ", 103)), (None, "103.125")),  # nothing to move
        (TRAIL, (*LONG, STOP), (None, "100.125")),
        (TRAIL, (*LONG, STOP, quote("MNQ", 105)), None),  # the stop is to follow to 102.50
        (TRAIL, (*LONG, stop_order(1, "MNQ", -1, "102.50"), quote("MNQ", 105)), (None, "105.125")),
    ],
)
def test_stops_want_to_hear_of_the_next_better_mark_and_of_all_while_one_is_to_move(
    parts: Mapping[str, Any], seen: tuple[AnyEvent, ...], bounds: tuple[str | None, str | None] | None
) -> None:
    story = Story(trade_management=parts)
    story.sees(*seen)
    assert stop_bounds(story, story.state) == (
        bounds if bounds is None else tuple(None if one is None else D(one) for one in bounds)
    )


def stop_bounds(story: Story, state: State) -> calm.Bounds | None:
    """What RULE-012 says of MNQ."""
    account = state.accounts[ACCOUNT]
    sight = Sight(state, account, story.settings, story.now, Outcome(account))
    return trade_management.calm(sight, story.settings.rules[0].config, account.positions[MNQ])


def test_without_a_price_or_without_a_memory_of_the_position_stops_want_to_hear_of_all() -> None:
    story = Story(trade_management=TRAIL)
    story.sees(*LONG)
    assert stop_bounds(story, story.state) is not None
    assert stop_bounds(story, replace(story.state, quotes={})) is None
    assert stop_bounds(story, replace(story.state, accounts={ACCOUNT: replace(story.account, memory={})})) is None


# Who is asked


def calm_of(low: int, high: int, *, is_last: bool = True) -> Calm:
    """Two accounts; the first stands between these prices, the second between 0 and 1000."""
    return Calm({1: Band(D(low), D(high), is_last), 2: Band(D(0), D(1000), is_last)})


@pytest.mark.parametrize(
    ("is_last", "seen", "concerned"),
    [
        (True, {"last": 91}, ()),
        (True, {"last": 90}, (1,)),
        (True, {"last": 110}, (1,)),
        (True, {"last": 1000}, (1, 2)),
        (True, {"bid": 80, "ask": 120}, ()),
        (False, {"last": 80}, ()),
        (False, {"bid": 91, "ask": 109}, ()),
        (False, {"bid": 90}, (1,)),
        (False, {"bid": 110}, (1,)),
        (False, {"ask": 90}, (1,)),
        (False, {"ask": 110}, (1,)),
    ],
)
def test_only_those_are_asked_whose_band_a_price_has_reached(
    is_last: bool, seen: Mapping[str, int], concerned: tuple[int, ...]
) -> None:
    told = QuoteSeen(contract=MNQ, **{name: D(price) for name, price in seen.items()})
    assert calm.concerned(calm_of(90, 110, is_last=is_last), told, (1, 2)) == concerned


def test_who_has_no_band_is_asked() -> None:
    assert calm.concerned(Calm({1: None, 2: Band(None, None, True)}), quote("MNQ", 100), (1, 2, 3)) == (1, 3)


def two_holders() -> tuple[State, Mapping[int, Any]]:
    """Both hold one MNQ from 100; the first may lose $20, the second $100."""
    settings = {
        key: settings_from_mapping({"daily_unrealized_loss": {"limit": limit, "action": "close_all"}})
        for key, limit in ((1, -20), (2, -100))
    }
    state = engine.begin(settings, MORNING)
    for key in settings:
        seen = PositionSeen(account=key, contract=MNQ, signed_size=1, average_price=D(100))
        state = engine.step(state, seen, settings, MORNING, strict=True).state
    return engine.step(state, quote("MNQ", 100), settings, MORNING, strict=True).state, settings


def test_the_bands_of_all_holders_are_kept_with_what_is_common_to_them() -> None:
    state, _ = two_holders()
    known = state.calm[MNQ]
    first, second = known.bands[1], known.bands[2]
    assert first is not None and second is not None
    assert is_a_hair_inside(first.low, "90", side=1)
    assert is_a_hair_inside(second.low, "50", side=1)
    assert (known.is_whole, known.last, known.exit) == (True, (first.low, None), (None, None))


def test_a_quote_that_reaches_one_band_draws_that_one_anew_and_leaves_the_other() -> None:
    state, settings = two_holders()
    step = engine.step(state, quote("MNQ", 90), settings, MORNING, strict=True)
    assert [command.account for command in step.commands] == [1]
    bands = step.state.calm[MNQ].bands
    assert bands[1] is None  # its close is under way
    assert bands[2] is state.calm[MNQ].bands[2]
    assert not step.state.calm[MNQ].is_whole


def test_a_holder_that_nobody_guards_any_more_has_no_band_and_is_in_nobodys_way() -> None:
    state, settings = two_holders()
    step = engine.step(replace(state, calm={}), quote("MNQ", 90), {1: settings[1]}, MORNING, strict=True)
    assert [command.account for command in step.commands] == [1]
    assert step.state.calm[MNQ].bands == {1: None, 2: None}


def test_an_account_that_changes_is_judged_at_the_next_quote_and_the_other_is_not() -> None:
    state, settings = two_holders()
    grown = PositionSeen(account=1, contract=MNQ, signed_size=2, average_price=D(100))
    known = engine.step(state, grown, settings, MORNING, strict=True).state.calm[MNQ]
    assert calm.concerned(known, quote("MNQ", 99), (1, 2)) == (1,)
    assert calm.forgotten(state.calm, 3) is state.calm
