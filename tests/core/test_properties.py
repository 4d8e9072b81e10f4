"""What must hold in every story: drawn at random, told to the real engine with a broker that behaves, or does not.

The quick profile runs the same stories each time. The deep one draws others:

    RISK_MANAGER_STORIES=5000 RISK_MANAGER_SEED=7 python -m pytest tests/core/test_properties.py

A failing story is printed as it was told, smallest form first; the same command tells it again.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from risk_manager.core.model import OrderStatus, OrderType, Side
from risk_manager.core.pnl import ZERO
from tests.core.bracket import Brackets
from tests.core.exchange import CONTRACTS, Mood
from tests.core.storm import (
    STARTS,
    VARIANTS,
    Allows,
    Cancels,
    ChangesMood,
    Choice,
    Clears,
    Exits,
    Fills,
    LosesHub,
    Move,
    Passes,
    Places,
    Quotes,
    Reloads,
    Restarts,
    Tells,
    Trades,
    World,
    floats_in,
)

STORIES: Final = int(os.environ.get("RISK_MANAGER_STORIES", "0"))
SEED: Final = int(os.environ.get("RISK_MANAGER_SEED", "0"))
_MOODS: Final = [mood for mood in Mood if mood is not Mood.OBEYS]


def told(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """How many stories a property is told: `count` in the quick profile, what the environment says in the deep one."""
    profile = settings(
        max_examples=STORIES or count,
        deadline=None,
        database=None,
        derandomize=not STORIES,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        marked: Callable[..., None] = pytest.mark.timeout(0 if STORIES else 120)(profile(test))
        return seed(SEED)(marked) if STORIES else marked

    return decorate


# The draws

_KEYS: Final = tuple(VARIANTS)
_LOCKING: Final = ("session_block_outside", "auth_loss_guard", "daily_realized_loss", "symbol_blocks")
_ONE_RULE: Final = [(key, number + 1) for key, variants in VARIANTS.items() for number in range(len(variants))]
_SELDOM: Final = [one for one in _ONE_RULE if one[0] not in _LOCKING]


def choice_of(chosen: list[tuple[str, int]]) -> Choice:
    on = dict(chosen)
    return tuple(on.get(key, 0) for key in _KEYS)


_few: st.SearchStrategy[Choice] = st.lists(
    st.sampled_from([*_SELDOM, *_SELDOM, *_ONE_RULE]), min_size=1, max_size=5, unique_by=lambda one: one[0]
).map(choice_of)
_all: st.SearchStrategy[Choice] = st.tuples(*[st.integers(1, len(variants)) for variants in VARIANTS.values()])
choices: st.SearchStrategy[Choice] = st.one_of(_few, _few, _few, _all)
sides = st.sampled_from(Side)
contracts = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 2, len(CONTRACTS) - 1])
tellings = st.integers(0, 5)
seconds = st.sampled_from([Decimal(text) for text in ("0.1", "0.25", "0.5", "1", "1.9", "2", "2.1", "5", "10", "61")])
long_seconds = st.sampled_from([Decimal(text) for text in ("10", "61", "600", "600", "3600", "28000", "86400")])


def moves_of(account: st.SearchStrategy[int], *, is_obedient: bool, is_alone: bool = False) -> st.SearchStrategy[Move]:
    """One move of a story. An obedient broker does what it is asked; alone nothing of the guard's own happens."""
    trades = st.builds(Trades, account, contracts, sides, st.integers(1, 4), tellings)
    places = st.builds(
        Places,
        account,
        contracts,
        sides,
        st.sampled_from([OrderType.LIMIT, OrderType.STOP, OrderType.TRAILING_STOP]),
        st.integers(1, 4),
        st.integers(4, 60),
        st.sampled_from([OrderStatus.OPEN, OrderStatus.OPEN, OrderStatus.SUSPENDED, OrderStatus.PENDING]),
    )
    kinds: list[st.SearchStrategy[Any]] = [
        *(trades, trades, trades, trades),
        *(places, places, places),
        st.builds(Brackets, account, contracts, sides, st.integers(1, 2), st.integers(4, 60), tellings, st.booleans()),
        st.builds(Quotes, contracts, st.integers(-200, 200)),
        st.builds(Quotes, contracts, st.integers(-30, 30)),
        *[st.builds(Exits, account, contracts, st.integers(0, 3), st.sampled_from([1, 5, 15, 30]))] * 3,
        *[st.builds(Fills, account, st.integers(0, 5), st.integers(1, 4), tellings)] * 3,
        st.builds(Cancels, account, st.integers(0, 5)),
        *[st.builds(Passes, seconds)] * 4,
        st.builds(Passes, long_seconds),
        st.builds(Tells, account, st.integers(0, 9), st.booleans()),
        st.builds(Allows, account, st.sampled_from([True, True, True, False])),
        st.builds(Clears, account, st.integers(1, 13), st.booleans()),
        st.builds(Reloads, account, choices),
    ]
    if not is_alone:
        kinds += [st.builds(Restarts, st.sampled_from([0, 1, 90])), st.builds(LosesHub, st.sampled_from([1, 6, 70]))]
    if not is_obedient:
        moods = st.lists(st.sampled_from(_MOODS), min_size=1, max_size=6).map(tuple)
        kinds += [st.builds(ChangesMood, account, moods)] * 2
    return st.one_of(*kinds)


