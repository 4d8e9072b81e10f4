"""`risk-manager doctor`: what protection depends on, the service that keeps the guard running among it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Protocol

from risk_manager import home as homes
from risk_manager.interfaces.admin import doctor
from risk_manager.interfaces.admin.checks import Found
from risk_manager.service.systemd.system import Linux
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
    folder = homes.folder(home)
    besides = of_service(this_machine(), folder) if sys.platform == "win32" else of_unit(Linux(), folder)
    return doctor.run(home=home, json=json, besides=besides)


class Unit(Protocol):
    """The service of a machine with systemd."""

    def home(self) -> str:
        """Where its guard lives; empty: there is none."""
        ...

    def rows(self) -> tuple[tuple[bool, str], ...]:
        """What there is to say of it, and whether that is as it should be."""
        ...


def of_unit(unit: Unit, home: Path) -> Iterator[Found]:
    """The row of the service, where this home is its home. A guard that is run by hand has none."""
    its_home = unit.home()
    if not its_home or home.resolve() != Path(its_home).resolve():
        return
    rows = unit.rows()
    bad = [sentence for is_good, sentence in rows if not is_good]
    if bad:
        more = [*bad[1:], "All of it: risk-manager service status"]
        yield Found("service", False, bad[0], "\n".join(more))
    else:
        yield Found("service", True, " ".join(sentence for _, sentence in rows))


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
