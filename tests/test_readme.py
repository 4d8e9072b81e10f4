"""Every command and every file in README.md, run as a reader would."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import run as script
from risk_manager.cli import COMMANDS
from risk_manager.exit_codes import ExitCode
from tests.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
_PATIENCE_SECONDS = 60


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMAND_LINES = [line for block in blocks("sh") for line in block.splitlines() if line and not line.startswith("#")]


def ours(line: str) -> list[str]:
    """The words of a README line, for the Python that runs this test."""
    program, *words = shlex.split(line)
    assert program == "risk-manager", line
    return [sys.executable, "-m", "risk_manager", *words]


def ended(line: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ours(line), cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS
    )


@contextmanager
def running(words: list[str], until: str, folder: Path, environment: dict[str, str]) -> Iterator[list[str]]:
    """A program that has said `until`; its lines so far. It must end well when it is asked to."""
    lines: list[str] = []
    with subprocess.Popen(
        words, cwd=folder, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line.rstrip())
                if until in line:
                    break
            assert until in lines[-1], lines
            yield lines
        finally:
            process.terminate()
            process.stdout.read()
        assert process.wait(_PATIENCE_SECONDS) == ExitCode.FINE, lines


def test_this_file_knows_every_command_of_the_readme() -> None:
    known = [
        "python3 run.py demo",
        "python3 run.py test",
        "risk-manager init --home my-guard",
        "risk-manager run --home my-guard",
        "risk-manager doctor --home my-guard",
        "risk-manager status --home my-guard",
        "risk-manager dashboard --home my-guard",
        "risk-manager rehearse tests/scenarios",
        "risk-manager audit verify --home my-guard",
        "risk-manager replay --home my-guard",
        "risk-manager simulator --port 8700",
    ]
    assert known == COMMAND_LINES


def test_the_script_leads_to_the_demo_and_to_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(*words: str) -> int:
        asked.append(" ".join(words[:3]))
        return 0

    monkeypatch.setattr(script, "prepare", asked.append)
    monkeypatch.setattr(script, "run", run)
    for line in COMMAND_LINES[:2]:
        assert script.main(line.split()[2:]) == 0
    assert asked[:2] == ["run.lock", "-m risk_manager demo"]
    assert asked[2] == "dev.lock"
    assert {"-m ruff format", "-m ruff check", "-m mypy", "-m pytest -n"} <= set(asked[3:])


def test_the_demo_goes_well_and_looks_as_it_is_shown() -> None:
    played = ended("risk-manager demo")
    assert played.returncode == ExitCode.FINE, played.stdout + played.stderr
    for line in blocks("text")[0].splitlines():
        said = re.sub(r"^\s+[\d:.]+\s+", "", line)
        if line and "lost" not in said and "Daily loss" not in said:  # numbers of the market differ in each run
            said = re.sub(r", [\d.]+ ms after.*", "", said).strip()
            assert said in played.stdout


def test_the_scenarios_of_the_readme_hold() -> None:
    rehearsed = ended("risk-manager rehearse tests/scenarios")
    assert rehearsed.returncode == ExitCode.FINE, rehearsed.stdout


def test_a_setup_that_nobody_answers_writes_nothing(tmp_path: Path) -> None:
    asked = subprocess.run(
        ours("risk-manager init --home my-guard"),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_SECONDS,
    )
    assert (asked.returncode, list(tmp_path.iterdir())) == (ExitCode.REFUSED, [])
    assert "Nothing is written." in asked.stderr


def test_the_first_configuration_guards_an_account(tmp_path: Path) -> None:
    for block in blocks("yaml"):
        name = re.match(r"# (my-guard/config/\w+\.yaml)\n", block)
        assert name, block
        (tmp_path / name[1]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name[1]).write_text(block, encoding="utf-8")
    accounts = tmp_path / "my-guard/config/accounts.yaml"
    simulator = [*ours("risk-manager simulator --port 8700")[:-1], "0"]

    with running(simulator, "Contracts: ", tmp_path, {"PYTHONUNBUFFERED": "1"}) as told:
        said = dict(line.split(": ", 1) for line in told if ": " in line)
        url = told[0].rsplit(" ", 1)[1]
        account = said["Account"].split()[0]
        hubs = f", api_url: {url}, user_hub_url: {url}/hubs/user, market_hub_url: {url}/hubs/market}}\n"
        text = accounts.read_text(encoding="utf-8").replace("your-name", said["User name"]).replace("123456", account)
        accounts.write_text(text.replace("}\n", hubs, 1), encoding="utf-8")

        key = {"TOPSTEPX_API_KEY": said["API key"]}
        with running(ours("risk-manager run --home my-guard"), "Guarding.", tmp_path, key) as guard:
            assert any("max_contracts_per_instrument" in line for line in guard)
            end = time.monotonic() + _PATIENCE_SECONDS
            while (status := ended("risk-manager status --home my-guard", tmp_path)).returncode != ExitCode.FINE:
                assert time.monotonic() < end, status.stdout + status.stderr
            assert "The guard is running" in status.stdout
            assert "ok   guard: It runs since" in ended("risk-manager doctor --home my-guard", tmp_path).stdout
    assert ended("risk-manager audit verify --home my-guard", tmp_path).returncode == ExitCode.FINE
    assert ended("risk-manager replay --home my-guard", tmp_path).returncode == ExitCode.FINE


def test_every_command_is_in_the_readme() -> None:
    assert {name for name in COMMANDS if f"risk-manager {name}" in README or f"run.py {name}" in README} == set(
        COMMANDS
    )


def test_every_link_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def test_the_readme_opens_with_what_the_package_says_of_itself() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert README.startswith(f"# {project['name']}\n")
