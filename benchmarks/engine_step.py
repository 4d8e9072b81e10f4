"""How long one step of the engine takes, all thirteen rules on: the bars stand beside the numbers.

    python -m benchmarks.engine_step                     the table
    python -m benchmarks.engine_step --only quote        cases whose name contains a text
    python -m benchmarks.engine_step --profile position  where the time of one case goes

Each case steps from a state that is prepared beforehand, with events that break nothing; the state that comes out is
thrown away, so that every measurement is of the same work.

Machines with neighbours jump between speeds that differ by half. So each case is measured in short slices, and what
the bars are asked of is the p50 of its quietest slice: what the step costs where nothing else does. The p50 and the
p99 of all slices stand beside it.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.events import AccountRead, AnyEvent, OrderSeen, PositionSeen, QuoteSeen, TradeSeen
from risk_manager.core.model import AccountId, OrderStatus, OrderType, Side, Trade
from risk_manager.core.settings import Settings
from risk_manager.core.state import State

MNQ: Final = "CON.F.US.MNQ.Z25"
ES: Final = "CON.F.US.EP.Z25"
START: Final = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)
PRICE: Final = Decimal("18500.00")
_SLICE_STEPS: Final = 400
"""About a fiftieth of a second of position events."""

ALL_RULES: Final = {
    "max_contracts": {"limit": 20, "count_type": "gross", "micro_weight": Decimal("0.1"), "reduce_to_limit": True},
    "max_contracts_per_instrument": {"limits": {"MNQ": 10, "ES": 2}, "unknown_symbol_action": "block"},
    "daily_realized_loss": {"limit": -100000, "single_trade_limit": -50000},
    "daily_unrealized_loss": {"limit": -50000},
    "max_unrealized_profit": {"limit": 50000},
    "trade_frequency_limit": {"limits": {"per_minute": 1000, "per_hour": 5000, "per_session": 10000}},
    "cooldown_after_loss": {
        "loss_thresholds": [
            {"loss_amount": -20000, "cooldown_duration": 300},
            {"loss_amount": -30000, "cooldown_duration": 900},
        ],
        "consecutive_losses": {"count": 1000, "cooldown_duration": 1800},
    },
    "no_stop_loss_grace": {"grace_period_seconds": 30},
    "session_block_outside": {
        "global_session": {"start": "17:00", "end": "16:00", "timezone": "America/Chicago"},
        "per_instrument_sessions": {
            "sessions": {"ES": {"start": "17:00", "end": "16:00", "timezone": "America/Chicago"}}
        },
    },
    "auth_loss_guard": {},
    "symbol_blocks": {"blocked_symbols": ["RTY", "Z*"]},
    "trade_management": {
        "auto_stop_loss": {"distance_ticks": 400},
        "auto_breakeven": {"profit_trigger_ticks": 200},
        "trailing_stop": {"activation_ticks": 400, "trail_distance_ticks": 100},
    },
    "daily_realized_profit": {"target": 100000, "include_unrealized": True},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    name: str
    prepare: Callable[[], tuple[State, Mapping[AccountId, Settings]]]
    events: Sequence[AnyEvent]
    bar: float | None = None
    """Microseconds at the p50 of a quiet slice."""
    flat_against: str | None = None
    """A case that this one may cost at most 1.3 times as much as."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a case, in microseconds."""

    quiet: float
    """The p50 of the slice in which the machine was disturbed least."""
    p50: float
    p99: float


def settings() -> Settings:
    """Every rule on, with limits that nothing here reaches."""
    read = settings_from_mapping(ALL_RULES)
    assert len(read.rules) == 13
    return read


def account_read(account: AccountId, *, holds: bool, trades: int) -> AccountRead:
    """An account as the gateway tells it: long two MNQ with a stop and a target, or flat."""
    position = PositionSeen(account=account, contract=MNQ, signed_size=2, average_price=PRICE)
    stop = OrderSeen(
        account=account,
        order=account * 10 + 1,
        contract=MNQ,
        side=Side.SELL,
        type=OrderType.STOP,
        status=OrderStatus.OPEN,
        size=2,
        filled=0,
        stop_price=PRICE - 50,
        created_at=START,
    )
    target = OrderSeen(
        account=account,
        order=account * 10 + 2,
        contract=MNQ,
        side=Side.SELL,
        type=OrderType.LIMIT,
        status=OrderStatus.OPEN,
        size=2,
        filled=0,
        limit_price=PRICE + 100,
        created_at=START,
    )
    return AccountRead(
        account=account,
        asked_at=START,
        can_trade=True,
        positions=(position,) if holds else (),
        orders=(stop, target) if holds else (),
        trades=tuple(trade(number) for number in range(1, trades + 1)),
        after_restart=True,
    )


def trade(number: int, *, at: datetime | None = None) -> Trade:
    """The n-th half-turn of a scalper's day, one every 20 seconds, losers and winners in turn."""
    is_exit = number % 2 == 0
    return Trade(
        id=number,
        order=number,
        contract=MNQ,
        side=Side.SELL if is_exit else Side.BUY,
        size=1,
        price=PRICE,
        profit_and_loss=Decimal(-12 if number % 4 else 15) if is_exit else None,
        costs=Decimal("0.37"),
        at=at if at is not None else START - timedelta(seconds=20) * (600 - number),
    )


