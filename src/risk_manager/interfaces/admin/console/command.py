"""`risk-manager admin` without more words: the console."""

from __future__ import annotations

import sys
from pathlib import Path

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import NOT_SET, House, tell


def run(*, home: Path | None = None) -> int:
    """Look after the guard on the whole screen: rules, accounts, lockouts, service, logs, connection, password.

    Parameters
    ----------
    home
        The guard's home folder.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        tell("The console needs a terminal. For scripts there are commands: risk-manager admin --help")
        return ExitCode.BAD_INPUT
    house = House(home)
    if not house.config.is_dir():
        tell(f"There is no configuration in {house.config} yet. Begin with risk-manager init.")
        return ExitCode.BAD_INPUT
    if not house.hash.exists():
        tell(NOT_SET)
        return ExitCode.REFUSED
    from risk_manager.interfaces.admin.console.app import Console

    console = Console(house)
    console.run()
    if console.farewell:
        tell(console.farewell)
        return ExitCode.REFUSED
    return ExitCode.FINE
