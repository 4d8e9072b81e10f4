"""The shell around the acts: whether they can be done here, doing them, and how the service is."""

from __future__ import annotations

import ntpath
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import risk_manager
from risk_manager import descriptors
from risk_manager.service.plan import Plan, Program, Step
from risk_manager.service.windows import acts
from risk_manager.service.windows.acts import Act
from risk_manager.service.windows.closed import in_words, open_places
from risk_manager.service.windows.command_line import command_line
from risk_manager.service.windows.machine import FORGET_SECONDS, NAME, RESTARTS, Machine, MachineError
from risk_manager.service.windows.reading import rows

_TYPED_WHERE: Final = (
    "To be typed at a Command Prompt (cmd.exe, not PowerShell) that was opened with a right click, Run as "
    "administrator."
)
_USUAL_DATA: Final = r"C:\ProgramData"
_USUAL_PROGRAM: Final = r"C:\Program Files\RiskManager"


class Windows:
    """A machine with a service control manager."""

    def __init__(self, machine: Callable[[], Machine] | None = None) -> None:
        """`machine` makes the one that is asked and changed; None: this one, when it is first needed."""
        self._make = machine or this_machine
        self._made: Machine | None = None
        self._acts: dict[Step, Act] = {}

    def install(self, program: Program) -> Plan:
        """What makes this program a service."""
        after = (
            f"It runs from {self.home()}. Without a configuration it waits for one, and looks again and again: "
            f"risk-manager init --home {self.home()}\nHow it is: risk-manager service status"
        )
        return self._plan(acts.installing(self.home(), command_line(program)), after)

    def uninstall(self) -> Plan:
        """What takes it away."""
        return self._plan(acts.uninstalling(), f"Configuration, database and logs are still there: {self.home()}")

    def own_program(self, port: int | None) -> Program:
        """The program that is running now, or where one usually lies."""
        if sys.platform == "win32":
            packages = str(Path(risk_manager.__file__).parents[1])
            return Program(getattr(sys, "_base_executable", sys.executable), port, packages)
        else:
            return Program(rf"{_USUAL_PROGRAM}\python.exe", port, rf"{_USUAL_PROGRAM}\Lib\site-packages")

    def home(self) -> str:
        """Where the service keeps what it knows."""
        data = self._machine.program_data() if self._has_machine else _USUAL_DATA
        return rf"{data}\{NAME}"

    def may_change(self) -> str:
        """Why this user may not install or take away."""
        try:
            if self._machine.is_elevated():
                return ""
        except MachineError as error:
            return str(error)
        return "Only an administrator may do that: open the command prompt with a right click, Run as administrator."

    def objections(self, program: Program) -> tuple[str, ...]:
        """Why this program is none that a service may be made of, or the home none that can be trusted."""
        if not self._has_machine or not self._machine.keeps_rights:
            return ()
        found: list[str] = []
        try:
            home = self._machine.descriptor(self.home())
            whose = None if home is None else descriptors.owner(home)
            if home is not None and whose not in descriptors.TRUSTED:
                found.append(
                    f"{self.home()} is there and belongs to {in_words((whose or 'everybody',))}, who can "
                    "read and change what is put into it. Look at what it holds, and take it away or give it to the "
                    "administrators."
                )
            places = (program.python, ntpath.dirname(program.python), os.path.dirname(os.__file__), program.packages)
            for place, who in open_places((*places, str(Path(risk_manager.__file__).parent)), self._machine):
                found.append(
                    f"{place} can be changed by {who}. Whoever can change the program can change the guard. Install "
                    f"it where administrators alone write, {_USUAL_PROGRAM} for one: docs/service-on-windows.md."
                )
        except MachineError as error:
            found.append(str(error))
        return tuple(found)

    def carry_out(self, step: Step) -> str:
        """Do what a step of a plan that was made here is about."""
        try:
            _do(self._machine, self._acts[step])
        except MachineError as error:
            return str(error)
        return ""

    def left(self, program: Program) -> tuple[str, ...]:  # noqa: ARG002
        """What installing has not mended. Whether the guard is up already is for `status`."""
        try:
            found = rows(self._machine, self.home())
        except MachineError as error:
            return (str(error),)
        return tuple(row.told for row in found if row.is_good is False and row.name != "service")

    def status(self) -> tuple[bool, tuple[str, ...]]:
        """Whether the service guards and is as it was installed."""
        try:
            found = rows(self._machine, self.home())
        except MachineError as error:
            return False, (str(error),)
        return all(row.is_good is True for row in found), tuple(row.told for row in found)

    @property
    def _has_machine(self) -> bool:
        return self._make is not this_machine or sys.platform == "win32"

    @property
    def _machine(self) -> Machine:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _plan(self, all_of: Iterable[Act], after: str) -> Plan:
        self._acts = {Step(act.says(), act.types()): act for act in all_of}
        return Plan(tuple(self._acts), _TYPED_WHERE, after, remark="rem")


def this_machine() -> Machine:
    """The machine that this runs on. Raises MachineError where it is none of Windows."""
    if sys.platform == "win32":
        from risk_manager.service.windows.win32 import Win32

        return Win32()
    else:
        raise MachineError("This machine has no Windows services.")


def _do(machine: Machine, act: Act) -> None:
    """One act on a machine, the same again does no harm. Raises MachineError."""
    match act:
        case acts.HaveFolder(path):
            if machine.descriptor(path) is None:
                machine.make_folder(path, descriptors.FOLDER)
            else:
                machine.protect_folder(path, descriptors.FOLDER)
        case acts.HaveEvents():
            machine.register_events(NAME)
        case acts.HaveService(command):
            if machine.service(NAME) is None:
                machine.create_service(NAME, command)
            machine.change_service(NAME, command)
        case acts.HaveRestarts():
            machine.restart_service(NAME, RESTARTS, FORGET_SECONDS)
        case acts.HaveGuards():
            machine.protect_service(NAME, descriptors.SERVICE)
        case acts.BeRunning():
            machine.stop_service(NAME)
            machine.start_service(NAME)
        case acts.BeDisabled():
            if machine.service(NAME) is not None:
                machine.disable_service(NAME)
        case acts.BeStopped():
            if machine.service(NAME) is not None:
                machine.stop_service(NAME)
        case acts.BeGone():
            if machine.service(NAME) is not None:
                machine.delete_service(NAME)
        case acts.ForgetEvents():
            machine.forget_events(NAME)
