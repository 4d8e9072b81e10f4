"""`risk-manager demo`: see the guard at work, on a simulated account."""

from __future__ import annotations

import asyncio
import sys

from risk_manager.exit_codes import ExitCode


def run(*, plain: bool = False) -> int:
    """See the guard at work: a simulated broker, the real guard, a reckless trader. Needs no account.

    On a terminal it is shown on the dashboard. As plain text it ends by itself. The exit code is 0 only if everything
    that should happen did.

    Parameters
    ----------
    plain
        Tell it as text, also on a terminal.
    """
    print("risk-manager demo: a simulated broker, the real guard, and a trader who has lost his temper.", flush=True)
    # The first line is there before the heavy imports.
    if not plain and all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        from risk_manager.demo.shown import play
    else:
        from risk_manager.demo.told import play

    return ExitCode.FINE if asyncio.run(play()) else ExitCode.DIFFERS
