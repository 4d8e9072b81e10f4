"""A Windows that runs, for one session of tests: its services, its disk C, and programs that are started in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from contextlib import suppress
from typing import IO, Final, NamedTuple

from tests.windows.prepare import PYTHON, ROOT, SYSTEM, ZLIB

DISK: Final = SYSTEM / "prefix" / "drive_c"
PACKAGES: Final = DISK / "Python311" / "Lib" / "site-packages"
_WINE: Final = "/usr/lib/wine/wine64"
_SERVER: Final = "/usr/lib/wine/wineserver64"
_ENTER: Final = """\
mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --bind "$1" "$0/project" || exit 99
root=$0; shift; exec chroot "$root" "$@"
"""
"""In a list of mounts of its own, which ends with the process."""
_VARIABLES: Final = {
    "PATH": "/usr/bin:/usr/sbin:/bin:/sbin",
    "HOME": "/tmp",
    "XDG_RUNTIME_DIR": "/tmp",
    "WINEPREFIX": "/prefix",
    "WINEARCH": "win64",
    "WINEDEBUG": "-all",
    "WINELOADER": _WINE,
    "WINESERVER": _SERVER,
    "WINEDLLOVERRIDES": "mscoree,mshtml=",
}
_BOOT_SECONDS: Final = 60
_PATIENT: Final = """\
import winreg
key = winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\\CurrentControlSet\\Control")
winreg.SetValueEx(key, "ServicesPipeTimeout", 0, winreg.REG_DWORD, 60_000)
"""
"""Wine waits ten seconds for a service to begin, Windows thirty: a machine with much else to do needs more."""
_ELEVATED: Final = r"Z:\project\tests\windows\inside\elevated.py"


class Ended(NamedTuple):
    """How a program ended, and what it said on both of its sides."""

    code: int
    says: str


class Windows:
    """One machine. Every program in it gets pipes: with files in their place CPython does not start there."""

    def __init__(self) -> None:
        self._booted: subprocess.Popen[bytes] | None = None
        self._listening: threading.Thread | None = None

    def make(self) -> None:
        """A disk with the interpreter and this program on it. What the first boot starts has no pipes: it takes two."""
        shutil.rmtree(SYSTEM / "prefix", ignore_errors=True)
        (DISK / "windows" / "system32").mkdir(parents=True)
        shutil.copy(ZLIB, DISK / "windows" / "system32")
        self.boot(first=True)
        shutil.copytree(PYTHON, DISK / "Python311")
        shutil.copytree(ROOT / "src" / "risk_manager", PACKAGES / "risk_manager")
        patient = self.run("-c", _PATIENT)
        assert patient.code == 0, patient.says
        self.cut_power()
        self.boot()

    def boot(self, *, first: bool = False) -> None:
        """Start its server, which stays, and its services. What is started first gives its own output to them, so that
        nobody may wait for that output's end: a thread takes it as long as it comes."""
        _serve("-p")
        self._booted = boot = subprocess.Popen(
            _inside(_WINE, "wineboot", *(["-i"] if first else [])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert boot.stdout is not None
        self._listening = threading.Thread(target=_drain, args=(boot.stdout,), daemon=True)
        self._listening.start()
        assert boot.wait(_BOOT_SECONDS) == 0, "Windows did not boot"

    def cut_power(self) -> None:
        """End everything in it at once."""
        _serve("-k")
        _serve("-w")
        if self._listening is not None:
            self._listening.join(_BOOT_SECONDS)
        if self._booted is not None and self._booted.stdin is not None:
            self._booted.stdin.close()

    def run(self, *words: str, elevated: bool = False, line: str = "", seconds: float = 60) -> Ended:
        """Run Python with these words; `elevated` as an administrator who has said so. `line` is its stdin."""
        process = subprocess.Popen(
            _inside(_WINE, r"C:\Python311\python.exe", *([_ELEVATED] if elevated else []), *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(f"{line}\n".encode() if line else None, timeout=seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                getattr(os, "killpg")(process.pid, 9)  # noqa: B009  the name is not there on Windows
            raise
        return Ended(process.returncode, _told(said))

    def ours(self, *words: str, elevated: bool = False, line: str = "") -> Ended:
        """Run `risk-manager WORDS`."""
        return self.run("-m", "risk_manager", *words, elevated=elevated, line=line)


def _told(said: bytes) -> str:
    return said.decode(errors="replace").replace("\r\n", "\n")


def _serve(word: str) -> None:
    """Say one thing to the server: be there, end everything, wait for its end."""
    nothing = subprocess.DEVNULL
    words = _inside(_SERVER, word)
    subprocess.run(words, timeout=_BOOT_SECONDS, check=False, stdin=nothing, stdout=nothing, stderr=nothing)


def _inside(*words: str) -> list[str]:
    variables = [f"{name}={value}" for name, value in _VARIABLES.items()]
    alone = ["unshare", "--mount", "--propagation", "private", "env", "-i", *variables]
    return [*alone, "/bin/sh", "-c", _ENTER, str(SYSTEM), str(ROOT), *words]


def _drain(stream: IO[bytes]) -> None:
    with stream:
        while stream.read(65536):
            pass
