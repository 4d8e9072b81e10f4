"""The pauses between attempts."""

from __future__ import annotations

from risk_manager.gateway.backoff import Backoff


def test_pauses_double_to_ten_seconds_and_begin_anew_after_a_stable_time() -> None:
    longest = Backoff(lambda: 1.0)
    assert [longest.pause() for _ in range(8)] == [0.5, 1, 2, 4, 8, 10, 10, 10]
    longest.reset()
    assert longest.pause() == 0.5


def test_they_are_drawn_and_never_nothing() -> None:
    drawn = Backoff(lambda: 0.25)
    assert [drawn.pause() for _ in range(4)] == [0.125, 0.25, 0.5, 1]
    none = Backoff(lambda: 0.0)
    assert none.pause() > 0
