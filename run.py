#!/usr/bin/env python3
"""The one door of a fresh checkout: makes `.venv` when it has to, then runs what was asked.

    python3 run.py demo       the guard at work against a simulated market; needs no account
    python3 run.py test       format, lint, types, imports, tests; with words after it, only the tests that they name
    python3 run.py check      the same without the tests
    python3 run.py foreign    the simulator and the guard tried by clients that are not ours; needs node and npm
    python3 run.py systemd    the service on a throw-away copy of this machine; needs root and systemd-nspawn
    python3 run.py container  the image, built and run; needs root and a Docker engine
    python3 run.py docs       the references made anew, and the site in build/site; a warning is an error
    python3 run.py windows    the program on Windows, under wine: the service too; needs root and mmdebstrap
    python3 run.py bench      the benchmarks
    python3 run.py mutants    mutation testing of core, an hour and a half; with words after it, only what they match

Words that follow are passed on. Nothing is installed outside `.venv`. Needs Python 3.11 or newer and nothing else.
"""

import sys

if sys.version_info < (3, 11):  # the rest must still parse on 3.6, or this sentence is never read
    sys.exit("Python 3.11 or newer is needed, this is {}.{}: {}".format(*sys.version_info[:2], sys.executable))

import hashlib
import json
import os
import shutil
import signal
import subprocess
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "--quiet"],
    "lint": ["-m", "ruff", "check", "--quiet"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-logo"],
    "types": ["-m", "mypy"],
    "types on Windows": ["-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"],
}
"""What judges the text of the project, the quickest first; words for the Python in `.venv`."""


_SIDE_BY_SIDE_MOST = 4
"""Test files that run at once at most: each of many starts programs of its own, which want a core too."""


def main(words: list[str]) -> int:
    """Prepare what the first word needs and run it; its exit code is ours."""
    word, rest = (words[0], words[1:]) if words else ("", [])
    if word == "demo":
        prepare("run.lock")
        return run("-m", "risk_manager", "demo", *rest)
    if word in ("test", "check", "docs", "foreign", "systemd", "container", "windows", "bench", "mutants"):
        prepare("dev.lock")
    if word == "test":
        return run("-m", "pytest", *rest) if rest else test()
    if word == "check":
        return check()
    if word == "foreign":
        return run("-m", "tests.foreign.prepare") or run("-m", "pytest", "tests/foreign", *rest)
    if word in ("systemd", "container"):
        return run("-m", "pytest", f"tests/{word}", *rest)
    if word == "docs":
        return docs()
    if word == "windows":
        return run("-m", "tests.windows.prepare") or run("-m", "pytest", "tests/windows", *rest)
    if word == "bench":
        return run("-m", "benchmarks", *rest)
    if word == "mutants":
        return run("-m", "mutmut", "run", *rest)
    print(__doc__, file=sys.stderr)
    return 2


def test() -> int:
    """Check, and run the tests also where a check failed: one run tells all that is wrong."""
    checked = check()
    side_by_side = min(_SIDE_BY_SIDE_MOST, os.cpu_count() or 1)
    tested = run("-m", "pytest", "-n", str(side_by_side), "--dist", "loadfile")
    if checked and not tested:
        say("The tests passed, a check before them did not.")
    return tested or checked


def check() -> int:
    """Run all checks, also after one that failed, and name those that did."""
    failed = [name for name, words in CHECKS.items() if run(*words) != 0]
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def docs() -> int:
    """Write what is made from the program, and build the site."""
    made = [run("-m", f"docs.{name}") for name in ("rule_pages", "reference_pages")]
    return max(made) or run("-m", "zensical", "build", "--strict", "--clean")


def run(*words: str) -> int:
    """Run the Python in `.venv` in this terminal and wait for its end."""
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    environment.pop("PYTHONHOME", None)
    with subprocess.Popen([str(PYTHON), *words], cwd=ROOT, env=environment) as process:
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # nobody else tells the command
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    pass  # the terminal has told the command too, which ends in its own order
        finally:
            signal.signal(signal.SIGTERM, before)


def prepare(lock: str) -> None:
    """Have `.venv` hold exactly what `lock` says, and this project; does nothing where it already does."""
    wanted = digests()
    have = installed() if answers() else {}
    if have.get("place") != wanted["place"]:
        have = {}
        make_environment()
    if have.get(lock) != wanted[lock]:
        say(f"Installing what requirements/{lock} names into .venv; this is done once.")
        STAMP.unlink(missing_ok=True)
        install("--require-hashes", "-r", f"requirements/{lock}")
        # dev.lock holds all of run.lock, in the same versions; the reverse may have changed what dev.lock installed.
        have = {key: wanted[key] for key in ("place", "run.lock", lock)}
    if have.get("project") != wanted["project"]:
        install("--no-build-isolation", "--no-deps", "--editable", ".")
        have["project"] = wanted["project"]
        STAMP.write_text(json.dumps(have), encoding="utf-8")


def installed() -> dict[str, str]:
    """What the last complete installation has written down; nothing where it was cut off."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def digests() -> dict[str, str]:
    """What the environment depends on, as fingerprints."""

    def digest(*names: str) -> str:
        return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()

    return {
        "place": str(VENV),
        "run.lock": digest("requirements/run.lock"),
        "dev.lock": digest("requirements/dev.lock"),
        "project": digest("pyproject.toml", "src/risk_manager/__init__.py"),
    }


def answers() -> bool:
    """Whether the Python in `.venv` still starts: the one that it was made from may be gone."""
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-I", "-c", ""], capture_output=True).returncode == 0


def make_environment() -> None:
    """Make `.venv` anew, with pip inside where this Python can put one there."""
    say(f"Making .venv with Python {sys.version.split()[0]}.")
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian ships `ensurepip` apart from Python: without it pip from outside does the installing.
    venv.create(VENV, with_pip=find_spec("ensurepip") is not None, symlinks=os.name != "nt")


def install(*words: str) -> None:
    """Install into `.venv` with its own pip, else with this Python's, else with uv; ends the program if none can."""
    quiet = ["-qq", "--disable-pip-version-check", "--no-input"]  # errors are still told
    inner = [str(PYTHON), "-I", "-m", "pip", "install", *quiet]
    outer = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *quiet]
    uv = ["uv", "pip", "install", "--quiet", "--python", str(PYTHON)]
    if subprocess.run([*inner[:4], "--version"], capture_output=True).returncode == 0:
        command = inner
    elif find_spec("pip") is not None:
        command = outer
    elif shutil.which("uv"):
        command = uv
    else:
        sys.exit("This Python has neither ensurepip nor pip. On Debian and Ubuntu: apt install python3-venv")
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    if subprocess.call([*command, *words], cwd=ROOT, env=environment) != 0:
        sys.exit("Installing failed; the lines above say why. Nothing outside .venv was touched.")


def say(text: str) -> None:
    """Tell the person at the terminal; stdout belongs to what is run."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
