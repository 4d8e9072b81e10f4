"""The allowance, with a clock of our own."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.gateway.budget import (
    HISTORY_MAX,
    MARGIN_SECONDS,
    PAUSE_SECONDS,
    READS_MAX,
    REQUESTS_MAX,
    Budget,
    Lane,
    Lanes,
)


def use(budget: Budget, lane: Lane, count: int, now: float) -> None:
    for _ in range(count):
        assert budget.free_at(lane, now) == now
        budget.note(lane, now)


def test_reads_stay_below_half_and_enforcement_has_the_rest() -> None:
    budget = Budget()
    use(budget, Lane.READ, READS_MAX, 0.0)
    assert budget.free_at(Lane.READ, 0.0) == 60.0 + MARGIN_SECONDS
    use(budget, Lane.ENFORCEMENT, REQUESTS_MAX - READS_MAX, 0.0)
    assert budget.free_at(Lane.ENFORCEMENT, 1.0) == 60.0 + MARGIN_SECONDS
    assert budget.count(1.0) == 200
    assert budget.free_at(Lane.ENFORCEMENT, 60.05) == 60.05


def test_bars_have_an_allowance_of_their_own() -> None:
    budget = Budget()
    use(budget, Lane.HISTORY, HISTORY_MAX, 0.0)
    assert budget.free_at(Lane.HISTORY, 0.0) == 30.0 + MARGIN_SECONDS
    assert budget.count(0.0) == 0
    assert budget.free_at(Lane.READ, 0.0) == 0.0


def test_a_429_makes_reads_wait_longer_each_time_and_enforcement_not_at_all() -> None:
    budget = Budget()
    budget.refused(0.0)
    assert budget.free_at(Lane.READ, 0.0) == PAUSE_SECONDS
    assert budget.free_at(Lane.ENFORCEMENT, 0.0) == 0.0
    budget.refused(6.0)
    assert budget.free_at(Lane.READ, 6.0) == 6.0 + 2 * PAUSE_SECONDS
    budget.answered()
    budget.refused(20.0)
    assert budget.free_at(Lane.READ, 20.0) == 20.0 + PAUSE_SECONDS
    budget.refused(30.0, retry_after_seconds=40.0)
    assert budget.free_at(Lane.READ, 30.0) == 70.0


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from([Lane.READ, Lane.ENFORCEMENT])), max_size=600))
def test_no_window_ever_holds_more_than_is_allowed(steps: list[tuple[float, Lane]]) -> None:
    budget, now = Budget(), 0.0
    sent: list[tuple[float, Lane]] = []
    for pause, lane in steps:
        now += pause
        at = budget.free_at(lane, now)
        assert at >= now
        budget.note(lane, at)
        now = at
        sent.append((at, lane))
        window = [told for told in sent if told[0] > at - 60.0]
        assert len(window) <= REQUESTS_MAX
        assert sum(told[1] is Lane.READ for told in window) <= READS_MAX


async def test_who_waits_is_let_through_when_it_is_time() -> None:
    lanes = Lanes()
    for _ in range(READS_MAX):
        assert lanes.pass_at_once(Lane.READ)
    assert not lanes.pass_at_once(Lane.READ)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lanes.pass_through(Lane.READ), 0.01)
    await lanes.pass_through(Lane.ENFORCEMENT)
    assert lanes.count() == READS_MAX + 1
