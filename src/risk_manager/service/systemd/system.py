"""The shell around the plan: whether it can be carried out here, carrying it out, and how the service is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import risk_manager
from risk_manager.service.plan import Plan, Program, Step
from risk_manager.service.systemd import steps
from risk_manager.service.systemd.closed import who_may_change
from risk_manager.service.systemd.unit import HOME, UNIT, UNIT_FILE, unit

_BOOTED: Final = Path("/run/systemd/system")
_SHOWN: Final = "LoadState,UnitFileState,ActiveState,SubState,StatusText,NRestarts,ActiveEnterTimestamp"


class Linux:
    """A machine with systemd."""

    def install(self, program: Program) -> Plan:
        """What makes this program a service."""
        return steps.install(program)

    def uninstall(self) -> Plan:
        """What takes it away."""
        return steps.uninstall()

    def own_program(self, port: int | None) -> Program:
        """The program that is running now. Where its interpreter links to is another environment."""
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
        """Why this program is none that a service may be made of."""
        environment = [Path(sys.prefix)] if sys.prefix != sys.base_prefix else []
        packages = Path(risk_manager.__file__).parent.parent
        found = who_may_change([Path(program.python), Path(os.__file__), packages, *environment])
        if not found:
            return ()
        return (
            f"{found} Whoever can change the program can change the guard. Install it where root alone writes, "
            "/opt/risk-manager for one, and say the same there: docs/service.md.",
        )

    def carry_out(self, step: Step) -> str:
        """Type it."""
        done = subprocess.run(["/bin/sh", "-euc", step.types], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0:
            return ""
        return (done.stderr or done.stdout).strip() or f"it ended with {done.returncode}."

    def status(self) -> tuple[bool, tuple[str, ...]]:
        """Whether the service guards and is as it was installed."""
        if not Path(UNIT_FILE).exists():
            return False, (f"There is no service: {UNIT_FILE} is not there. risk-manager service install makes it.",)
        shown = _shown()
        if shown is None:
            return False, (f"{UNIT_FILE} is there, and systemd does not answer.",)
        return _told(shown, Path(UNIT_FILE).read_text(encoding="utf-8"), self.own_program(None))


def _shown() -> dict[str, str] | None:
    words = ["systemctl", "show", UNIT, f"--property={_SHOWN}"]
    try:
        told = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return None
    rows = (row.partition("=") for row in told.stdout.splitlines())
    return {name: value for name, _, value in rows} if told.returncode == 0 else None


def _told(shown: dict[str, str], text: str, program: Program) -> tuple[bool, tuple[str, ...]]:
    """What systemd says of the service, in sentences."""
    sentences: list[str] = []
    is_running = shown.get("ActiveState") == "active"
    status = shown.get("StatusText", "")
    if is_running:
        since = shown.get("ActiveEnterTimestamp", "")
        sentences.append(f"The service runs since {since}. {status}".strip())
    else:
        state = f"{shown.get('ActiveState', 'unknown')}, {shown.get('SubState', 'unknown')}"
        sentences.append(f"THE SERVICE DOES NOT RUN ({state}). {status}".strip())
        sentences.append(f"Why: journalctl -u {UNIT} -n 50. Start it: systemctl start {UNIT}")
    is_enabled = shown.get("UnitFileState") == "enabled"
    if is_enabled:
        sentences.append("It starts with the machine.")
    else:
        sentences.append(f"IT DOES NOT START WITH THE MACHINE: systemctl enable {UNIT}")
    restarts = shown.get("NRestarts", "0")
    if restarts not in ("", "0"):
        often = "once" if restarts == "1" else f"{restarts} times"
        sentences.append(f"systemd has started it again {often}; why is in journalctl -u {UNIT}")
    is_ours = _without_start(text) == _without_start(unit(program))
    if not is_ours:
        sentences.append(f"{UNIT_FILE} is not what this program installs. risk-manager service install writes it anew.")
    sentences.append(f"Its home is {HOME}.")
    return is_running and is_enabled and is_ours, tuple(sentences)


def _without_start(text: str) -> list[str]:
    """A unit's lines without the one that names the program and its port: another one may have been chosen."""
    return [line for line in text.splitlines() if not line.startswith("ExecStart=")]
