"""Killed at random instants under load. `python -m tests.crash --rounds 300` goes on for as long as one likes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest

from tests.crash.rounds import run

ROUNDS: Final = 8
SEEDS: Final = (1, 2)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM and SIGKILL")


@pytest.mark.slow
async def test_a_guard_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    houses = await asyncio.gather(*(run(tmp_path / str(seed), seed, ROUNDS) for seed in SEEDS))
    for seed, figures in zip(SEEDS, houses, strict=True):
        again = f"python -m tests.crash --rounds {ROUNDS} --seed {seed}"
        assert not figures.problems, f"{figures.problems}\nTo repeat it: {again}"
        assert figures.rounds == ROUNDS
        assert figures.enforced > ROUNDS, "too little has happened for the rounds to say anything"
        assert figures.locks
