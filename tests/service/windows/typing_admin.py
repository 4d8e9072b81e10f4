"""An admin who types what --dry-run prints at the prompt of a pretend machine: what each command means there."""

from __future__ import annotations

import re

from risk_manager.service.windows.machine import AUTOMATIC, FORGET_SECONDS, MESSAGES, NAME, PURPOSE, TITLE
from tests.service.windows.pretend import PretendMachine

_FOLDER = re.compile(
    r'powershell\.exe -NoProfile -Command "\$rights = New-Object System\.Security\.AccessControl\.DirectorySecurity; '
    r"\$rights\.SetSecurityDescriptorSddlForm\('(?P<descriptor>[^']+)', 'Owner, Access'\); "
    r"\[void\]\[System\.IO\.Directory\]::CreateDirectory\('(?P<path>[^']+)', \$rights\); "
    r"\[System\.IO\.Directory\]::SetAccessControl\('(?P=path)', \$rights\)\""
)
_SERVICE = re.compile(
    rf'sc\.exe (?P<word>create|config) {NAME} binPath= "(?P<command>(?:\\"|[^"])*)" type= own start= {AUTOMATIC} '
    rf'error= normal obj= LocalSystem DisplayName= "{TITLE}"'
)
_RESTARTS = re.compile(rf"sc\.exe failure {NAME} reset= (?P<forget>\d+) actions= (?P<actions>restart/[\d/a-z]+)")
_GUARDS = re.compile(rf'sc\.exe sdset {NAME} "(?P<descriptor>[^"]+)"')
_EVENTS = rf'"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\{NAME}"'


def type_at(machine: PretendMachine, typed: str) -> None:
    """Type the lines of one step. What comes to nothing alone counts with its other half."""
    lines = typed.splitlines()
    for line in lines:
        if line.startswith("sc.exe query "):
            made = line.removeprefix(f"sc.exe query {NAME} >nul || ")
            if machine.service(NAME) is None:
                _type(machine, made, lines)
        else:
            _type(machine, line, lines)


def _type(machine: PretendMachine, line: str, lines: list[str]) -> None:
    if found := _FOLDER.fullmatch(line):
        if found["path"] not in machine.folders:
            machine.make_folder(found["path"], found["descriptor"])
        machine.protect_folder(found["path"], found["descriptor"])
    elif found := _SERVICE.fullmatch(line):
        change = machine.create_service if found["word"] == "create" else machine.change_service
        change(NAME, found["command"].replace('\\"', '"'))
    elif found := _RESTARTS.fullmatch(line):
        assert f"sc.exe failureflag {NAME} 1" in lines, "the other half"
        actions = re.findall(r"restart/(\d+)", found["actions"])
        machine.restart_service(NAME, tuple(map(int, actions)), int(found["forget"]))
        assert int(found["forget"]) == FORGET_SECONDS
    elif found := _GUARDS.fullmatch(line):
        machine.protect_service(NAME, found["descriptor"])
    else:
        _type_what_has_no_words_of_its_own(machine, line)


def _type_what_has_no_words_of_its_own(machine: PretendMachine, line: str) -> None:
    match line:
        case _ if line == f'reg.exe add {_EVENTS} /v EventMessageFile /t REG_EXPAND_SZ /d "{MESSAGES}" /f':
            machine.register_events(NAME)
        case _ if line == f"reg.exe delete {_EVENTS} /f":
            machine.forget_events(NAME)
        case _ if line == f"net.exe stop {NAME} 2>nul":
            if machine.service(NAME) is not None:
                machine.stop_service(NAME)
        case _ if line == f"sc.exe config {NAME} start= disabled":
            machine.disable_service(NAME)
        case _ if line == f"sc.exe start {NAME}":
            machine.start_service(NAME)
        case _ if line == f"sc.exe delete {NAME}":
            machine.delete_service(NAME)
        case _:
            others = (
                f"reg.exe add {_EVENTS} /v TypesSupported /t REG_DWORD /d 7 /f",
                f"sc.exe failureflag {NAME} 1",
                f'sc.exe description {NAME} "{PURPOSE}"',
            )
            assert line in others, f"nobody knows what this does: {line}"


def state(machine: PretendMachine) -> tuple[object, ...]:
    """All that a machine is."""
    return machine.services, machine.folders, machine.events, machine.starts
