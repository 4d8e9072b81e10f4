"""The breaker alone: what counts, and for how long."""

from __future__ import annotations

from risk_manager.core.commands import Cancel, Close, Reduce
from risk_manager.enforcement.breaker import ALL_MAX, REPEATED_MAX, Breaker

CLOSE = Close(account=1, contract="C")


def test_it_opens_at_the_twenty_first_and_closes_with_the_window() -> None:
    breaker = Breaker()
    assert not any(breaker.refusal(CLOSE, number / 4) for number in range(REPEATED_MAX))
    assert breaker.refusal(CLOSE, 9.75)
    assert breaker.refusal(Reduce(account=1, contract="C", size=1), 9.75)
    assert breaker.refusal(CLOSE, 10.0) is None
    assert breaker.refusal(CLOSE, 10.125)
    assert breaker.refusal(CLOSE, 10.25) is None


def test_what_is_asked_for_the_first_time_passes_up_to_a_hard_limit() -> None:
    breaker = Breaker()
    assert not any(breaker.refusal(Cancel(account=1, order=number), 0.0) for number in range(ALL_MAX))
    assert "100 requests of account 1" in str(breaker.refusal(CLOSE, 0.0))
