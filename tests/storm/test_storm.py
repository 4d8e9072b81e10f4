"""Some hundred seeds of the storm, by the very command that repeats a red one; and that a seed is always the same."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.tree import ROOT

_SEEDS = 200


async def _storm(*words: str, **environment: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.storm",
        *words,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_guard_weathers_some_hundred_storms() -> None:
    code, told = await _storm("--seeds", str(_SEEDS), "--jobs", "2")
    assert code == 0, told


@pytest.mark.slow
async def test_a_seed_is_the_same_every_time() -> None:
    one, other = await asyncio.gather(_storm("--seed", "7"), _storm("--seed", "7"))
    assert one == other
    assert "seed 7 is green" in one[1]
