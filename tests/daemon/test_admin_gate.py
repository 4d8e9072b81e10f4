"""Wrong passwords cost time, right ones give a token for a quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from risk_manager.config.attempts import SILENCE_MOST
from risk_manager.daemon.admin.gate import Gate

NOON = datetime(2025, 10, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def five_wrong(gate: Gate, now: datetime) -> datetime:
    until = [gate.wrong(now) for _ in range(5)]
    assert until[:4] == [None] * 4
    assert until[4] is not None
    return until[4]


def test_four_wrong_ones_cost_nothing_and_the_fifth_a_minute() -> None:
    gate = Gate()
    until = five_wrong(gate, NOON)
    assert until == NOON + timedelta(minutes=1)
    assert gate.silent_until(until - SECOND) == until
    assert gate.silent_until(until) is None


def test_each_silence_is_twice_as_long_and_ends_growing_after_a_working_day() -> None:
    gate, now, lengths = Gate(), NOON, []
    for _ in range(12):
        until = five_wrong(gate, now)
        lengths.append(until - now)
        now = until
    assert lengths[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert lengths[-1] == SILENCE_MOST


def test_the_right_one_forgives_the_wrong_ones() -> None:
    gate = Gate()
    five_wrong(gate, NOON)
    gate.right("token", NOON + timedelta(minutes=2))
    assert five_wrong(gate, NOON + timedelta(minutes=3)) == NOON + timedelta(minutes=4)


def test_a_token_holds_for_a_quarter_of_an_hour_and_not_a_moment_longer() -> None:
    gate = Gate()
    until = gate.right("token", NOON)
    assert until == NOON + timedelta(minutes=15)
    assert gate.holds("token", until - SECOND)
    assert not gate.holds("token", until)
    assert not gate.holds("another", NOON)


def test_a_new_password_ends_every_token() -> None:
    gate = Gate()
    gate.right("token", NOON)
    gate.forget()
    assert not gate.holds("token", NOON)
