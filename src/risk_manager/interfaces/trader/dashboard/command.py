"""`risk-manager dashboard`: everything about the account on one screen that keeps itself up to date."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from risk_manager import home as homes
from risk_manager.exit_codes import ExitCode


def run(*, home: Path | None = None) -> int:
    """Watch the account on the whole screen: limits, locks, positions, history. It only looks.

    Parameters
    ----------
    home
        The guard's home folder.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        print("The dashboard needs a terminal. Without one: risk-manager status, or status --json.", file=sys.stderr)
        return ExitCode.BAD_INPUT
    from risk_manager.interfaces.trader import hours
    from risk_manager.interfaces.trader.dashboard.app import Dashboard
    from risk_manager.interfaces.trader.hours import Hours
    from risk_manager.ipc.client import Feed

    def known() -> tuple[Hours, ...]:
        return tuple(hours.read(hours.place()))

    def punch() -> None:
        hours.punch(hours.place(), datetime.now(UTC))

    folder = homes.folder(home)
    app = Dashboard(
        Feed(folder),
        clock=lambda: datetime.now(UTC),
        zone=None,
        hours=known,
        punch=punch,
        how_to_start=homes.how_to_start(folder),
    )
    app.run()
    return ExitCode.FINE
