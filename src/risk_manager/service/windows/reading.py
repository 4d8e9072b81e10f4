"""The service as it is, held against what installing makes of it: a row for each thing that protection hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Final, NamedTuple

from risk_manager import descriptors
from risk_manager.service.windows.closed import in_words, open_places
from risk_manager.service.windows.command_line import MODULE, interpreter_of, script_of
from risk_manager.service.windows.log import FILE
from risk_manager.service.windows.machine import AUTOMATIC, NAME, RESTARTS, Machine, MachineError, Service

_AGAIN: Final = "As an administrator: risk-manager service install"
_UNTOLD: Final = "cannot verify: this Windows does not tell."
_ACCOUNTS: Final = frozenset({"localsystem", r"nt authority\system", r".\localsystem"})


class Row(NamedTuple):
    """One thing."""

    name: str
    is_good: bool | None
    """None: it cannot be told here."""
    says: str
    remedy: str = ""
    """What to do; empty where nothing is."""

    @property
    def told(self) -> str:
        """It, on one line."""
        return f"{self.name}: {self.says}" + (f" {self.remedy}" if self.remedy else "")


def rows(machine: Machine, home: str) -> tuple[Row, ...]:
    """Every row, in the order in which one would mend them. Raises MachineError."""
    found = machine.service(NAME)
    if found is None:
        return (Row("service", False, "There is none: the guard runs as long as somebody has it run.", _AGAIN),)
    return tuple(_rows(machine, found, home))


def _rows(machine: Machine, found: Service, home: str) -> Iterator[Row]:
    yield _service(machine, found, home)
    yield _row("start", found.start == AUTOMATIC, "It starts with the machine.", f"It starts: {found.start}.")
    is_system = found.account.lower() in _ACCOUNTS
    yield _row("account", is_system, "It runs as the system.", f"It runs as {found.account}.")
    yield from _restarts(found)
    yield _descriptor(machine, found.descriptor)
    yield _folder(machine, home)
    yield from _program(machine, found.command)


def _service(machine: Machine, found: Service, home: str) -> Row:
    if not found.is_running:
        return Row("service", False, "IT DOES NOT RUN.", f"As an administrator: sc.exe start {NAME}")
    guards, said = machine.guards(home)
    return Row("service", guards, f"It runs. {said}", "" if guards else rf"Why: {home}\logs\{FILE}")


def _restarts(found: Service) -> Iterator[Row]:
    if found.restarts is None:
        yield Row("restarts", None, _UNTOLD)
    else:
        told = ", ".join(f"{after / 1000:g} s" for after in found.restarts) or "never"
        yield _row("restarts", found.restarts == RESTARTS, f"After {told}.", f"After a failure: {told}.")
    if found.restarts_on_error is None:
        yield Row("restarts on error", None, _UNTOLD)
    else:
        good = "Also after an error that it reports itself."
        yield _row("restarts on error", found.restarts_on_error, good, "Only after a crash.")


def _descriptor(machine: Machine, descriptor: str | None) -> Row:
    if descriptor is None or not machine.keeps_rights:
        return Row("who may stop it", None, _UNTOLD)
    try:
        others = descriptors.who_may(descriptor, descriptors.STEERS)
    except ValueError as error:
        return Row("who may stop it", None, f"cannot verify: {error}")
    return _row("who may stop it", not others, "Administrators alone.", f"Also {in_words(others)}.")


def _folder(machine: Machine, home: str) -> Row:
    if not machine.keeps_rights:
        return Row("home", None, _UNTOLD)
    try:
        descriptor = machine.descriptor(home)
    except MachineError:
        return Row("home", None, "cannot verify: only an administrator may look.")
    if descriptor is None:
        return Row("home", False, f"{home} is not there.", _AGAIN)
    try:
        others = descriptors.who_may(descriptor, descriptors.ANYTHING)
    except ValueError as error:
        return Row("home", None, f"cannot verify: {error}")
    return _row("home", not others, f"{home} is for administrators alone.", f"{home} is open to {in_words(others)}.")


def _program(machine: Machine, command: str) -> Iterator[Row]:
    if not machine.keeps_rights:
        yield Row("program", None, _UNTOLD)
        return
    script, interpreter = script_of(command), interpreter_of(command)
    if not script:
        yield Row("program", False, f"The service starts something else: {command}", _AGAIN)
        return
    packages = str(PureWindowsPath(script).parents[len(MODULE) - 1])
    try:
        found = list(open_places((interpreter, interpreter.rpartition("\\")[0], packages), machine))
    except MachineError as error:
        yield Row("program", None, f"cannot verify: {error}")
        return
    for place, who in found:
        yield Row("program", False, f"{place} can be changed by {who}.", "Install it where administrators alone write.")
    if not found:
        yield Row("program", True, "Administrators alone can change it.")


def _row(name: str, is_good: bool, good: str, bad: str) -> Row:
    return Row(name, True, good) if is_good else Row(name, False, bad, _AGAIN)
