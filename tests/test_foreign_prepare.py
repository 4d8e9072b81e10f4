"""What `run.py foreign` says where it cannot have its clients, and that it installs each only once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.foreign import prepare


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder of its own for the clients; returns the programs that would have been run."""
    words: list[str] = []

    def call(command: list[str], cwd: Path, stdout: object) -> int:
        words.append(" ".join(Path(word).name for word in command[:4]))
        (tmp_path / "sdk").mkdir(exist_ok=True)
        return 0

    monkeypatch.setattr(prepare, "NODE_MODULES", tmp_path / "node" / "node_modules")
    monkeypatch.setattr(prepare, "SDK_PYTHON", tmp_path / "sdk" / "bin" / "python")
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setattr(prepare, "_newer_pythons", lambda: iter(["/bin/python3.13"]))
    return words


def test_both_are_installed_once(ran: list[str]) -> None:
    assert prepare.main() == 0
    assert [line.split()[0] for line in ran] == ["npm", "python3.13", "python"]
    assert prepare.main() == 0
    assert len(ran) == 3


def test_a_missing_npm_is_named(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert prepare.main() == 2
    assert "apt install nodejs npm" in capsys.readouterr().err
    assert not ran


def test_a_missing_newer_python_is_asked_for(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "_newer_pythons", lambda: iter(()))
    assert prepare.main() == 2
    assert "Name one in FOREIGN_PYTHON" in capsys.readouterr().err


def test_a_python_that_is_asked_for_is_the_only_one_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def start(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        tried.append(command[0])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", start)
    monkeypatch.setenv(prepare.VARIABLE, sys.executable)
    assert list(prepare._newer_pythons()) == []
    assert tried == [sys.executable]
