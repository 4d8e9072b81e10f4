"""Seeds, tried in as many processes as there may be."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from typing import Final

from tests.storm.course import Result, run
from tests.storm.removals import without

_SEEDS_A_PROCESS: Final = 400


def tried(asked: tuple[int, str | None]) -> Result:
    """One seed, with one protection less where one is named."""
    seed, removal = asked
    with without(removal):
        return run(seed)


def results(seeds: Iterable[int], jobs: int, removal: str | None = None) -> Iterator[Result]:
    """What comes of seeds, as it comes."""
    asked = [(seed, removal) for seed in seeds]
    if jobs == 1:
        yield from map(tried, asked)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=_SEEDS_A_PROCESS) as pool:
        yield from pool.imap_unordered(tried, asked, chunksize=4)
