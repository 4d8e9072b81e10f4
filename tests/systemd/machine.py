"""A throw-away copy of this machine, booted: everything that is written there is gone when it is removed.

Its disk is this machine's own, read through an overlay whose upper half lies in memory. It has no network but its
loopback. The program lies where an admin would have it, in /opt, belonging to root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import risk_manager

_PATIENCE_SECONDS: Final = 60.0
_VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
SYSTEM_PYTHON: Final = Path(f"/usr/bin/python{_VERSION}")
PROGRAM: Final = "/opt/risk-manager"
PYTHON: Final = f"{PROGRAM}/bin/python"
PACKAGES: Final = f"{PROGRAM}/lib/python{_VERSION}/site-packages"
_UP: Final = ("running", "degraded")
_OTHER_PACKAGES: Final = "/opt/risk-manager-needs"


class UnpreparedError(Exception):
    """This machine cannot boot a copy of itself; the sentence says what to do."""


def why_not() -> str:
    """Why none can be booted here; empty: one can."""
    if getattr(os, "geteuid", int)() != 0:
        return "Only root can boot a copy of this machine."
    if shutil.which("systemd-nspawn") is None:
        return "systemd-nspawn is needed. On Debian and Ubuntu: apt install systemd-container"
    if not SYSTEM_PYTHON.exists():
        return f"{SYSTEM_PYTHON} is needed: the service runs with a Python that another user may use."
    return ""


class Machine:
    """Made, booted, powered off and booted again, removed."""

    def __init__(self, folder: Path) -> None:
        """`folder` is an empty one for all that belongs to it. Raises UnpreparedError."""
        if why := why_not():
            raise UnpreparedError(why)
        self._memory = folder / "memory"
        self.disk = folder / "disk"
        """Where its files are seen from outside."""
        self._log = folder / "console.log"
        self._host: subprocess.Popen[bytes] | None = None
        self._leader = 0
        for path in (self._memory, self.disk):
            path.mkdir()
        _do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(self._memory))
        upper, work = self._memory / "upper", self._memory / "work"
        upper.mkdir()
        work.mkdir()
        layers = f"lowerdir=/,upperdir={upper},workdir={work}"
        _do("mount", "-t", "overlay", "overlay", "-o", layers, str(self.disk))
        self._install_program()
        self._quieten()

    def _install_program(self) -> None:
        """As `python -m venv /opt/risk-manager` and `pip install` would leave it."""
        packages = self.place(PACKAGES)
        packages.mkdir(parents=True)
        self.place(PROGRAM, "bin").mkdir()
        self.place(PROGRAM, "bin", "python").symlink_to(SYSTEM_PYTHON)
        self.place(PROGRAM, "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
        script = self.place(PROGRAM, "bin", "risk-manager")
        script.write_text(f"#!{PYTHON}\nimport sys\nfrom risk_manager.cli import main\nsys.exit(main())\n")
        script.chmod(0o755)
        shutil.copytree(Path(risk_manager.__file__).parent, packages / "risk_manager")
        _do("chmod", "--recursive", "go-w", str(packages))  # a checkout's files may be its group's to write
        (packages / "needs.pth").write_text(f"{_OTHER_PACKAGES}\n")
        self.place(_OTHER_PACKAGES).mkdir()

    def _quieten(self) -> None:
        """Services of this machine that are none of our business do not start."""
        units = self.place("/etc/systemd/system")
        for folder in units.glob("*.wants"):
            for unit in folder.iterdir():
                unit.unlink()

    def place(self, *parts: str) -> Path:
        """A path of the machine, as it is seen from outside."""
        return self.disk.joinpath(*(part.lstrip("/") for part in parts))

    def boot(self) -> None:
        """Switch it on, and wait until it runs."""
        needs = Path(sys.prefix, "lib", f"python{_VERSION}", "site-packages")
        words = ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--private-network", "--boot"]
        words += ["--directory", str(self.disk), "--machine", "guarded", "--console=read-only"]
        words += [f"--bind-ro={needs}:{_OTHER_PACKAGES}"]
        with open(self._log, "ab") as log:
            self._host = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0)
        until(lambda: bool(self._find_leader()), self._log.read_text)
        until(lambda: self.run("systemctl", "is-system-running").stdout.strip() in _UP, self._log.read_text)

    def _find_leader(self) -> int:
        assert self._host is not None
        assert self._host.poll() is None, self._log.read_text()
        children = Path(f"/proc/{self._host.pid}/task/{self._host.pid}/children").read_text().split()
        inits = [int(child) for child in children if Path(f"/proc/{child}/comm").read_text().strip() == "systemd"]
        self._leader = inits[0] if inits else 0
        return self._leader

    def run(self, *words: str, says: str | None = None) -> subprocess.CompletedProcess[str]:
        """A command within, as its root, to its end."""
        assert self._leader, "it is not booted"  # without a number nsenter would stay outside
        enter = ["nsenter", "--target", str(self._leader), "--mount", "--pid", "--uts", "--ipc", "--net", "-C", "--"]
        return subprocess.run([*enter, *words], input=says, capture_output=True, text=True, timeout=60, check=False)

    def as_user(self, user: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command within, as somebody else."""
        return self.run("runuser", "-u", user, "--", *words)

    def ours(self, *words: str, says: str | None = None) -> subprocess.CompletedProcess[str]:
        """`risk-manager WORDS`, as its root."""
        return self.run(PYTHON, "-I", "-m", "risk_manager", *words, says=says)

    def power_off(self) -> None:
        """Shut it down as its own button would."""
        assert self._host is not None
        self.run("systemctl", "poweroff")
        self._host.wait(_PATIENCE_SECONDS)
        self._leader = 0

    def remove(self) -> None:
        """Pull the plug and throw everything away."""
        if self._host is not None and self._host.poll() is None:
            if self._leader:
                _do("kill", "-KILL", str(self._leader))
            self._host.terminate()
            self._host.wait(_PATIENCE_SECONDS)
        for path in (self.disk, self._memory):
            if os.path.ismount(path):
                _do("umount", "--lazy", str(path))


def until(is_so: Callable[[], bool], what: Callable[[], str], seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait until something is so; `what` tells of it where it does not come true."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise AssertionError(f"It did not come true within {seconds:.0f} s: {what()}")
        time.sleep(0.05)


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnpreparedError(f"{' '.join(words)}: {done.stderr.strip()}")