def stories(
    accounts: tuple[int, ...] = (1,), *, is_obedient: bool, is_alone: bool = False
) -> st.SearchStrategy[list[Move]]:
    """A story of some length; what does not matter for a failure shrinks to nothing."""
    move = moves_of(st.sampled_from(accounts), is_obedient=is_obedient, is_alone=is_alone)
    drawn = st.lists(st.one_of(st.none(), *[move] * 20), min_size=12, max_size=50)
    return drawn.map(lambda moves: [one for one in moves if one is not None])


starts = st.sampled_from(STARTS)
lags = st.sampled_from([timedelta(0), timedelta(milliseconds=300), timedelta(milliseconds=900)])


# The properties


@told(800)
@given(choice=choices, start=starts, story=stories(is_obedient=True))
def test_under_a_hard_lock_an_obedient_broker_leaves_the_account_flat_and_quiet(
    choice: Choice, start: Any, story: list[Move]
) -> None:
    world = World({1: choice}, start)
    exchange = world.exchanges[1]
    for move in story:
        world.do(move)
        if world.state.accounts[1].is_locked_hard() and exchange.due() is None:
            assert exchange.is_flat_and_quiet(), (exchange.positions, exchange.orders)
    if not any(isinstance(move, Reloads) for move in story):
        assert not exchange.faults


@told(800)
@given(choice=choices, start=starts, lag=lags, story=stories(is_obedient=False))
def test_whatever_the_broker_does_safety_holds_and_after_calm_the_aim_is_reached(
    choice: Choice, start: Any, lag: timedelta, story: list[Move]
) -> None:
    world = World({1: choice}, start, lag)
    world.tell(story)  # every step is held against the laws of tests/core/storm.py
    world.calm_down()
    account, exchange = world.state.accounts[1], world.exchanges[1]
    believed = {contract: position.signed_size for contract, position in account.positions.items()}
    assert believed == {contract: held.signed_size for contract, held in exchange.positions.items()}
    assert set(account.orders) == set(exchange.orders)
    assert not account.closings
    assert not account.placings
    if account.is_locked_hard():
        assert exchange.is_flat_and_quiet(), (exchange.positions, exchange.orders)


@told(100)
@given(choice=choices, start=starts, lag=lags, story=stories(is_obedient=False))
def test_neither_writing_the_state_down_after_every_step_nor_skipping_calm_quotes_changes_anything(
    choice: Choice, start: Any, lag: timedelta, story: list[Move]
) -> None:
    plain, written = World({1: choice}, start, lag), World({1: choice}, start, lag, is_written_down=True)
    plain.tell(story)
    written.tell(story)
    assert _doings(plain, 1) == _doings(written, 1)
    assert plain.state.accounts == written.state.accounts


