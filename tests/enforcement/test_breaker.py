"""The breaker alone: what counts, and for how long."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from risk_manager.core.commands import Cancel, Close, MoveStop, Reduce
from risk_manager.enforcement.breaker import (
    KEPT_FOR_CLOSES,
    KEPT_FOR_NEWS,
    REQUESTS_MAX,
    THINGS_MAX,
    WINDOW_SECONDS,
    Breaker,
)
from risk_manager.enforcement.broker import OrderCommand

CLOSE = Close(account=1, contract="C")


def closes(count: int) -> list[OrderCommand]:
    return [Close(account=1, contract=f"C{number}") for number in range(count)]


def cancels(count: int) -> list[OrderCommand]:
    return [Cancel(account=1, order=number) for number in range(count)]


def leaving(breaker: Breaker, commands: list[OrderCommand], now: float) -> int:
    """How many of them may leave."""
    return sum(breaker.refusal(command, now) is None for command in commands)


def test_it_opens_before_the_twenty_first_and_closes_with_the_window() -> None:
    breaker = Breaker()
    assert not any(breaker.refusal(CLOSE, number / 4) for number in range(REQUESTS_MAX - KEPT_FOR_NEWS))
    assert breaker.refusal(CLOSE, 9.75)
    assert breaker.refusal(Reduce(account=1, contract="C", size=1), 9.75)
    assert breaker.refusal(CLOSE, 10.0) is None
    assert breaker.refusal(CLOSE, 10.125)
    assert breaker.refusal(CLOSE, 10.25) is None


def test_an_honest_flatten_leaves_whole_and_once_more_when_its_answers_were_lost() -> None:
    flatten = closes(16) + cancels(16)
    breaker = Breaker()
    assert leaving(breaker, flatten, 0.0) == 32
    assert leaving(breaker, flatten, 2.25) == 32
    assert leaving(breaker, flatten, 4.75) == 0
    assert leaving(breaker, flatten, 10.0) == 32


def test_up_to_twenty_things_never_make_more_than_twenty_requests() -> None:
    for many in range(1, 11):
        breaker = Breaker()
        flatten = closes(many) + cancels(many)
        # Refused over and over: 0, 0.25, 0.75, 1.75, 3.75, 7.75 s.
        left = [leaving(breaker, flatten, at) for at in (0, 0.25, 0.75, 1.75, 3.75, 7.75)]
        assert left[0] == 2 * many
        assert sum(left) <= REQUESTS_MAX


def test_what_is_refused_over_and_over_leaves_room_for_a_position_that_is_opened_meanwhile() -> None:
    breaker = Breaker()
    assert leaving(breaker, [CLOSE] * 30, 0.0) == REQUESTS_MAX - KEPT_FOR_NEWS
    assert leaving(breaker, closes(5), 1.0) == KEPT_FOR_NEWS
    assert leaving(breaker, closes(5), 10.0) == 5


def test_stops_that_move_leave_room_to_close_again() -> None:
    breaker = Breaker()
    assert breaker.refusal(CLOSE, 0.0) is None
    moves: list[OrderCommand] = [MoveStop(account=1, order=9, price=Decimal(price)) for price in range(30)]
    assert leaving(breaker, moves, 1.0) == REQUESTS_MAX - KEPT_FOR_CLOSES - 1
    assert leaving(breaker, [CLOSE] * 30, 2.0) == KEPT_FOR_CLOSES - KEPT_FOR_NEWS


def test_beyond_a_hundred_only_closes_leave() -> None:
    breaker = Breaker()
    assert leaving(breaker, cancels(THINGS_MAX + 20), 0.0) == THINGS_MAX
    assert leaving(breaker, [CLOSE, CLOSE, CLOSE], 0.0) == 2
    why = breaker.refusal(CLOSE, 0.0)
    assert why is not None
    assert "102 requests of account 1 left within 10 s, 2 of them for the position in C" in why


def test_what_had_to_wait_counts_from_when_it_left_and_what_never_left_not_at_all() -> None:
    breaker = Breaker()
    for contract in closes(REQUESTS_MAX - 1):
        assert breaker.refusal(contract, 0.0) is None
    assert breaker.refusal(CLOSE, 0.0) is None
    breaker.leaves_late(CLOSE, 0.0, 1.5)
    assert leaving(breaker, cancels(19), 10.0) == 19
    assert breaker.refusal(CLOSE, 10.0)
    breaker.never_left(CLOSE, 1.5)
    assert breaker.refusal(CLOSE, 10.0) is None


def test_it_is_said_once_a_spell() -> None:
    breaker = Breaker()
    assert [breaker.opens(at) for at in (0.0, 1.0, 9.0, 18.0, 28.0)] == [True, False, False, False, True]


@given(
    st.integers(1, 40).flatmap(
        lambda most: st.lists(st.tuples(st.integers(0, 8), st.integers(0, most)), min_size=22, max_size=200)
    )
)
def test_whatever_is_asked_there_are_no_more_than_twenty_or_two_for_each_of_more(asked: list[tuple[int, int]]) -> None:
    breaker, left, now = Breaker(), list[tuple[float, int]](), 0.0
    for pause, thing in asked:
        now += pause / 20
        before = [one for at, one in left if at > now - WINDOW_SECONDS]
        passes = breaker.refusal(Close(account=1, contract=f"C{thing}"), now) is None
        has_repeated = len(before) > len(set(before))
        assert passes or thing in before or (has_repeated and len(before) >= REQUESTS_MAX)
        if passes:
            left.append((now, thing))
            window = [*before, thing]
            things = len(set(window))
            assert len(window) <= (REQUESTS_MAX if things <= REQUESTS_MAX else 2 * things)
