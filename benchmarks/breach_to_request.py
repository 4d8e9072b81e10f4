"""From the message that breaks a limit, on the wire, to the guard's request, on the wire: loopback, all rules on,
the journal too.

    python -m benchmarks.breach_to_request            2,000 breaches of each kind, some minutes
    python -m benchmarks.breach_to_request --quick    a few of each: does it run, and is it wildly off
    python -m benchmarks.breach_to_request --peers    the usual libraries beside it, put to the same work

The venue is this process, the guard another, and a third is the floor: a bare asyncio loop with typed decoding and a
request that was built beforehand, put to the same work on the same venue in turns with the guard. Ratios to it are
what counts; the times themselves are the machine's. Two cores that nobody else uses are needed for honest tails.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from benchmarks._driver import Client, Measured, driven
from benchmarks._messages import ES, MANY, MNQ
from benchmarks._table import FLOOR, GUARD, Row, against_peers, against_the_floor, judge, show
from benchmarks.peers import PEERS, why_not_here

QUOTES_PER_SECOND = (4, 1_000, 5_000, 20_000)
_TURN = 250
"""The most breaches of one client at a stretch: they take turns, so that a noisy minute hits all of them."""
_QUICK = 16
OURS = {name: Client((sys.executable, "-m", f"benchmarks._{name}")) for name in (FLOOR, GUARD)}


async def compare(
    clients: dict[str, Client], held: dict[str, int], contracts: Sequence[str], rates: Sequence[float], count: int
) -> tuple[list[Row], int]:
    """All of them under each load; and how long the guard's journal has become."""
    async with AsyncExitStack() as stack:
        drivers = {name: await stack.enter_async_context(driven(one, held)) for name, one in clients.items()}
        for driver in drivers.values():
            await driver.breaches(max(20, count // 10), contracts, 100, Measured())  # to warm up
        turns = max(2, -(-count // _TURN))
        rows = [Row(rate, {name: Measured() for name in drivers}) for rate in rates]
        for row in rows:
            for _ in range(turns):
                for name, driver in drivers.items():
                    await driver.breaches(count // turns, contracts, row.quotes_per_second, row.of[name])
                    await driver.settle()
    return rows, int(drivers[GUARD].last_words)


async def touch(rate: float, count: int) -> Measured:
    """The guard under the heaviest rain, where single quotes reach a limit."""
    async with driven(OURS[GUARD], {ES: 1}, stops=False) as driver:
        await driver.touches(20, 100, Measured())
        touched = Measured()
        touched.uncalled = await driver.touches(count, rate, touched)
        return touched


async def run(count: int, clients: dict[str, Client]) -> tuple[bool, bool]:
    """Measure, print, judge: whether every breach was answered, and whether all bars hold."""
    single, lines = await compare(clients, {ES: 1}, [MNQ], QUOTES_PER_SECOND, count)
    show("One breach: message on the wire to request on the wire", single)
    many, _ = await compare(OURS, dict.fromkeys(MANY, 1), MANY, [QUOTES_PER_SECOND[0]], max(_QUICK, count // 4))
    show("Sixteen breaches at once: to the last request", many)
    touched = Row(QUOTES_PER_SECOND[-1], {GUARD: await touch(QUOTES_PER_SECOND[-1], max(_QUICK, count // 4))})
    show("A limit that one quote touches: that quote on the wire to request on the wire", [touched])
    print("\nBars")
    answered = [
        judge("never answered", sum(row.of[GUARD].lost for row in (*single, *many)), 0, "breaches"),
        judge("touched for one tick and missed", touched.of[GUARD].lost, 0, "limits"),
        judge("asked for without a touch", touched.of[GUARD].uncalled, 0, "requests"),
        judge("the guard's journal", lines, 2 * count * len(single), "lines", at_least=True),
    ]
    told = [against_the_floor(row) for row in single]
    told.append(judge("last of sixteen, p50", many[0].times(GUARD, FLOOR, 0.5), 6, "x the floor of the same work"))
    told += [against_peers(row) for row in single]
    return all(answered), all(told)


def main() -> int:
    """The exit code is 1 where a bar is missed; with --quick, only where a breach was not answered."""
    parser = argparse.ArgumentParser(prog="benchmarks.breach_to_request", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few breaches of each kind; times do not count")
    parser.add_argument("--peers", action="store_true", help="the usual libraries too, where they are installed")
    parser.add_argument("--breaches", type=int, default=2000, help="of each kind")
    chosen = parser.parse_args()
    clients = dict(OURS)
    if why := why_not_here():
        print(why)
    elif chosen.peers:
        clients |= PEERS
    else:
        print("The usual libraries are installed: --peers puts them to the same work.")
    is_answered, holds = asyncio.run(run(_QUICK if chosen.quick else chosen.breaches, clients))
    return 0 if is_answered and (holds or chosen.quick) else 1


if __name__ == "__main__":
    sys.exit(main())
