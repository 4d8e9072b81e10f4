"""What the guard is compared with is put to the same work, and does it: what a peer cannot do is said, not hidden."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from benchmarks.peers import PEERS
from tests.foreign.prepare import ROOT


@pytest.mark.timeout(300)
def test_every_peer_closes_what_is_too_much() -> None:
    command = [sys.executable, "-m", "benchmarks.breach_to_request", "--quick", "--peers"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for peer in PEERS:
        row = rf"^ +4  {re.escape(peer)} +[\d.]+ +[\d.]+ +[\d.]+ +0 +0%$"
        assert re.search(row, done.stdout, re.MULTILINE), f"{peer} did not answer at rest:\n{done.stdout}"
        assert f"p50 of {peer} under 20,000 quotes/s" in done.stdout