def world(
    *, accounts: int = 1, holding: int = 1, trades: int = 10
) -> Callable[[], tuple[State, Mapping[AccountId, Settings]]]:
    """A guard of so many accounts, of which so many hold a position; quotes have been seen."""

    def prepare() -> tuple[State, Mapping[AccountId, Settings]]:
        one = settings()
        keys = range(1, accounts + 1)
        by_account = dict.fromkeys(keys, one)
        state = engine.begin(keys, START)
        for key in keys:
            read = account_read(key, holds=key <= holding, trades=trades)
            state = engine.step(state, read, by_account, START, strict=True).state
        now = START + timedelta(seconds=5)
        for contract in (MNQ, ES):
            seen = QuoteSeen(contract=contract, last=PRICE, bid=PRICE - 1, ask=PRICE + 1)
            state = engine.step(state, seen, by_account, now, strict=True).state
        return state, by_account

    return prepare


def quotes(contract: str) -> list[AnyEvent]:
    """Prices that move around the entry, without a new best."""
    return [QuoteSeen(contract=contract, last=PRICE - Decimal("0.25") * ticks) for ticks in range(1, 9)]


def cases() -> list[Case]:
    """All rows."""
    positions = [
        PositionSeen(account=1, contract=MNQ, signed_size=size, average_price=PRICE + size) for size in (1, 3, 2, 4)
    ]
    orders = [
        OrderSeen(account=1, order=11, status=OrderStatus.OPEN, stop_price=PRICE - 40 - step) for step in range(4)
    ]
    entries = [TradeSeen(account=1, trade=trade(number, at=START)) for number in (1001, 1003)]
    exits = [TradeSeen(account=1, trade=trade(number, at=START)) for number in (1002, 1004)]
    return [
        Case("position event", world(), positions, bar=60),
        Case("order event", world(), orders, bar=60),
        Case("trade event, 10 trades in the day", world(), [*entries, *exits], bar=60),
        Case("trade event, 300 trades in the day", world(trades=300), [*entries, *exits], bar=60),
        Case("position event, 300 trades in the day", world(trades=300), positions, bar=60),
        Case("quote on a held contract", world(), quotes(MNQ), bar=25),
        Case("quote that nobody holds", world(), quotes(ES), bar=5),
        Case("quote, 1 account, it holds", world(), quotes(MNQ), bar=25),
        Case(
            "quote, 100 accounts, one holds",
            world(accounts=100, trades=0),
            quotes(MNQ),
            flat_against="quote, 1 account, it holds",
        ),
        Case(
            "quote, 1,000 accounts, one holds",
            world(accounts=1000, trades=0),
            quotes(MNQ),
            flat_against="quote, 1 account, it holds",
        ),
        Case("quote, 1,000 accounts, all hold", world(accounts=1000, holding=1000, trades=0), quotes(MNQ), bar=100),
        Case("quote that nobody holds, 1,000 accounts", world(accounts=1000, trades=0), quotes(ES), bar=5),
    ]


def measure(case: Case, seconds: float) -> Measured:
    """Step until the time is over, and one slice at least."""
    state, by_account = case.prepare()
    now = START + timedelta(seconds=6)
    events = list(case.events)
    step, clock = engine.step, time.perf_counter_ns
    for event in events * 5:
        done = step(state, event, by_account, now, strict=True)
        assert not done.breaches and not done.locks, f"{case.name}: a measured event must break nothing"
    gc.collect()
    gc.freeze()
    slices: list[list[int]] = []
    end = clock() + int(seconds * 1e9)
    while not slices or clock() < end:
        times: list[int] = []
        for count in range(_SLICE_STEPS):
            event = events[count % len(events)]
            before = clock()
            step(state, event, by_account, now, strict=True)
            times.append(clock() - before)
        slices.append(times)
    gc.unfreeze()
    together = [time for times in slices for time in times]
    quiet = min(map(statistics.median, slices))
    return Measured(quiet / 1000, statistics.median(together) / 1000, statistics.quantiles(together, n=100)[98] / 1000)


def bar_told(case: Case, measured: Measured, known: Mapping[str, Measured]) -> str:
    """The bar of a case, and whether it holds."""
    if case.bar is not None:
        return f"<= {case.bar:,.0f}  {'holds' if measured.quiet <= case.bar else 'MISSED'}"
    other = known.get(case.flat_against or "")
    if other is None:
        return ""
    ratio = measured.quiet / other.quiet
    return f"<= 1.3 x  {'holds' if ratio <= 1.3 else 'MISSED'} ({ratio:.2f} x)"


def profile(case: Case, rows: int) -> None:
    """Where the time of one case goes."""
    state, by_account = case.prepare()
    now = START + timedelta(seconds=6)
    events = list(case.events)
    steps = 50 if "all hold" in case.name else 5000
    profiler = cProfile.Profile()
    profiler.enable()
    for count in range(steps):
        engine.step(state, events[count % len(events)], by_account, now, strict=True)
    profiler.disable()
    print(f"{case.name}: {steps} steps")
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(rows)


def main() -> None:
    """Print the table, or a profile."""
    parser = argparse.ArgumentParser(prog="benchmarks.engine_step", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="only the cases whose name contains this text")
    parser.add_argument("--profile", metavar="TEXT", help="profile the first case whose name contains this text")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure each case")
    parser.add_argument("--rows", type=int, default=30, help="rows of the profile")
    chosen = parser.parse_args()
    if chosen.profile is not None:
        profile(next(case for case in cases() if chosen.profile in case.name), chosen.rows)
        return
    print(f"{'step, 13 rules on':<42} {'quiet µs':>10} {'p50 µs':>10} {'p99 µs':>10}   bar, asked of quiet")
    known: dict[str, Measured] = {}
    for case in cases():
        if chosen.only in case.name:
            known[case.name] = measured = measure(case, chosen.seconds)
            told = bar_told(case, measured, known)
            row = f"{measured.quiet:>10,.1f} {measured.p50:>10,.1f} {measured.p99:>10,.1f}"
            print(f"{case.name:<42} {row}   {told}", flush=True)


if __name__ == "__main__":
    main()
