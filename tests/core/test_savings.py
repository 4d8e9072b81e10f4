"""What is kept instead of computed again is the same: held against an engine that computes everything again."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine, trade_counts
from risk_manager.core.events import AccountRead, AnyEvent, Cleared, TimePassed, TradeSeen
from risk_manager.core.model import Adding, Side, Trade
from risk_manager.core.rules import max_contracts, trade_management
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight
from tests.core.storm import Choice, Move, World
from tests.core.test_properties import choices, lags, starts
from tests.core.test_properties import stories as told_stories
from tests.core.test_properties import told as as_often

MNQ = "CON.F.US.MNQ.Z25"
START = datetime(2025, 10, 23, 21, 30, tzinfo=UTC)
"""Half an hour before the reset."""


def frequency(count: str, **more: Any) -> dict[str, Any]:
    limits = {"per_minute": 2, "per_hour": 5, "per_session": 9}
    return {"trade_frequency_limit": {"limits": limits, "count": count, **more}}


COUNTED: dict[str, dict[str, Any]] = {
    "entries": frequency("entries"),
    "executions": frequency("executions"),
    "round turns": frequency("round_turns", action="close_all_and_lockout"),
    "only told": frequency("entries", cooldown_on_breach={"enabled": False}),
    "losses": {
        "cooldown_after_loss": {
            "loss_thresholds": [
                {"loss_amount": -100, "cooldown_duration": 300},
                {"loss_amount": -200, "cooldown_duration": 60},
            ],
            "consecutive_losses": {"count": 2, "cooldown_duration": 120},
        }
    },
    "single trades": {"daily_realized_loss": {"limit": -100000, "single_trade_limit": -100}},
}


def fill(number: int, order: int, result: int | None, age: int, is_void: bool) -> Trade:
    """A fill of so many seconds ago."""
    return Trade(
        id=number,
        order=order,
        contract=MNQ,
        side=Side.BUY if result is None else Side.SELL,
        size=1,
        price=Decimal(25000),
        profit_and_loss=None if result is None else Decimal(result),
        costs=Decimal("0.37"),
        at=START - timedelta(seconds=age),
        voided=is_void,
    )


results = st.sampled_from([None, None, -150, -150, -60, -60, 0, 40, 120])
ages = st.one_of(st.just(0), st.just(0), st.just(0), st.sampled_from([1, 30, 600, 90000]))
fills = st.builds(fill, st.integers(1, 30), st.integers(1, 8), results, ages, st.sampled_from([False] * 7 + [True]))
trades = fills.map(lambda trade: TradeSeen(account=1, trade=trade))
clears = st.builds(
    Cleared,
    account=st.just(1),
    rule=st.sampled_from(["RULE-003", "RULE-006", "RULE-007"]),
    symbol=st.none(),
    why=st.just("told"),
    keep_rule=st.booleans(),
)
pauses = st.sampled_from([0, 1, 5, 20, 61, 300, 1800])
stories = st.lists(st.tuples(pauses, st.one_of(*[trades] * 12, clears, st.just(TimePassed()))), max_size=30)


def told(risk: Settings, story: list[tuple[int, AnyEvent]]) -> list[object]:
    """All steps of a story; a trade happens its age before it is told."""
    now, by_account = START, {1: risk}
    state = engine.begin([1], now)
    heard: list[object] = []
    for pause, event in [(0, AccountRead(account=1, asked_at=now, after_restart=True)), *story]:
        now += timedelta(seconds=pause)
        if isinstance(event, TradeSeen):
            event = TradeSeen(account=1, trade=replace(event.trade, at=event.trade.at + (now - START)))
        step = engine.step(state, event, by_account, now, strict=True)
        state = step.state
        heard.append(step)
    return heard


@pytest.mark.parametrize("rules", COUNTED.values(), ids=COUNTED)
@settings(max_examples=80, deadline=None)
@given(story=stories)
def test_what_one_more_trade_is_added_to_is_what_all_add_up_to(
    rules: dict[str, Any], story: list[tuple[int, AnyEvent]]
) -> None:
    risk = settings_from_mapping(rules)
    quick = told(risk, story)
    with mock.patch.object(trade_counts, "newest", return_value=None):
        thorough = told(risk, story)
    assert quick == thorough


@as_often(60)
@given(choice=choices, start=starts, lag=lags, story=told_stories(is_obedient=False))
def test_what_is_seen_once_is_what_is_looked_up_each_time(
    choice: Choice, start: datetime, lag: timedelta, story: list[Move]
) -> None:
    quick, thorough = World({1: choice}, start, lag), World({1: choice}, start, lag)
    quick.tell(story)
    with (
        mock.patch.object(Sight, "adding", _adding),
        mock.patch.object(Sight, "size_left", _anew(Sight.size_left, _left={})),
        mock.patch.object(Sight, "mark", _anew(Sight.mark, _marks={})),
        mock.patch.object(Sight, "open_pnl", _anew(Sight.open_pnl, _open={})),
        mock.patch.object(Sight, "unrealized", _anew(Sight.unrealized, _unrealized=None)),
        mock.patch.object(max_contracts, "_at_most", return_value=Decimal("Infinity")),
        mock.patch.object(trade_management, "_may_move", return_value=True),
    ):
        thorough.tell(story)
    assert quick.heard == thorough.heard


def _adding(sight: Sight) -> list[Adding]:
    """Every order asked for, also one that protects."""
    lines = [(order, sight.may_fill(order)) for order in sight.account.orders.values()]
    adding = [Adding(order, left, sight.increase(order, left)) for order, left in lines if left > 0]
    return [line for line in adding if line.increase > 0]


def _anew(asked: Any, **forgotten: Any) -> Any:
    """The same question, with nothing known from before."""

    def ask(sight: Sight, *words: Any) -> Any:
        for name, nothing in forgotten.items():
            setattr(sight, name, copy(nothing))
        return asked(sight, *words)

    return ask
