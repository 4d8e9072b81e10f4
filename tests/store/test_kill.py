"""Killed at any instruction: nothing that was durable is lost, and what is there fits together."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from risk_manager.store import open_store, replay, verify
from tests.store.scalper import START, settings

ROUNDS: Final = int(os.environ.get("RISK_MANAGER_KILLS", "20"))


@pytest.mark.slow
@pytest.mark.timeout(30 * ROUNDS)
def test_a_killed_writer_has_kept_all_that_it_said_was_durable(tmp_path: Path) -> None:
    draw = random.Random(ROUNDS)
    by_account = {1: settings()}
    for number in range(ROUNDS):
        said = _killed(tmp_path, number, draw)
        store = open_store(tmp_path, now=lambda: START)
        found = store.recover(by_account, lambda _: by_account)
        assert not found.was_clean
        assert not store.warnings
        assert store.head.seq >= said
        store.close()
    assert verify(tmp_path / "state.db").is_whole
    replayed = replay(tmp_path / "state.db", by_account, lambda _: by_account)
    assert not replayed.differences
    assert replayed.steps > ROUNDS


def _killed(folder: Path, seed: int, draw: random.Random) -> int:
    """Kill it some time after it has said a first time that something is durable; the last line that it said so of."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.killed", str(folder), str(seed)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(draw.uniform(0, 0.2))
        process.kill()
        # A line that was cut off in the middle does not count.
        rest = [line for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return int((rest[-1] if rest else first).split()[1])
