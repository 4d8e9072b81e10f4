"""Installs the clients that are not ours: `python -m tests.foreign.prepare`, called by `run.py foreign`.

Into `.venv/foreign`, by hashed locks, and only where a lock has changed. The SDK needs Python 3.12 or newer: the one
that FOREIGN_PYTHON names, else this one, else the first that is found.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / ".venv" / "foreign"
NODE_MODULES = FOLDER / "node" / "node_modules"
SDK_PYTHON = FOLDER / "sdk" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SDK_LOCK = ROOT / "requirements" / "foreign.lock"

VARIABLE = "FOREIGN_PYTHON"
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12")
_IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 12))"


class UnpreparedError(Exception):
    """Something is missing that cannot be installed from here; the sentence says what to do."""


def main() -> int:
    """Prepare both; 2 and a sentence where that cannot be done."""
    try:
        prepare_signalr()
        prepare_sdk()
    except UnpreparedError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def prepare_signalr() -> None:
    """Microsoft's client, from npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise UnpreparedError("Node 18 or newer and npm are needed. On Debian and Ubuntu: apt install nodejs npm")
    folder = NODE_MODULES.parent
    if not _is_new(folder, HERE / "package-lock.json"):
        return
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    _run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], folder)
    _stamp(folder, HERE / "package-lock.json")


def prepare_sdk() -> None:
    """The project-x-py SDK, schemathesis and the clients of benchmarks/peers, in an environment of a newer Python."""
    folder = SDK_PYTHON.parent.parent
    if not _is_new(folder, SDK_LOCK):
        return
    python = next(_newer_pythons(), None)
    if python is None:
        raise UnpreparedError(f"Python 3.12 or newer is needed for the SDK. Name one in {VARIABLE}.")
    _run([python, "-m", "venv", str(folder)], ROOT)
    install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input", "--only-binary=:all:"]
    _run([str(SDK_PYTHON), *install, "--require-hashes", "-r", str(SDK_LOCK)], ROOT)
    _stamp(folder, SDK_LOCK)


def is_sdk_ready() -> bool:
    """Whether the SDK's environment is there, as the lock wants it."""
    return _is_as_locked(SDK_PYTHON.parent.parent, SDK_LOCK)


def _newer_pythons() -> Iterator[str]:
    """Pythons that start and are new enough, the one asked for first."""
    asked = os.environ.get(VARIABLE)
    candidates = [asked] if asked else [sys.executable, *filter(None, map(shutil.which, NEWER_PYTHONS))]
    for candidate in candidates:
        tried = subprocess.run([candidate, "-c", _IS_NEW_ENOUGH], capture_output=True, check=False)
        if tried.returncode == 0:
            yield candidate


def _is_new(folder: Path, lock: Path) -> bool:
    """Whether the folder must be made anew; removes what a changed lock has left behind."""
    if _is_as_locked(folder, lock):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _is_as_locked(folder: Path, lock: Path) -> bool:
    stamp = folder / "lock.sha256"
    return stamp.exists() and stamp.read_text() == _digest(lock)


def _stamp(folder: Path, lock: Path) -> None:
    (folder / "lock.sha256").write_text(_digest(lock))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(words: list[str], folder: Path) -> None:
    if subprocess.call(words, cwd=folder, stdout=sys.stderr) != 0:
        raise UnpreparedError(f"This failed, the lines above say why: {' '.join(words)}")


if __name__ == "__main__":
    sys.exit(main())
