"""What the store costs the guard, how fast it writes, how fast a start is, and how large a week becomes.

    python -m benchmarks.store_write                    all of it; some minutes
    python -m benchmarks.store_write --lines 100000     with a shorter week

A usual week: five days of 300 round turns, a position open for 6.5 hours a day with 4 quotes a second, a read of the
account every half minute round the clock.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.events import AccountRead, AnyEvent, OrderSeen, PositionSeen, QuoteSeen, TradeSeen
from risk_manager.core.model import OrderStatus, OrderType, Side, Trade
from risk_manager.core.record import Step
from risk_manager.store import Store, open_store, verify

MNQ: Final = "CON.F.US.MNQ.Z25"
MONDAY: Final = datetime(2025, 10, 20, 13, 30, tzinfo=UTC)
PRICE: Final = Decimal("18500.00")
TICK: Final = Decimal("0.25")
OPEN_SECONDS: Final = int(6.5 * 3600)
TURNS_A_DAY: Final = 300
WEEK_MB_MOST, RECOVERY_SECONDS_MOST, HAND_OVER_MICROS_MOST, LINES_A_SECOND_LEAST = 100, 2.0, 5.0, 5_000


class Taken(NamedTuple):
    """What the guard tells its listeners."""

    event: AnyEvent
    at: datetime
    step: Step


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.store_write", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000, help="how long the journal of the recovery is")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _hand_over(Path(folder) / "hand_over")
        _week(Path(folder) / "week")
        _recovery(Path(folder) / "recovery", chosen.lines)


def _hand_over(folder: Path) -> None:
    """Steps taken beforehand are handed over at 5,000 a second, then as fast as it goes."""
    store, taken = open_store(folder, now=lambda: MONDAY), list(_taken(events_of_user(20_000)))
    store.recover(SETTINGS, lambda _: SETTINGS)
    store.begin(engine.begin(SETTINGS, MONDAY))
    gc.collect()
    gc.freeze()
    times = []
    for number, one in enumerate(taken[:10_000]):
        before = time.perf_counter_ns()
        store.heard(one)
        times.append(time.perf_counter_ns() - before)
        if number % 10 == 9:
            time.sleep(0.002)
    _row("hand-over, p50", statistics.median(times) / 1000, "µs", f"<= {HAND_OVER_MICROS_MOST:g}")
    _row("hand-over, p99", statistics.quantiles(times, n=100)[98] / 1000, "µs", "")
    _drain(store)
    begun = time.perf_counter()
    for one in taken[10_000:]:
        store.heard(one)
    _drain(store)
    _row("written, as fast as it goes", 10_000 / (time.perf_counter() - begun), "steps/s", f">= {LINES_A_SECOND_LEAST}")
    gc.unfreeze()
    store.close()


def _week(folder: Path) -> None:
    store = _filled(folder, usual_week())
    store.close()
    size = sum(path.stat().st_size for path in folder.glob("state.db*")) / 1e6
    _row("a usual week", store.head.seq, "lines", "")
    _row("a usual week", size, "MB", f"<= {WEEK_MB_MOST}")


def _recovery(folder: Path, lines: int) -> None:
    store = _filled(folder, busy_week(lines), lines)
    left = folder.with_name("killed")
    left.mkdir()
    for path in folder.glob("state.db*"):  # as a killed guard leaves it: the log not folded in, no last state
        shutil.copyfile(path, left / path.name)
    store.close()
    size = sum(path.stat().st_size for path in folder.glob("state.db*")) / 1e6
    _row("a long journal", store.head.seq, "lines", f">= {lines}")
    assert store.head.seq >= lines
    _row("a long journal", size, "MB", "")
    begun = time.perf_counter()
    again = open_store(left, now=lambda: MONDAY + timedelta(days=7))
    opened = time.perf_counter()
    found = again.recover(SETTINGS, lambda _: SETTINGS)
    assert not found.was_clean
    _row("opened after a kill", opened - begun, "s", "")
    _row("opened and recovered", time.perf_counter() - begun, "s", f"<= {RECOVERY_SECONDS_MOST:g}")
    _row("lines replayed for it", found.lines_replayed, "lines", "")
    again.close()
    begun = time.perf_counter()
    checked = verify(left / "state.db")
    _row("audit verify, file and chain", time.perf_counter() - begun, "s", "")
    assert checked.is_whole, checked.problems
    _row("lines that it looked at", checked.lines, "lines", f">= {lines}")
    assert checked.lines >= lines
    begun = time.perf_counter()
    open_store(left, now=lambda: MONDAY + timedelta(days=14)).close()
    _row("opened, whole file looked at", time.perf_counter() - begun, "s", f"<= {RECOVERY_SECONDS_MOST:g}")


def _filled(folder: Path, events: Iterator[tuple[AnyEvent, datetime]], lines: int | None = None) -> Store:
    """A store that has been told all of it, or as much as makes so many lines: several quotes are often one."""
    store = open_store(folder, now=lambda: MONDAY + timedelta(days=7))
    store.recover(SETTINGS, lambda _: SETTINGS)
    store.begin(engine.begin(SETTINGS, MONDAY))
    for one in _taken(events):
        store.heard(one)
        if store.heard_count - store.saved_count > 20_000:
            time.sleep(0.02)
        if lines is not None and store.head.seq >= lines:
            break
    _drain(store)
    return store


def _drain(store: Store) -> None:
    while store.saved_count < store.heard_count:
        assert store.trouble is None, store.trouble
        time.sleep(0.001)


def _row(what: str, value: float, unit: str, bar: str) -> None:
    print(f"{what:<32} {value:>14,.2f} {unit:<8} {bar}", flush=True)


# Who is guarded

SETTINGS: Final = {
    1: settings_from_mapping(
        {
            "max_contracts": {"limit": 20},
            "daily_realized_loss": {"limit": -1000000},
            "daily_unrealized_loss": {"limit": -1000000},
            "no_stop_loss_grace": {"grace_period_seconds": 3000},
            "trade_frequency_limit": {"limits": {"per_minute": 100000}},
        }
    )
}


def _taken(events: Iterator[tuple[AnyEvent, datetime]]) -> Iterator[Taken]:
    state = engine.begin(SETTINGS, MONDAY)
    for event, at in events:
        step = engine.step(state, event, SETTINGS, at)
        state = step.state
        yield Taken(event, at, step)


def events_of_user(count: int) -> Iterator[tuple[AnyEvent, datetime]]:
    """Orders and positions that change a little each time."""
    yield _read(MONDAY, [], 0), MONDAY
    for number in range(count - 1):
        at = MONDAY + timedelta(milliseconds=number)
        if number % 2:
            yield PositionSeen(account=1, contract=MNQ, signed_size=1 + number % 3, average_price=PRICE), at
        else:
            yield _order(7, 5, 0), at


def usual_week() -> Iterator[tuple[AnyEvent, datetime]]:
    """What the top of this file says."""
    yield _read(MONDAY, [], 0), MONDAY
    for day in range(5):
        yield from _day(MONDAY + timedelta(days=day), day)


def _day(opening: datetime, day: int) -> Iterator[tuple[AnyEvent, datetime]]:
    trades: list[Trade] = []
    size = 0
    pause = OPEN_SECONDS // (TURNS_A_DAY * 2)
    for second in range(24 * 3600):
        at = opening + timedelta(seconds=second)
        is_open = second < OPEN_SECONDS
        if second % pause == 0 and len(trades) < TURNS_A_DAY * 2:
            # One contract is always held, and a second one bought and sold.
            size = 2 if size == 1 else 1
            yield from _fill(day * 10_000 + len(trades), Side.BUY if size == 2 else Side.SELL, size, at, trades)
        elif second == OPEN_SECONDS:
            yield PositionSeen(account=1, contract=MNQ, signed_size=0, average_price=Decimal(0)), at
            size = 0
        if is_open:
            for quarter in range(4):
                yield _quote(second * 4 + quarter), at + timedelta(milliseconds=250 * quarter)
        if second % 30 == 0:
            yield _read(at, trades, size), at


def busy_week(lines: int) -> Iterator[tuple[AnyEvent, datetime]]:
    """A day with some trades, and then quotes, orders and positions of a held contract without end. The first so many
    lines would be five days, if every quote were one."""
    yield _read(MONDAY, [], 0), MONDAY
    trades: list[Trade] = []
    for number in range(200):
        size = 2 if number % 2 else 1
        yield from _fill(number, Side.BUY if size == 2 else Side.SELL, size, MONDAY + timedelta(seconds=number), trades)
    span = timedelta(days=5) / lines
    for number in itertools.count():
        at = MONDAY + timedelta(minutes=10) + number * span
        if number % 8 == 0:
            yield _order(90_000, 5, number % 3), at
        elif number % 8 == 4:
            yield PositionSeen(account=1, contract=MNQ, signed_size=1, average_price=PRICE + number % 5), at
        else:
            yield _quote(number), at + timedelta(microseconds=1)


def _fill(number: int, side: Side, size: int, at: datetime, trades: list[Trade]) -> Iterator[tuple[AnyEvent, datetime]]:
    pnl = Decimal("3.50") if side is Side.SELL else None
    trades.append(
        Trade(
            id=number + 1,
            order=number + 1,
            contract=MNQ,
            side=side,
            size=1,
            price=PRICE,
            profit_and_loss=pnl,
            costs=Decimal("0.37"),
            at=at,
        )
    )
    yield _order(number + 1, 1, 0), at
    yield OrderSeen(account=1, order=number + 1, status=OrderStatus.FILLED, filled=1), at
    yield TradeSeen(account=1, trade=trades[-1]), at
    yield PositionSeen(account=1, contract=MNQ, signed_size=size, average_price=PRICE), at


def _order(number: int, size: int, filled: int) -> OrderSeen:
    return OrderSeen(
        account=1,
        order=number,
        contract=MNQ,
        side=Side.SELL,
        type=OrderType.LIMIT,
        status=OrderStatus.OPEN,
        size=size,
        filled=filled,
        limit_price=PRICE + 100,
    )


def _quote(number: int) -> QuoteSeen:
    last = PRICE + (number * 7 % 41 - 20) * TICK
    return QuoteSeen(contract=MNQ, last=last, bid=last - TICK, ask=last)


def _read(at: datetime, trades: Sequence[Trade], size: int) -> AccountRead:
    held = PositionSeen(account=1, contract=MNQ, signed_size=size, average_price=PRICE)
    return AccountRead(
        account=1,
        asked_at=at,
        can_trade=True,
        balance=Decimal("50000.00"),
        positions=(held,) if size else (),
        orders=(),
        trades=tuple(trades),
        after_restart=at == MONDAY,
    )


if __name__ == "__main__":
    main()
