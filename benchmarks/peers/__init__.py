"""What a trader would write with the usual libraries, put to the guard's work.

Each program connects to both hubs, subscribes as the gateway wants it, and closes what a position message tells of too
much, in the way that its libraries are meant to be used by somebody who is in a hurry: connections kept alive, no logs,
the answer taken in the callback. None has rules, a journal or a second look. They run in `.venv/foreign`, on a newer
Python than ours.
"""

from __future__ import annotations

from benchmarks._driver import Client
from tests.foreign.prepare import SDK_PYTHON, is_sdk_ready


def _client(module: str, pause: float = 0.0) -> Client:
    return Client((str(SDK_PYTHON), "-m", f"benchmarks.peers.{module}"), pause)


PEERS = {
    "pysignalr + httpx": _client("pysignalr_httpx"),
    "signalrcore + requests": _client("signalrcore_requests"),
    "project-x-py": _client("project_x_py", 0.12),  # it looks again a tenth of a second after each close
}


def why_not_here() -> str:
    """What to do where they are not installed; empty where they are."""
    if is_sdk_ready():
        return ""
    return "Without the usual libraries: `python3 run.py foreign` installs them into .venv/foreign."
