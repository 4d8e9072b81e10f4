"""`run.py`: what it installs, when, and what it says where it cannot."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import run as script
from tests.tree import ROOT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A checkout in a folder of its own; returns what would have been installed there."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "src" / "risk_manager").mkdir(parents=True)
    for name in ("requirements/run.lock", "requirements/dev.lock", "pyproject.toml", "src/risk_manager/__init__.py"):
        (tmp_path / name).write_text(name)
    installed: list[tuple[str, ...]] = []
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(script, "STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(script, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(script, "make_environment", lambda: (tmp_path / ".venv").mkdir(exist_ok=True))
    monkeypatch.setattr(script, "install", lambda *words: installed.append(words))
    return installed


RUN = ("--require-hashes", "-r", "requirements/run.lock")
DEV = ("--require-hashes", "-r", "requirements/dev.lock")
PROJECT = ("--no-build-isolation", "--no-deps", "--editable", ".")


def test_the_first_run_installs_and_the_second_does_not(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("run.lock")
    script.prepare("run.lock")
    assert checkout == [RUN, PROJECT]


def test_what_tests_need_is_enough_for_the_demo(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("dev.lock")
    script.prepare("run.lock")
    assert checkout == [DEV, PROJECT]


def test_a_changed_lock_is_installed_and_an_untouched_one_is_not(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("dev.lock")
    (script.ROOT / "requirements" / "dev.lock").write_text("newer")
    script.prepare("run.lock")
    script.prepare("dev.lock")
    assert checkout == [DEV, PROJECT, DEV, PROJECT]


def test_a_demo_on_a_newer_lock_makes_the_tests_install_again(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("dev.lock")
    (script.ROOT / "requirements" / "run.lock").write_text("newer")
    script.prepare("run.lock")
    script.prepare("dev.lock")
    assert checkout == [DEV, PROJECT, RUN, PROJECT, DEV, PROJECT]


def test_a_new_entry_point_installs_the_project_alone(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("run.lock")
    (script.ROOT / "pyproject.toml").write_text("newer")
    script.prepare("run.lock")
    assert checkout == [RUN, PROJECT, PROJECT]


def test_a_moved_checkout_begins_anew(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("run.lock")
    script.STAMP.write_text(json.dumps(json.loads(script.STAMP.read_text()) | {"place": "elsewhere"}))
    script.prepare("run.lock")
    assert checkout == [RUN, PROJECT, RUN, PROJECT]


def test_an_installation_that_was_cut_off_begins_anew(checkout: list[tuple[str, ...]]) -> None:
    script.prepare("run.lock")
    script.STAMP.write_text('{"place": "')
    script.prepare("run.lock")
    assert checkout == [RUN, PROJECT, RUN, PROJECT]


def test_an_older_python_can_read_its_sentence() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_unknown_word_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["dmeo"]) == 2
    assert "python3 run.py demo" in capsys.readouterr().err


def test_the_last_exit_code_is_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "PYTHON", Path(sys.executable))
    assert script.run("-c", "raise SystemExit(7)") == 7


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without telling it")
def test_one_that_is_told_to_end_lets_its_command_end_in_order() -> None:
    command = "import signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print('up', flush=True); signal.pause()"
    starts = f"import sys, run; run.PYTHON = sys.executable; sys.exit(run.run('-c', {command!r}))"
    with subprocess.Popen([sys.executable, "-c", starts], cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.terminate()
        assert running.wait(timeout=30) == 7


def test_a_failed_check_fails_the_run_though_the_tests_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(*words: str) -> int:
        asked.append(" ".join(words[:2]))
        return 1 if words[1] == "mypy" else 0

    monkeypatch.setattr(script, "run", run)
    assert script.test() == 1
    assert asked[-1] == "-m pytest"


def test_no_module_outside_the_standard_library_is_needed() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "run.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Needs Python 3.11 or newer and nothing else" in done.stderr
