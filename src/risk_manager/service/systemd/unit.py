"""The text of the unit. Each line that is not plain says why it is there."""

from __future__ import annotations

import shlex
from typing import Final

from risk_manager.exit_codes import ExitCode
from risk_manager.home import SERVICE_HOME
from risk_manager.service.dog import HUNG_SECONDS
from risk_manager.service.plan import NAME, Program

UNIT: Final = f"{NAME}.service"
UNIT_FILE: Final = f"/etc/systemd/system/{UNIT}"
USER: Final = NAME
HOME: Final = SERVICE_HOME.as_posix()
CONFIG: Final = f"/etc/{NAME}"
LOGS: Final = f"/var/log/{NAME}"
CREDENTIAL: Final = f"{NAME}.api_key"
SECOND_WALL_SECONDS: Final = 2
"""So much longer than the guard's own watchdog systemd waits for a beat."""

_TEXT: Final = """\
[Unit]
Description=Risk guard of futures accounts
Wants=network-online.target
After=network-online.target time-sync.target
# Never give up: the usual limit ends a service for good that fails five times in ten seconds.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={start}
User={user}
Group={user}
Restart=always
RestartSec=250ms
# Stopped by its admin, with the password: it stays so until the next boot, or until somebody starts it.
RestartPreventExitStatus={dismissed}
SuccessExitStatus={dismissed}
# The engine beats once a second. It ends itself after {hung} seconds without a beat, and this is the second wall.
WatchdogSec={watched}
# For what comes before the guard's first words to systemd. With them it asks for the time that its database needs.
TimeoutStartSec=90
TimeoutStopSec=15
# One that stands still is given no time to end by itself: it has had that already.
TimeoutAbortSec=2
# The guard is the last to go when memory is short, and is not made to wait for others.
OOMScoreAdjust=-900
Nice=-5

# The published state is for every user of the machine, so the way to it is open; what is secret is closed by itself.
StateDirectory={name}
StateDirectoryMode=0711
LogsDirectory={name}
LogsDirectoryMode=0750
ConfigurationDirectory={name}
ConfigurationDirectoryMode=0700
# An admin's change of the password is written by the guard itself.
ReadWritePaths={config}
# The key may lie in /etc/credstore, which root alone can read: api_key: "credential:{credential}"
LoadCredential={credential}
UMask=0027

# What it needs of the machine is its folders and the network, and that is what it gets.
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
# What a trader has written for it lies in a folder of its home instead, which root makes.
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
# What is not among them is refused and told to the guard like any other error. The usual is to kill it on the spot.
SystemCallErrorNumber=EPERM
# No image of its memory: the key is in it.
LimitCORE=0

[Install]
WantedBy=multi-user.target
"""


def unit(program: Program) -> str:
    """The unit that keeps a program guarding."""
    words = [program.python, "-I", "-m", "risk_manager", "run", "--home", HOME]
    if program.port is not None:
        words += ["--port", str(program.port)]
    return _TEXT.format(
        start=_command_line(words),
        user=USER,
        name=NAME,
        config=CONFIG,
        credential=CREDENTIAL,
        dismissed=int(ExitCode.DISMISSED),
        hung=HUNG_SECONDS,
        watched=HUNG_SECONDS + SECOND_WALL_SECONDS,
    )


def _command_line(words: list[str]) -> str:
    """As systemd reads it: quoted like a shell's words, with its own two signs doubled."""
    return shlex.join(words).replace("%", "%%").replace("$", "$$")
