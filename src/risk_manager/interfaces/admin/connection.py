"""`risk-manager admin test-connection`: does the gateway take the login, has it the accounts, do the clocks agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import checks
from risk_manager.interfaces.admin.checks import Found
from risk_manager.interfaces.admin.configuration import print_json
from risk_manager.interfaces.admin.doctor import lines
from risk_manager.interfaces.admin.entrance import House


def run(*, home: Path | None = None, json: bool = False) -> int:
    """Log in at the gateway as the guard does, and look at what it answers. Nothing is changed there.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        As JSON, for other programs.
    """
    found = []
    for one in looks(House(home)):
        found.append(one)
        if not json:
            print("\n".join(lines(one)), flush=True)
    if json:
        print_json(found)
    if not found[0].is_good:
        return ExitCode.BAD_INPUT
    return ExitCode.FINE if all(one.is_good for one in found) else ExitCode.UNREACHABLE


def looks(house: House) -> Iterator[Found]:
    """One after the other, the configuration first: without it there is nobody to log in as."""
    found, read = checks.configuration(house)
    yield found if read is None else Found("configuration", True, f"The login is {read.login.username}.")
    if read is None:
        return
    yield checks.login(read)
    yield checks.clock(read)
    if house.is_guarded():
        yield from (one for one in checks.running(house) if one.name == "connection")
