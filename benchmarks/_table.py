"""What was measured, as a table and as bars that hold or are missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks._driver import Measured

SHARES: Final = (0.5, 0.99, 0.999)
BARS: Final = {0.5: 5.0, 0.99: 8.0}
"""How many times the floor the guard may take."""
TAIL_MS: Final = 10.0
TWICE: Final = 2.0
FLOOR, GUARD = "floor", "guard"


@dataclass(frozen=True)
class Row:
    """One load, and how each client did under it."""

    quotes_per_second: float
    of: dict[str, Measured] = field(default_factory=dict)

    def times(self, name: str, other: str, share: float) -> float:
        """How many times as long as another a client takes."""
        return self.of[name].at(share) / self.of[other].at(share)

    @property
    def load(self) -> str:
        """In words."""
        return "idle" if self.quotes_per_second < 100 else f"under {self.quotes_per_second:,.0f} quotes/s"


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a table."""
    wide = max(len(name) for name in rows[0].of)
    print(f"\n{title}\n{'quotes/s':>9}  {'':<{wide}}{'p50':>10}{'p99':>10}{'p99.9':>10}  lost   shed   (microseconds)")
    for row in rows:
        for name, one in row.of.items():
            times = "".join(f"{one.at(share):>10.1f}" for share in SHARES)
            print(f"{row.quotes_per_second:>9,.0f}  {name:<{wide}}{times}  {one.lost:>4}  {one.shed_share:>5.0%}")
        for name in list(row.of)[1:]:
            ratios = "".join(f"{row.times(name, FLOOR, share):>8.1f} x" for share in SHARES)
            print(f"{'':>9}  {name:<{wide}}{ratios}  of the floor")


def judge(name: str, value: float, bar: float, unit: str, *, at_least: bool = False) -> bool:
    """Print one bar and whether it holds."""
    holds = value >= bar if at_least else value <= bar
    word = "at least" if at_least else "bar"
    print(
        f"  {'holds ' if holds else 'MISSED'}  {name}: {value:,.{1 if value % 1 else 0}f} {unit}, {word} {bar:g} {unit}"
    )
    return holds


def against_the_floor(row: Row) -> bool:
    """The bars of one load."""
    told = [
        judge(f"p{share * 100:g} {row.load}", row.times(GUARD, FLOOR, share), bar, "x the floor")
        for share, bar in BARS.items()
    ]
    tail = row.of[GUARD].at(0.999) / 1000
    if row.quotes_per_second <= 5_000:
        told.append(judge(f"p99.9 {row.load}", tail, TAIL_MS, "ms"))
    return all(told)


def against_peers(row: Row) -> bool:
    """Is the guard at least twice as fast? A peer that never answers is slower than anything."""
    told = [
        judge(f"p50 of {name} {row.load}", row.times(name, GUARD, 0.5), TWICE, "x the guard", at_least=True)
        for name in row.of
        if name not in (FLOOR, GUARD)
    ]
    return all(told)
