"""`risk-manager demo`: see the guard at work, on a simulated account."""

from __future__ import annotations

import asyncio

from risk_manager.exit_codes import ExitCode


def run() -> int:
    """See the guard at work: a simulated broker, the real guard, a reckless trader. Needs no account.

    Ends by itself; exit code 0 only if everything that should happen did.
    """
    print("risk-manager demo: a simulated broker, the real guard, and a trader who has lost his temper.", flush=True)
    from risk_manager.demo.told import play  # the first line is there before the heavy imports

    return ExitCode.FINE if asyncio.run(play()) else ExitCode.DIFFERS
