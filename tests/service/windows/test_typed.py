"""What --dry-run prints for Windows: held against the documented grammar of each command, and against what is done.

https://learn.microsoft.com/windows-server/administration/windows-commands: sc create, config, description, failure,
sdset, start, delete; icacls; reg add, delete; net stop.
"""

from __future__ import annotations

import re

import pytest

from risk_manager import descriptors
from risk_manager.service.plan import as_script
from risk_manager.service.windows.command_line import command_line, interpreter_of, script_of
from risk_manager.service.windows.machine import FORGET_SECONDS, NAME, RESTARTS
from risk_manager.service.windows.system import Windows
from tests.service.windows.pretend import PretendMachine
from tests.service.windows.test_install import HOME, PROGRAM

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
SID = r"\*S-1-[0-9-]+"
GRANT = rf"{SID}:(?:\((?:OI|CI|IO|NP|I)\))*(?:N|F|M|RX|R|W|D|\([A-Z,]+\))"
GRAMMAR = [
    rf"sc (?:create|config) {SERVICE}(?: (?:{OPTION}))+",
    rf"sc description {SERVICE} {WORD}",
    rf"sc failure {SERVICE}(?: (?:reset= (?:\d+|INFINITE)|actions= (?:(?:restart|run|reboot)/\d+/?)+))+",
    rf"sc failureflag {SERVICE} [01]",
    rf"sc sdset {SERVICE} {WORD}",
    rf"sc (?:start|stop|delete|query) {SERVICE}",
    rf"net (?:start|stop) {WORD}",
    rf"icacls {WORD} /setowner {SID}(?: /[tclq])*",
    rf"icacls {WORD}(?: /inheritance:[edr]| /grant(?::r)? {GRANT})+",
    rf"reg add {WORD} /v \S+ /t (?:REG_SZ|REG_DWORD|REG_EXPAND_SZ) /d {WORD}(?: /f)?",
    rf"reg delete {WORD}(?: /v \S+)?(?: /f)?",
    rf"mkdir {WORD}",
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
        "sc create RiskManager binPath=x",
        "sc failure RiskManager reset=86400",
        "sc failure RiskManager reset= 86400 actions= restart/1000,restart/2000",
        "icacls C:\\x /grant S-1-5-18:(OI)(CI)F",
        "icacls C:\\x y /setowner *S-1-5-18",
        "reg add HKLM\\x /v A /t REG_STRING /d 1",
    ],
)
def test_the_grammar_refuses_what_windows_would(wrong: str) -> None:
    assert not any(re.fullmatch(rule, wrong) for rule in GRAMMAR)


def test_what_is_typed_is_what_is_done() -> None:
    text = "\n".join(typed())
    actions = "/".join(f"restart/{after}" for after in RESTARTS)
    assert f"reset= {FORGET_SECONDS} actions= {actions}" in text
    assert f'sc sdset {NAME} "{descriptors.SERVICE}"' in text
    made = re.search(r'binPath= "((?:\\"|[^"])*)"', text)
    assert made and made[1].replace('\\"', '"') == command_line(PROGRAM)
    assert f'mkdir "{HOME}"' in text


def test_what_icacls_grants_is_what_the_descriptor_of_the_home_allows() -> None:
    names = {"S-1-5-18": "SY", "S-1-5-32-544": "BA"}
    (line,) = [line for line in typed() if "/grant" in line]
    granted = {(names[sid], flags) for sid, flags in re.findall(r"\*(S-[0-9-]+):((?:\(\w+\))+)F", line)}
    listed = descriptors.entries(descriptors.FOLDER) or ()
    assert granted == {(one.who, "".join(f"({flag})" for flag in re.findall("..", one.flags))) for one in listed}
    assert "/inheritance:r" in line


def test_a_line_is_taken_apart_as_it_was_made() -> None:
    line = command_line(PROGRAM)
    assert interpreter_of(line) == PROGRAM.python
    assert script_of(line) == PROGRAM.packages + r"\risk_manager\service\windows\__main__.py"
    assert script_of(r"C:\elsewhere\other.exe --port 1") == ""
