"""What --dry-run prints for Windows: held against the documented grammar of each command, and against what is done.

https://learn.microsoft.com/windows-server/administration/windows-commands: sc create, config, description, failure,
sdset, start, delete; reg add, delete; net stop.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from risk_manager import descriptors
from risk_manager.service.plan import Plan, as_script
from risk_manager.service.windows.command_line import command_line, interpreter_of, script_of
from risk_manager.service.windows.system import Windows
from tests.service.windows.pretend import OPEN, PretendMachine
from tests.service.windows.test_install import HOME, PROGRAM, install
from tests.service.windows.typing_admin import state, type_at

WORD = r'(?:"(?:\\"|[^"])*"|[^\s"]+)'
OPTIONS = {
    "type": "own|share|interact|kernel|filesys|rec|userown|usershare",
    "start": "boot|system|auto|demand|disabled|delayed-auto",
    "error": "normal|severe|critical|ignore",
    "binPath": WORD,
    "obj": WORD,
    "DisplayName": WORD,
}
OPTION = "|".join(rf"{name}= (?:{value})" for name, value in OPTIONS.items())
"""The space after the sign is part of it: sc takes the word before it as the name, the word after it as the value."""
SERVICE = r"[^\s/\\]+"
GRAMMAR = [
    rf"sc\.exe (?:create|config) {SERVICE}(?: (?:{OPTION}))+",
    rf"sc\.exe description {SERVICE} {WORD}",
    rf"sc\.exe failure {SERVICE}(?: (?:reset= (?:\d+|INFINITE)|actions= (?:(?:restart|run|reboot)/\d+/?)+))+",
    rf"sc\.exe failureflag {SERVICE} [01]",
    rf"sc\.exe sdset {SERVICE} {WORD}",
    rf"sc\.exe (?:start|stop|delete|query) {SERVICE}",
    rf"net\.exe (?:start|stop) {WORD}",
    rf"reg\.exe add {WORD} /v \S+ /t (?:REG_SZ|REG_DWORD|REG_EXPAND_SZ) /d {WORD}(?: /f)?",
    rf"reg\.exe delete {WORD}(?: /v \S+)?(?: /f)?",
    r'powershell\.exe -NoProfile -Command "[^"]+"',
]
HANDLED = re.compile(r"^(?:if not exist " + WORD + r" )?(.*?)(?: [12]?>nul)?$")


def typed(*, uninstall: bool = False) -> list[str]:
    """Every command of a plan, without what the prompt itself does with them."""
    windows = Windows(PretendMachine)
    plan = windows.uninstall() if uninstall else windows.install(PROGRAM)
    lines = [line for line in as_script(plan).splitlines() if line and not line.startswith("rem")]
    commands = [part for line in lines for part in line.split(" || ")]
    return [re.sub(HANDLED, r"\1", command) for command in commands]


@pytest.mark.parametrize("command", typed() + typed(uninstall=True))
def test_every_command_is_one_that_windows_knows(command: str) -> None:
    assert sum(bool(re.fullmatch(rule, command)) for rule in GRAMMAR) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "sc.exe create RiskManager binPath=x",
        "sc.exe failure RiskManager reset=86400",
        "sc.exe failure RiskManager reset= 86400 actions= restart/1000,restart/2000",
        "sc create RiskManager binPath= x",
        "reg.exe add HKLM\\x /v A /t REG_STRING /d 1",
    ],
)
def test_the_grammar_refuses_what_windows_would(wrong: str) -> None:
    assert not any(re.fullmatch(rule, wrong) for rule in GRAMMAR)


def test_a_prompt_for_everybody_or_another_shell_is_told_off_before_the_first_command() -> None:
    first = as_script(Windows(PretendMachine).install(PROGRAM)).splitlines()[0]
    assert first.startswith("rem To be typed at a Command Prompt (cmd.exe, not PowerShell)")
    assert first.endswith("Run as administrator.")


def test_no_sentence_is_one_that_the_prompt_would_act_on() -> None:
    lines = as_script(Windows(PretendMachine).install(PROGRAM)).splitlines()
    assert not [line for line in lines if line.startswith("rem") and set(line) & set("&|<>^%")]


@pytest.mark.parametrize("before", ["nothing", "an earlier one"])
def test_each_step_that_is_typed_leaves_what_the_step_that_is_done_leaves(before: str) -> None:
    done, typed_at = PretendMachine(), PretendMachine()
    for machine in (done, typed_at):
        if before == "an earlier one":
            install(machine, PROGRAM._replace(port=1, packages=r"C:\elsewhere"))
            machine.folders[HOME] = OPEN
    windows = Windows(lambda: done)
    plans: list[Callable[[], Plan]] = [lambda: windows.install(PROGRAM), windows.uninstall]
    for make in plans:
        for step in make().steps:
            assert windows.carry_out(step) == ""
            type_at(typed_at, step.types)
            assert state(typed_at) == state(done), step.says


def test_the_whole_of_a_folder_s_rights_is_typed_in_one_command() -> None:
    """Between two of them somebody could put something into it."""
    step = Windows(PretendMachine).install(PROGRAM).steps[0]
    assert "\n" not in step.types
    assert step.types.index(descriptors.FOLDER) < step.types.index("CreateDirectory")


def test_a_line_is_taken_apart_as_it_was_made() -> None:
    line = command_line(PROGRAM)
    assert interpreter_of(line) == PROGRAM.python
    assert script_of(line) == PROGRAM.packages + r"\risk_manager\service\windows\__main__.py"
    assert script_of(r"C:\elsewhere\other.exe --port 1") == ""
