"""The benchmark of the promise that counts most is run as long as it takes to see that it still measures something."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tree import ROOT


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_breach_and_every_touch_is_answered() -> None:
    command = [sys.executable, "-m", "benchmarks.breach_to_request", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "never answered: 0 breaches" in done.stdout
    assert "touched for one tick and missed: 0 limits" in done.stdout
