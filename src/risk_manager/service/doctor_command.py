"""`risk-manager doctor`: what protection depends on, the service that keeps the guard running among it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from risk_manager import home as homes
from risk_manager.interfaces.admin import doctor
from risk_manager.interfaces.admin.checks import Found
from risk_manager.service.windows.machine import Machine, MachineError
from risk_manager.service.windows.reading import rows
from risk_manager.service.windows.system import Windows, this_machine


def run(*, home: Path | None = None, json: bool = False) -> int:
    """Look at everything that protection depends on.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        As JSON, for other programs.
    """
    besides = of_service(this_machine(), homes.folder(home)) if sys.platform == "win32" else ()
    return doctor.run(home=home, json=json, besides=besides)


def of_service(machine: Machine, home: Path) -> Iterator[Found]:
    """The rows of the service, where this home is its home. What cannot be told is not called good."""
    try:
        its_home = Windows(lambda: machine).home()
        if PureWindowsPath(home) != PureWindowsPath(its_home):
            return
        for row in rows(machine, its_home):
            yield Found(row.name, row.is_good is True, row.says, row.remedy)
    except MachineError as error:
        yield Found("service", False, str(error), "Run doctor as an administrator.")
