"""`python -m tests.storm --seeds 1000`: run seeds; `--seed N` runs one and tells its story."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.storm.course import Result
from tests.storm.removals import REMOVALS
from tests.storm.seeds import results, tried

_LAST_LINES = 40


def _print(result: Result, lines: int, removal: str | None) -> None:
    for line in result.story[:2] + result.story[2:][-lines:]:
        print(f"    {line}")
    print(f"seed {result.seed} is {'RED' if result.problems else 'green'} ({result.digest}) {result.counts}")
    for problem in result.problems[:8]:
        print(f"  * {problem}")
    if result.problems:
        less = f" --without {removal!r}" if removal else ""
        print(f"  again: python -m tests.storm --seed {result.seed}{less}", flush=True)


def main() -> int:
    """Run what is asked for; 1 where a seed was red."""
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone, with its story")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--red", type=int, default=5, help="stop after so many red ones")
    parser.add_argument("--without", choices=REMOVALS, help="take this protection out: seeds must turn red")
    asked = parser.parse_args()
    if asked.seed is not None:
        result = tried((asked.seed, asked.without))
        _print(result, 10_000, asked.without)
        return int(bool(result.problems))
    began, red, done = time.monotonic(), 0, 0
    for result in results(range(asked.first, asked.first + asked.seeds), asked.jobs, asked.without):
        done += 1
        if result.problems:
            red += 1
            _print(result, _LAST_LINES, asked.without)
            if red >= asked.red:
                break
    print(f"{done} seeds from {asked.first} on, {red} red, in {time.monotonic() - began:.0f} s.", flush=True)
    return int(red > 0)


if __name__ == "__main__":
    if "PYTHONHASHSEED" not in os.environ:
        # The order within sets of words is a matter of chance otherwise, and a seed must be the same every time.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.storm", *sys.argv[1:]])
    sys.exit(main())
