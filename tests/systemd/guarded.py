"""A booted machine whose one service of ours guards an account of a simulated broker."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from risk_manager.exit_codes import ExitCode
from risk_manager.service.systemd.unit import CONFIG, CREDENTIAL, HOME, UNIT, USER
from tests.systemd.machine import PACKAGES, PYTHON, Machine, until

KEY: Final = "a-key-that-nobody-may-see"
PASSWORD: Final = "three words together"
TRADER: Final = "trader"
BROKER: Final = "http://127.0.0.1:8700"
GUARDING: Final = "Guarding 465."

_BROKER_UNIT: Final = f"""\
[Service]
ExecStart={PYTHON} -I -m risk_manager simulator --api-key {KEY} --port 8700
[Install]
WantedBy=multi-user.target
"""
_ACCOUNTS: Final = f"""\
topstepx:
  username: trader
  api_key: "credential:{CREDENTIAL}"
  api_url: {BROKER}
  user_hub_url: {BROKER}/hubs/user
  market_hub_url: {BROKER}/hubs/market
monitored_account: {{account_id: 465, account_name: Main}}
"""
_RULES: Final = "version: 1\nmax_contracts_per_instrument: {limits: {MNQ: 2}, enforcement: reduce_to_limit}\n"
SLOW: Final = "/run/slow-start"
SLOW_SECONDS: Final = 12
NOT_ALLOWED: Final = "It may not do that, and is told so."
_HANG: Final = f"""\
import os, signal, sys, time

def _stand_still(number, frame):
    while True:
        pass

signal.signal(signal.SIGUSR2, _stand_still)

def _give_away(number, frame):
    try:
        os.chown("{HOME}", os.getuid(), os.getgid())
    except PermissionError:
        print("{NOT_ALLOWED}", file=sys.stderr, flush=True)

signal.signal(signal.SIGUSR1, _give_away)

def _repair(name, words, done=[]):
    if name == "sqlite3.connect" and not done and os.path.exists("{SLOW}"):
        done.append(name)
        time.sleep({SLOW_SECONDS})

sys.addaudithook(_repair)
"""


def guarded(folder: Path) -> Machine:
    """Switched on, installed by the real command, configured, and guarding."""
    machine = Machine(folder)
    try:
        # On SIGUSR2 the program stands still for ever, in the thread in which the engine runs. On SIGUSR1 it does what
        # the unit lets it not do. With a file in its place
        # a start takes long before it opens the database, as with one that must be repaired.
        machine.place(PACKAGES, "standing_still.py").write_text(_HANG)
        machine.place(PACKAGES, "standing_still.pth").write_text("import standing_still\n")
        machine.place("/etc/systemd/system/broker.service").write_text(_BROKER_UNIT)
        machine.boot()
        done(machine.run("systemctl", "enable", "--now", "broker.service"))
        done(machine.run("useradd", "--create-home", TRADER))
        done(machine.ours("service", "install"))
        _configure(machine)
        machine.run("systemctl", "restart", UNIT)
        is_guarding(machine)
    except BaseException:
        machine.remove()
        raise
    return machine


def _configure(machine: Machine) -> None:
    """As root would: in an editor, and with the key where systemd takes it from."""
    store = machine.place("/etc/credstore")
    store.mkdir(mode=0o700, exist_ok=True)
    (store / CREDENTIAL).write_text(f"{KEY}\n")
    (store / CREDENTIAL).chmod(0o600)
    for name, text in (("accounts.yaml", _ACCOUNTS), ("risk_config.yaml", _RULES)):
        write = f"umask 077; cat >{CONFIG}/{name}; chown {USER}: {CONFIG}/{name}"
        done(machine.run("sh", "-ec", write, says=text))
    done(machine.ours("admin", "password", "--password-stdin", says=f"{PASSWORD}\n"))


def done(ended: subprocess.CompletedProcess[str]) -> str:
    """What a command told, which did what it should."""
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def shown(machine: Machine, name: str) -> str:
    """What systemd says of the service."""
    return machine.run("systemctl", "show", UNIT, f"--property={name}", "--value").stdout.strip()


def pid(machine: Machine) -> int:
    """The guard's process; 0: there is none."""
    return int(shown(machine, "MainPID") or "0")


def is_guarding(machine: Machine, seconds: float = 60.0, *, after: int = 0) -> int:
    """Wait until it guards; with `after`, by another process than this one. Its process."""
    until(lambda: _guarding(machine) not in (0, after), lambda: f"{GUARDING}\n{journal(machine)}", seconds)
    return pid(machine)


def _guarding(machine: Machine) -> int:
    """The process that guards now; 0: none does. One question: what is said is then of this very process."""
    told = machine.run("systemctl", "show", UNIT, "--property=MainPID,StatusText").stdout.splitlines()
    rows = dict(row.split("=", 1) for row in told)
    return int(rows["MainPID"]) if rows["StatusText"] == GUARDING else 0


def journal(machine: Machine) -> str:
    """What the service has said."""
    return machine.run("journalctl", f"--unit={UNIT}", "--lines=40", "--no-pager", "--output=cat").stdout


def tells(machine: Machine) -> str:
    """What `service status` says of a service that is well."""
    told = machine.ours("service", "status")
    assert told.returncode == ExitCode.FINE, told.stdout + told.stderr
    return told.stdout
