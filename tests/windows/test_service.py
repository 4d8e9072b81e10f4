"""The service on the service manager's own calls: installed, guarding, asked, stopped, booted, killed, gone.

What wine only pretends (restarts by the manager, rights of files and services, the event log) is not asserted here.
"""

from __future__ import annotations

import json
import shutil
import socket
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest
import pytest_asyncio

from risk_manager.config.password import HASH_FILE, set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.service.windows.machine import NEVER
from tests.foreign.test_guard import home as write_home
from tests.foreign.venue import open_venue
from tests.windows.prefix import DISK, Windows

HOME: Final = DISK / "ProgramData" / "RiskManager"
ITS_HOME: Final = r"C:\ProgramData\RiskManager"
PASSWORD: Final = "three words do it"
_PATIENCE_SECONDS: Final = 30.0
UNTOLD: Final = "cannot verify: this Windows does not tell."
STATE: Final = """\
import json, win32service as s
manager = s.OpenSCManager(None, None, s.SC_MANAGER_CONNECT)
told = s.QueryServiceStatusEx(s.OpenService(manager, "RiskManager", s.SERVICE_QUERY_STATUS))
print(json.dumps([told["CurrentState"], told["Win32ExitCode"], told["ProcessId"]]))
"""
STOP_WHILE_STARTING: Final = r"""
import time, win32service as s
from risk_manager.service.windows.win32 import Win32
manager = s.OpenSCManager(None, None, s.SC_MANAGER_ALL_ACCESS)
line = r'"C:\Python311\python.exe" "Z:\project\tests\windows\inside\slow.py"'
one = s.CreateService(
    manager, "Slow", "Slow", s.SERVICE_ALL_ACCESS, s.SERVICE_WIN32_OWN_PROCESS, s.SERVICE_DEMAND_START,
    s.SERVICE_ERROR_NORMAL, line, None, False, None, None, None,
)
s.StartService(one, None)
while s.QueryServiceStatus(one)[1] != s.SERVICE_START_PENDING:
    time.sleep(0.05)
Win32().stop_service("Slow")
print(s.QueryServiceStatus(one)[1])
Win32().disable_service("Slow")
print(Win32().service("Slow").start)
Win32().delete_service("Slow")
"""
STOPPED, RUNNING = 1, 4
ENDED_UNEXPECTEDLY: Final = 1067
_REFUSED: Final = 4


class Guarded:
    """A home on that Windows, and where its guard may be asked."""

    def __init__(self, windows: Windows, port: int) -> None:
        self.windows = windows
        self.port = port

    def install(self) -> None:
        ended = self.windows.ours("service", "install", "--port", str(self.port), elevated=True)
        assert ended.code == 0, ended.says

    def asked(self) -> dict[str, Any] | None:
        """What the guard answers to programs of the machine; None where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/status", timeout=5) as answer:
                return dict(json.load(answer))
        except OSError:
            return None

    def guards(self) -> bool:
        """Whether it sees its account, and has read it."""
        told = self.asked()
        if told is None or any(account["is_asleep"] for account in told["accounts"]):
            return False
        return bool(told["connection"]["user_hub"] and told["connection"]["market_hub"])

    def log(self) -> str:
        path = HOME / "logs" / "service.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def state(self) -> tuple[int, int, int]:
        """What the service manager says: state, how it ended, process."""
        ended = self.windows.run("-c", STATE)
        assert ended.code == 0, ended.says
        state, code, process = json.loads(ended.says.splitlines()[-1])
        return state, code, process


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"It did not come true: {what}"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(windows: Windows) -> AsyncIterator[Guarded]:
    """A home for the service, with an account of a simulator."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    async with open_venue() as venue:
        write_home(venue, HOME)
        set_password(HOME / "config" / HASH_FILE, PASSWORD, rounds=4)
        yield Guarded(windows, free_port())


@pytest.fixture
def guarded(home: Guarded) -> Guarded:
    """The service, installed and guarding, whatever the test before has made of it."""
    if not home.guards():
        home.install()
        until(home.guards, "it guards")
    return home


def test_without_an_administrators_rights_nothing_is_installed(windows: Windows) -> None:
    for words in (("install",), ("uninstall",)):
        ended = windows.ours("service", *words)
        assert (ended.code, "Run as administrator" in ended.says) == (_REFUSED, True), ended.says
    assert "There is none" in windows.ours("service", "status").says


def test_it_is_as_installed_and_what_this_windows_does_not_tell_is_not_called_good(guarded: Guarded) -> None:
    ended = guarded.windows.ours("service", "status")
    assert ended.code == ExitCode.NOT_RUNNING, "what cannot be verified is not called well"
    told = dict(line.split(": ", 1) for line in ended.says.splitlines())
    assert told == {
        "service": "It runs. Guarding 465.",
        "start": "It starts with the machine.",
        "account": "It runs as the system.",
        **dict.fromkeys(("restarts", "restarts on error", "who may stop it", "home", "program"), UNTOLD),
    }
    again = guarded.windows.ours("service", "install", "--port", str(guarded.port), elevated=True)
    assert again.code == 0, again.says
    until(guarded.guards, "it guards again")


def test_its_admin_reaches_it_with_the_password_and_nobody_with_another(guarded: Guarded) -> None:
    words = ("admin", "config", "reload", "--home", ITS_HOME, "--password-stdin")
    wrong = guarded.windows.ours(*words, elevated=True, line="another one")
    assert (wrong.code, "The password is wrong." in wrong.says) == (_REFUSED, True), wrong.says
    right = guarded.windows.ours(*words, elevated=True, line=PASSWORD)
    assert right.code == 0, right.says


def test_a_stop_is_an_end_in_order_and_a_boot_starts_it_without_anybody(guarded: Guarded) -> None:
    windows = guarded.windows
    stop = windows.run("-c", "import win32serviceutil as s; s.StopService('RiskManager')", elevated=True)
    assert stop.code == 0, stop.says
    until(lambda: guarded.state()[0] == STOPPED, "it has stopped")
    assert guarded.state()[1] == 0
    assert guarded.log().rstrip().endswith("Nobody watches the account now.")
    windows.cut_power()
    windows.boot()
    until(guarded.guards, "it guards after the boot")
    assert guarded.state()[0] == RUNNING


def test_a_service_that_is_still_starting_is_stopped_too_and_one_is_disabled(windows: Windows) -> None:
    ended = windows.run("-c", STOP_WHILE_STARTING, elevated=True)
    assert (ended.code, ended.says.splitlines()) == (0, [str(STOPPED), NEVER]), ended.says


def test_a_killed_one_is_a_crash_to_the_service_manager(guarded: Guarded) -> None:
    process = guarded.state()[2]
    killed = guarded.windows.run("-c", f"import os, signal; os.kill({process}, signal.SIGTERM)", elevated=True)
    assert killed.code == 0, killed.says
    until(lambda: guarded.state()[:2] == (STOPPED, ENDED_UNEXPECTEDLY), "it has failed, and nobody calls it an end")


def test_uninstalling_leaves_what_it_knows(guarded: Guarded) -> None:
    ended = guarded.windows.ours("service", "uninstall", elevated=True)
    assert ended.code == 0, ended.says
    assert "There is none" in guarded.windows.ours("service", "status").says
    assert guarded.asked() is None
    assert (HOME / "data" / "state.db").exists() and (HOME / "config" / HASH_FILE).exists()
