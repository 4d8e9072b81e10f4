"""From the message that breaks a limit, on the wire, to the guard's request, on the wire: loopback, all rules on,
the journal too.

    python -m benchmarks.breach_to_request            2,000 breaches of each kind, some two minutes
    python -m benchmarks.breach_to_request --quick    a few of each: does it run, and is it wildly off

The venue is this process, the guard another, and a third is the floor: a bare asyncio loop with typed decoding and a
request that was built beforehand, put to the same work on the same venue in turns with the guard. Ratios to it are
what counts; the times themselves are the machine's. Two cores that nobody else uses are needed for honest tails.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from benchmarks._venue import ES, MANY, MNQ, Venue, position, quote

QUOTES_PER_SECOND = (4, 1_000, 5_000, 20_000)
LOST_SECONDS = 2.0
UNSENT_BYTES_MAX = 16 * 1024
"""A client that is further behind with its quotes is given no more: they are counted as shed."""
_TURNS = 8
"""Floor and guard take turns, so that a noisy minute hits both."""


@dataclass
class Measured:
    """Microseconds of one client under one load, and what never came."""

    times: list[float] = field(default_factory=list)
    lost: int = 0
    sent: int = 0
    shed: int = 0
    """Quotes that were taken, and that could not be given in time: the rate was more than the client can do."""

    def at(self, share: float) -> float:
        """The time that this share of the breaches was answered within."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


class Driver:
    """Tells one client of breaches and quotes, and notes when its requests arrive."""

    def __init__(self, venue: Venue, seed: int = 1) -> None:
        self._venue = venue
        self._chance = random.Random(seed)
        self._quoted = 0
        self.sent = self.shed = 0

    async def breaches(self, count: int, contracts: Sequence[str], per_second: float, into: Measured) -> None:
        """Let `contracts` break their limit together, `count` times, under a steady rain of quotes."""
        calm = b"".join(position(contract, 1 if len(contracts) > 1 else 0) for contract in contracts)
        breach = b"".join(position(contract, 12) for contract in contracts)
        began, self._quoted = time.perf_counter(), 0
        sent, shed = self.sent, self.shed
        await self._rain(began, per_second, 0.02)
        for _ in range(count):
            self._venue.arrived.clear()
            told_at = self._venue.tell(breach)
            give_up = time.perf_counter() + LOST_SECONDS
            while len(self._venue.arrived) < len(contracts) and time.perf_counter() < give_up:
                await self._moment(began, per_second)
            if len(self._venue.arrived) < len(contracts):
                into.lost += 1
            else:
                into.times.append((max(self._venue.arrived) - told_at) / 1000)
            await self._rain(began, per_second, 0.001)
            self._venue.tell(calm)
            await self._rain(began, per_second, self._chance.uniform(0.002, 0.004))
        into.sent += self.sent - sent
        into.shed += self.shed - shed

    async def _rain(self, began: float, per_second: float, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            await self._moment(began, per_second)

    async def _moment(self, began: float, per_second: float) -> None:
        """Send the quotes that are due, one by one, and let the loop look at its sockets without ever sleeping."""
        due = int((time.perf_counter() - began) * per_second)
        market = self._venue.hubs["market"].transport
        if self._quoted < due and market.get_write_buffer_size() <= UNSENT_BYTES_MAX:
            market.write(quote(ES, self._quoted))
            self._quoted += 1
            self.sent += 1
        self.shed += max(0, due - 50 - self._quoted)
        self._quoted = max(self._quoted, due - 50)  # what could not be sent in time is not made up for
        await asyncio.sleep(0)


@asynccontextmanager
async def client(which: str, held: dict[str, int]) -> AsyncIterator[Driver]:
    """A client that is connected and subscribed."""
    venue = Venue(held)
    url = await venue.start()
    words = ("-m", "benchmarks._clients", which, url, str(len(held) + 1))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n", f"{which} did not start"
            while len(venue.hubs) < 2:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
        yield Driver(venue)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
        venue.stop()


async def compare(held: dict[str, int], contracts: Sequence[str], rates: Sequence[float], count: int) -> list[Row]:
    """Floor and guard under each load."""
    rows: list[Row] = []
    async with client("floor", held) as bare, client("guard", held) as real:
        for driver in (bare, real):
            await driver.breaches(max(20, count // 10), contracts, 100, Measured())  # to warm up
        for rate in rates:
            row = Row(rate, Measured(), Measured())
            for _ in range(_TURNS):
                await bare.breaches(count // _TURNS, contracts, rate, row.floor)
                await real.breaches(count // _TURNS, contracts, rate, row.guard)
            rows.append(row)
    return rows


@dataclass(frozen=True)
class Row:
    """One load."""

    quotes_per_second: float
    floor: Measured
    guard: Measured


def ratio(row: Row, share: float) -> float:
    """How many times the floor the guard takes."""
    return row.guard.at(share) / row.floor.at(share)


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a table."""
    print(f"\n{title}\n{'quotes/s':>9}  {'':<6}{'p50':>9}{'p99':>9}{'p99.9':>9}  lost   shed   (microseconds)")
    for row in rows:
        for name, one in (("floor", row.floor), ("guard", row.guard)):
            times = "".join(f"{one.at(share):>9.1f}" for share in (0.5, 0.99, 0.999))
            shed = one.shed / max(1, one.sent + one.shed)
            print(f"{row.quotes_per_second:>9,.0f}  {name:<6}{times}  {one.lost:>4}  {shed:>5.0%}")
        ratios = "".join(f"{ratio(row, share):>7.1f} x" for share in (0.5, 0.99, 0.999))
        print(f"{'':>9}  {'ratio':<6}{ratios}")


def judge(name: str, value: float, bar: float, unit: str) -> bool:
    """Print one bar and whether it holds."""
    print(f"  {'holds ' if value <= bar else 'MISSED'}  {name}: {value:,.1f} {unit}, bar {bar:g} {unit}")
    return value <= bar


async def run(count: int, bursts: int) -> bool:
    """Measure, print, judge."""
    single = await compare({ES: 1}, [MNQ], QUOTES_PER_SECOND, count)
    show("One breach: message on the wire to request on the wire", single)
    many = await compare(dict.fromkeys(MANY, 1), MANY, [4], bursts)
    show("Sixteen breaches at once: to the last request", many)
    idle, busy = single[0], single[2]
    print("\nBars")
    told = [
        judge("p50, idle", ratio(idle, 0.5), 5, "x the floor"),
        judge("p99, idle", ratio(idle, 0.99), 8, "x the floor"),
        judge("p99.9, idle", idle.guard.at(0.999) / 1000, 10, "ms"),
        judge("p99.9 under 5,000 quotes/s", busy.guard.at(0.999) / 1000, 10, "ms"),
        judge("last of sixteen, p50", ratio(many[0], 0.5), 6, "x the floor of the same work"),
        judge("never answered", sum(row.guard.lost for row in (*single, *many)), 0, "breaches"),
    ]
    return all(told)


def main() -> int:
    """The exit code is 1 where a bar is missed; --quick only asks whether every breach is answered."""
    parser = argparse.ArgumentParser(prog="benchmarks.breach_to_request", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few breaches of each kind; no bar but the last counts")
    parser.add_argument("--breaches", type=int, default=2000, help="of each kind")
    chosen = parser.parse_args()
    count = 80 if chosen.quick else chosen.breaches
    holds = asyncio.run(run(count, max(40, count // 4)))
    return 0 if holds or chosen.quick else 1


if __name__ == "__main__":
    sys.exit(main())
