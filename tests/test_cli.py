"""The door: quick, lazy, and plain about mistakes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import risk_manager
from risk_manager.cli import COMMANDS
from risk_manager.exit_codes import ExitCode
from tests.tree import SOURCE

HEAVY = ("aiohttp", "asyncio", "pydantic", "textual", "ruamel", "structlog", "risk_manager.core", "risk_manager.daemon")


def door(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "risk_manager", *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_version_is_data() -> None:
    shown = door("--version")
    assert (shown.returncode, shown.stdout, shown.stderr) == (ExitCode.FINE, f"{risk_manager.__version__}\n", "")


def test_help_names_every_command_without_importing_it() -> None:
    shown = door("--help")
    assert shown.returncode == ExitCode.FINE
    assert all(f" {name} " in shown.stdout for name in COMMANDS)
    loaded = "import sys, risk_manager.cli as cli; cli.app('--help', exit_on_error=False); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert not set(HEAVY) & set(modules.splitlines()[-1].split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_where_the_door_says(command: str) -> None:
    module, function = COMMANDS[command][0].split(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = door(command, "--help")
    assert (shown.returncode, shown.stderr) == (ExitCode.FINE, "")
    assert f"risk-manager {command}" in shown.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["simulatr"], 'There is no command "simulatr". Did you mean simulator?'),
        (["zzz"], 'There is no command "zzz".'),
        (["admin", "lockout"], 'There is no command "lockout". Did you mean lockouts?'),
        (["admin", "config", "sett", "a", "b"], 'There is no command "sett". Did you mean set?'),
        (["simulator", "--prot", "3"], "Unknown option: --prot. Did you mean --port?"),
        (
            ["admin", "config", "set", "max_contracts.limit", "--", "-3", "--home", "x"],
            "--home stands behind --, where every word is taken as a value. Options stand before it.",
        ),
        (["simulator", "--port", "three"], 'Invalid value for --port: unable to convert "three" into int.'),
    ],
)
def test_a_mistake_is_a_sentence_on_stderr(words: list[str], sentence: str) -> None:
    refused = door(*words)
    assert (refused.returncode, refused.stdout) == (ExitCode.BAD_INPUT, "")
    assert refused.stderr.splitlines()[0] == f"risk-manager: {sentence}"


def test_every_exit_code_has_its_own_number_and_a_sentence() -> None:
    text = (SOURCE / "exit_codes.py").read_text(encoding="utf-8")
    assert len({int(code) for code in ExitCode}) == len(ExitCode.__members__)
    assert all(f'{code.name} = {code.value}\n    """' in text for code in ExitCode)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end in another way there")
def test_a_reader_who_has_enough_sees_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "risk_manager", "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
