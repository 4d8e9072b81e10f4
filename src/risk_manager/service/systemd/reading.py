"""The service as systemd has it, held against what installing makes of it: what differs, in sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from risk_manager.daemon.pulse import GUARDING
from risk_manager.service.dog import HUNG_SECONDS
from risk_manager.service.plan import Program
from risk_manager.service.systemd.unit import HOME, SECOND_WALL_SECONDS, UNIT, UNIT_FILE, USER, unit

ASKED: Final = (
    *("LoadState", "UnitFileState", "ActiveState", "SubState", "StatusText", "NRestarts", "ActiveEnterTimestamp"),
    *("FragmentPath", "DropInPaths", "NeedDaemonReload", "ExecStart", "Restart", "WatchdogUSec", "User"),
    "StartLimitIntervalUSec",
)
"""What systemd is asked for."""
_IN_FORCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Restart": "always",
        "WatchdogUSec": f"{HUNG_SECONDS + SECOND_WALL_SECONDS}s",
        "User": USER,
        "StartLimitIntervalUSec": "0",
    }
)
"""What protection hangs on most, asked of systemd itself and not only of the files: it goes by what it has read."""
_AGAIN: Final = "As root: risk-manager service install"
_FROM_PACKAGES: Final = ("/usr/lib/", "/lib/")
"""What the distribution adds to every service of the machine lies here."""
_HARMLESS: Final = re.compile(r"\[\w+\]|Load(Credential|CredentialEncrypted)=.*\S.*")
"""A section's name, and one more secret that is handed to the guard."""
_STARTED: Final = re.compile(
    r"argv\[\]=(?P<python>.+) -I -m risk_manager run --home (?P<home>\S+)( --port (?P<port>\d+))? ;"
)
_TOLD_MOST: Final = 5


def differences(shown: Mapping[str, str], texts: Mapping[str, str | None], program: Program) -> Iterator[str]:
    """What is not as it was installed, with what mends it. `shown` is what systemd says of the service; `texts` are the
    unit and what is added to it, by their paths, None where one cannot be read; `program` is the one that asks."""
    if shown.get("LoadState") == "masked":
        yield f"IT IS MASKED: systemd starts it for nobody. {_AGAIN}"
        return
    if shown.get("NeedDaemonReload") == "yes":
        yield "systemd goes by an older text than the one that lies there now. As root: systemctl daemon-reload"
    found = _STARTED.search(shown.get("ExecStart", ""))
    if found is None:
        yield f"IT STARTS SOMETHING ELSE: {_started(shown)}. {_AGAIN}"
    elif found["python"] != program.python:
        yield f"It starts another program than this one: {found['python']}, and this is {program.python}. {_AGAIN}"
    if found is not None and found["home"] != HOME:
        yield f"IT WATCHES WITH ANOTHER HOME: {found['home']}, and not {HOME}. {_AGAIN}"
    place = shown.get("FragmentPath", "")
    if place != UNIT_FILE:
        yield f"systemd takes the unit from {place or 'nowhere'}, and not from {UNIT_FILE}. {_AGAIN}"
    port = int(found["port"]) if found is not None and found["port"] else None
    ours = unit(program._replace(python=found["python"] if found is not None else program.python, port=port))
    yield from _other_text(texts.get(UNIT_FILE), ours)
    for path, text in texts.items():
        if path != UNIT_FILE and not path.startswith(_FROM_PACKAGES):
            yield from _added(path, text)


def not_in_force(shown: Mapping[str, str]) -> Iterator[str]:
    """What the service that runs goes by and should not. It was started so: a new text alone mends nothing."""
    if shown.get("LoadState") == "masked":
        return
    for name, value in _IN_FORCE.items():
        if shown.get(name) != value:
            yield f"In force is {name}={shown.get(name)}, and it should be {value}. {_AGAIN}"


def _other_text(text: str | None, ours: str) -> Iterator[str]:
    if text is None:
        yield f"{UNIT_FILE} cannot be read, so that nobody can tell what it says. {_AGAIN}"
        return
    there, wanted = _lines(text), _lines(ours)
    more = [f"says {line}" for line in there if line not in wanted]
    less = [f"lacks {line}" for line in wanted if line not in there]
    if there != wanted:
        told = _few([*more, *less]) or "has its lines in another order"
        yield f"{UNIT_FILE} is not what this program installs: it {told}. {_AGAIN}"


def _added(path: str, text: str | None) -> Iterator[str]:
    if text is None:
        yield f"{path} is added to the unit and cannot be read by you: as root, risk-manager service status."
        return
    changes = [line for line in _lines(text) if not _HARMLESS.fullmatch(line)]
    if changes:
        yield (
            f"{path} is added to the unit and changes it: {_few(changes)}. If that is not wanted, as root: rm {path} "
            "&& systemctl daemon-reload"
        )


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", ";"))]


def _few(told: list[str]) -> str:
    more = f" and {len(told) - _TOLD_MOST} more" if len(told) > _TOLD_MOST else ""
    return ", ".join(told[:_TOLD_MOST]) + more


def _started(shown: Mapping[str, str]) -> str:
    found = re.search(r"argv\[\]=(.*?) ;", shown.get("ExecStart", ""))
    return found[1] if found else "nothing"


def how_it_is(shown: Mapping[str, str]) -> Iterator[tuple[bool, str]]:
    """Whether it runs, guards, and starts with the machine, a sentence each and whether that is as it should be."""
    status = shown.get("StatusText", "")
    if shown.get("ActiveState") == "active":
        told = status or "It has not said yet whether it guards."
        yield status.startswith(GUARDING), f"The service runs since {shown.get('ActiveEnterTimestamp', '')}. {told}"
    else:
        state = f"{shown.get('ActiveState', 'unknown')}, {shown.get('SubState', 'unknown')}"
        yield False, f"THE SERVICE DOES NOT RUN ({state}). {status}".strip()
        yield False, f"Why: journalctl -u {UNIT} -n 50. Start it: systemctl start {UNIT}"
    if shown.get("UnitFileState") == "enabled":
        yield True, "It starts with the machine."
    else:
        yield False, f"IT DOES NOT START WITH THE MACHINE: systemctl enable {UNIT}"
    restarts = shown.get("NRestarts", "0")
    if restarts not in ("", "0"):
        often = "once" if restarts == "1" else f"{restarts} times"
        yield True, f"systemd has started it again {often}; why is in journalctl -u {UNIT}"


def home_of(shown: Mapping[str, str]) -> str:
    """Where the service keeps what it knows; empty: it starts something else."""
    found = _STARTED.search(shown.get("ExecStart", ""))
    return found["home"] if found is not None else ""
