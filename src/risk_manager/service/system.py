"""The operating system that keeps the guard running, as far as installing needs it. One module a platform has it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from enum import Enum
from importlib import import_module
from types import MappingProxyType
from typing import Final, Protocol

from risk_manager.service.plan import Plan, Program, Step


class Platform(Enum):
    """Whose words a plan is in."""

    LINUX = "linux"
    WINDOWS = "windows"


HERE: Final = Platform.WINDOWS if sys.platform == "win32" else Platform.LINUX


class System(Protocol):
    """What can be asked of an operating system. The first two are pure, and can be asked anywhere."""

    def install(self, program: Program) -> Plan:
        """What makes this program a service."""
        ...

    def uninstall(self) -> Plan:
        """What takes it away; configuration, database and logs stay."""
        ...

    def own_program(self, port: int | None) -> Program:
        """The program that is running now, for a service."""
        ...

    def objections(self, program: Program) -> tuple[str, ...]:
        """Why nothing can be installed here, or not by this user, or not this program: a sentence each, with what would
        be right. Empty: nothing is in the way."""
        ...

    def may_change(self) -> str:
        """Why this user may not install or take away; empty: he may."""
        ...

    def carry_out(self, step: Step) -> str:
        """Do it. Why it failed, as a sentence; empty: it is done."""
        ...

    def left(self, program: Program) -> tuple[str, ...]:
        """What is not as installing this program makes it, when that is done: a sentence each. Empty: nothing."""
        ...

    def status(self) -> tuple[bool, tuple[str, ...]]:
        """Whether the service guards and is as it was installed, and what there is to say of it."""
        ...


_PLACES: Final[Mapping[Platform, str]] = MappingProxyType(
    {
        Platform.LINUX: "risk_manager.service.systemd.system:Linux",
        Platform.WINDOWS: "risk_manager.service.windows.system:Windows",
    }
)


def system(platform: Platform) -> System:
    """The module of a platform, imported when it is asked for."""
    module, _, name = _PLACES[platform].partition(":")
    make: Callable[[], System] = getattr(import_module(module), name)
    return make()
