"""The shell around the plan: whether it can be carried out here, carrying it out, and how the service is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import risk_manager
from risk_manager.service.plan import Plan, Program, Step
from risk_manager.service.systemd import reading, steps
from risk_manager.service.systemd.closed import who_may_change
from risk_manager.service.systemd.unit import CONFIG, HOME, LOGS, UNIT, UNIT_FILE, USER

_BOOTED: Final = Path("/run/systemd/system")
_USUAL_PROGRAM: Final = "/opt/risk-manager/bin/python"


class Linux:
    """A machine with systemd."""

    def install(self, program: Program) -> Plan:
        """What makes this program a service."""
        return steps.install(program)

    def uninstall(self) -> Plan:
        """What takes it away."""
        return steps.uninstall()

    def own_program(self, port: int | None) -> Program:
        """The program that is running now, or where one usually lies. Where its interpreter links to is another
        environment."""
        if sys.platform == "win32":
            return Program(python=_USUAL_PROGRAM, port=port)
        else:
            return Program(python=os.path.abspath(sys.executable), port=port)

    def may_change(self) -> str:
        """Why this user may not install or take away."""
        if getattr(os, "geteuid", int)() != 0:
            return "Only root may do that: sudo, with the whole path of this program."
        if not _BOOTED.is_dir() or shutil.which("systemctl") is None:
            return (
                "This machine was not started by systemd, so that it cannot keep the guard running. In a container the "
                "container's own engine does: docs/service.md."
            )
        return ""

    def objections(self, program: Program) -> tuple[str, ...]:
        """Why this program is none that a service may be made of, or the home none for its links."""
        return tuple(why for why in (self._open_program(program), *_in_the_way(Path(HOME))) if why)

    def _open_program(self, program: Program) -> str:
        environment = [Path(sys.prefix)] if sys.prefix != sys.base_prefix else []
        packages = Path(risk_manager.__file__).parent.parent
        found = who_may_change([Path(program.python), Path(os.__file__), packages, *environment])
        if not found:
            return ""
        return (
            f"{found} Whoever can change the program can change the guard. Install it where root alone writes, "
            "/opt/risk-manager for one, and say the same there: docs/service.md."
        )

    def carry_out(self, step: Step) -> str:
        """Type it."""
        done = subprocess.run(["/bin/sh", "-euc", step.types], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0:
            return ""
        return (done.stderr or done.stdout).strip() or f"it ended with {done.returncode}."

    def left(self, program: Program) -> tuple[str, ...]:
        """What installing this program has not mended: what somebody has added to the unit stays. What is in force
        is for `status`: the one that runs may be the one before."""
        shown = _shown()
        return ("systemd does not answer.",) if shown is None else _differences(shown, program)

    def status(self) -> tuple[bool, tuple[str, ...]]:
        """Whether the service guards and is as it was installed."""
        rows = self.rows()
        return all(is_good for is_good, _ in rows), tuple(sentence for _, sentence in rows)

    def home(self) -> str:
        """Where the guard lives that the service starts; where it starts another one, or systemd does not answer, where
        it should. Empty: there is no service."""
        if not os.path.lexists(UNIT_FILE):
            return ""
        return reading.home_of(_shown() or {}) or HOME

    def rows(self) -> tuple[tuple[bool, str], ...]:
        """What there is to say of the service, a sentence each and whether that is as it should be."""
        if not os.path.lexists(UNIT_FILE):
            return ((False, f"There is no service: {UNIT_FILE} is not there. risk-manager service install makes it."),)
        shown = _shown()
        if shown is None:
            return ((False, f"{UNIT_FILE} is there, and systemd does not answer."),)
        program = self.own_program(None)
        home = reading.home_of(shown)
        return (
            *reading.how_it_is(shown),
            *((False, sentence) for sentence in (*_differences(shown, program), *reading.not_in_force(shown))),
            *((False, sentence) for sentence in self.objections(program)),
            *([(True, f"Its home is {home}.")] if home else []),
        )


def _in_the_way(home: Path) -> Iterator[str]:
    """What stands where the home leads to the folders of the configuration and the logs."""
    for name, place in (("config", CONFIG), ("logs", LOGS)):
        path = home / name
        if path.is_dir() and not path.is_symlink():
            yield (
                f"{path} is a folder of its own, and the service's is {place}. As root: mv {path} {path}.before, then "
                f"install, then bring back what is wanted: cp {path}.before/* {place}/ && chown -R {USER}: {place}"
            )


def _differences(shown: dict[str, str], program: Program) -> tuple[str, ...]:
    texts = {path: _text(path) for path in (UNIT_FILE, *shown.get("DropInPaths", "").split())}
    return tuple(reading.differences(shown, texts, program))


def _shown() -> dict[str, str] | None:
    words = ["systemctl", "show", UNIT, f"--property={','.join(reading.ASKED)}"]
    try:
        told = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return None
    rows = (row.partition("=") for row in told.stdout.splitlines())
    return {name: value for name, _, value in rows} if told.returncode == 0 else None


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
