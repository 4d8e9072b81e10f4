"""`python -m tests.crash --rounds 300`: the long version. Ends at the first problem, and says how to repeat it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.crash.rounds import run

ROUNDS_OF_A_HOUSE: Final = 10


def main() -> int:
    """House after house."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1, help="of the first house; the next ones count up")
    told = parser.parse_args()
    began = time.monotonic()
    done, seed = 0, told.seed
    while done < told.rounds:
        count = min(ROUNDS_OF_A_HOUSE, told.rounds - done)
        with tempfile.TemporaryDirectory() as folder:
            figures = asyncio.run(run(Path(folder), seed, count))
        done += figures.rounds
        print(f"seed {seed}: {figures}; {done} rounds, {time.monotonic() - began:.0f} s", flush=True)
        if figures.problems:
            print(f"To repeat it: python -m tests.crash --rounds {count} --seed {seed}", flush=True)
            return 1
        seed += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