@told(100)
@given(choice=choices, start=starts, lag=lags, story=stories(is_obedient=False))
def test_no_binary_number_is_anywhere(choice: Choice, start: Any, lag: timedelta, story: list[Move]) -> None:
    world = World({1: choice}, start, lag)
    world.tell(story)
    assert not floats_in(world.state)
    for heard in world.heard:
        assert not floats_in((heard.step.breaches, heard.step.commands, heard.step.alerts, heard.step.locks))


@told(100)
@given(
    first=choices,
    second=choices,
    start=starts,
    story=stories((1, 2), is_obedient=False, is_alone=True),
)
def test_accounts_do_not_know_each_other(first: Choice, second: Choice, start: Any, story: list[Move]) -> None:
    both = World({1: first, 2: second}, start)
    both.tell(story)
    for key, choice in ((1, first), (2, second)):
        alone = World({key: choice}, start)
        alone.tell(story)
        assert both.state.accounts[key] == alone.state.accounts[key]
        assert _doings(both, key) == _doings(alone, key)


def _doings(world: World, account: int) -> list[object]:
    """What the guard has recorded and asked for, for one account."""
    done: list[object] = []
    for heard in world.heard:
        done += [(heard.at, command) for command in heard.step.commands if command.account == account]
        done += [(heard.at, breach) for breach in heard.step.breaches if breach.account == account]
        done += [(heard.at, change) for change in heard.step.locks if change.account == account]
        done += [(heard.at, alert) for alert in heard.step.alerts if alert.account == account]
    return done


@told(25)
@given(choice=choices, start=starts, story=stories(is_obedient=False))
def test_the_same_story_is_the_same_twice(choice: Choice, start: Any, story: list[Move]) -> None:
    first, second = World({1: choice}, start), World({1: choice}, start)
    first.tell(story)
    second.tell(story)
    assert first.heard == second.heard


@told(150)
@given(choice=choices, start=starts, lag=lags, story=stories(is_obedient=False))
def test_the_day_is_what_its_trades_add_up_to(choice: Choice, start: Any, lag: timedelta, story: list[Move]) -> None:
    world = World({1: choice}, start, lag)
    world.tell(story)
    account = world.state.accounts[1]
    for day in account.days.values():
        known = [trade for trade in account.trades.values() if not trade.voided and day.start <= trade.at < day.end]
        assert day.gross == sum((trade.profit_and_loss or ZERO for trade in known), ZERO)
        assert day.costs == sum((trade.costs for trade in known), ZERO)
        assert day.start <= world.state.now
    assert len(account.trades) == len({trade.id for trade in account.trades.values()})


TOLD: Final[list[Move]] = [
    Trades(1, 0, Side.BUY, 4, 0),
    Trades(1, 1, Side.BUY, 2, 3),
    Places(1, 2, Side.BUY, OrderType.LIMIT, 2, 8, OrderStatus.OPEN),
    Trades(1, 2, Side.SELL, 2, 5),
    Quotes(0, -40),
    Passes(Decimal(5)),
    Trades(1, 0, Side.SELL, 1, 1),
    Trades(1, 1, Side.SELL, 1, 2),
    Passes(Decimal(600)),
]


def story_digest() -> str:
    """All steps of a fixed story, written down with their keys in order."""
    choice = (0, 0, 0, 0, 0, 1, 1, 2, 3, 1, 0, 2, 0)
    world = World({1: choice}, STARTS[0])
    world.tell(TOLD)
    steps = [msgspec.to_builtins(heard.step, str_keys=True) for heard in world.heard]
    return hashlib.sha256(msgspec.json.encode(steps, order="sorted")).hexdigest()


def test_the_same_story_is_the_same_in_another_process() -> None:
    digests = set()
    for number in ("1", "2", "3"):
        found = subprocess.run(
            [sys.executable, "-c", "from tests.core.test_properties import story_digest; print(story_digest())"],
            env={**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(found.stdout)
    assert digests == {story_digest() + "\n"}
