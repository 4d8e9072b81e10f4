"""A real guard: what a supervisor is told of it, what ends it, and what the next one says about that."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc.admin import Login, Stop, ask
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import SECRET, Program, done, program, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Unix sockets, and signals of POSIX")

PASSWORD = "three words together"
LOST = "Nobody has watched since "

STANDING_STILL = """\
import sys
from pathlib import Path
from risk_manager.core import engine
from risk_manager.service import dog
from risk_manager.service.duty import Duty
dog.HUNG_SECONDS, dog._LOOK_SECONDS = 2.0, 0.5
decide = engine.decide
def standing_still(*words, **more):
    while Path(sys.argv[2]).exists():
        pass
    return decide(*words, **more)
engine.decide = standing_still
sys.exit(Duty(Path(sys.argv[1]), 0).run())
"""
"""A guard whose engine turns in itself from the moment on in which a file is there."""

NEVER_STARTING = """\
import sys
from pathlib import Path
from risk_manager.daemon import keeping
from risk_manager.service import dog
from risk_manager.service.duty import Duty
dog.START_SECONDS, dog._LOOK_SECONDS = 1.0, 0.25
def never_starting(*words, **more):
    while True:
        pass
keeping.open_store = never_starting
sys.exit(Duty(Path(sys.argv[1]), 0).run())
"""

FAILING_AT_ONCE = """\
import sys
from pathlib import Path
from risk_manager.daemon import keeping
from risk_manager.service.duty import Duty
from risk_manager.service.systemd.notify import supervising
def failing(*words, **more):
    raise RuntimeError('the start is broken')
keeping.open_store = failing
duty = Duty(Path(sys.argv[1]), 0, supervising(), patience_seconds=1000)
import signal
signal.signal(signal.SIGTERM, lambda *_: duty.stop('the signal SIGTERM'))
sys.exit(duty.run())
"""

STOPPED_WHILE_IT_IS_LOADED = """\
import os, signal, sys
class Stopping:
    def find_spec(self, name, *rest):
        if name == 'risk_manager.service.duty':
            os.kill(os.getpid(), signal.SIGTERM)
sys.meta_path.insert(0, Stopping())
from risk_manager.cli import main
sys.argv = ['risk-manager', 'run', '--home', sys.argv[1]]
main()
"""
"""A guard that is stopped before the program is there as a whole."""

FAILING = STANDING_STILL.replace("        pass\n", "        raise RuntimeError('the engine is broken')\n")


@contextmanager
def supervisor() -> Iterator[tuple[str, list[str]]]:
    """A socket as systemd's, and what is told there, as it comes."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(getattr(socket, "AF_UNIX"), socket.SOCK_DGRAM) as place:  # noqa: B009
        place.bind(f"{folder}/notify")
        place.setblocking(False)
        told: list[str] = []
        loop = asyncio.get_running_loop()
        loop.add_reader(place, lambda: told.append(place.recv(4096).decode()))
        try:
            yield f"{folder}/notify", told
        finally:
            loop.remove_reader(place)


async def started(code: str, home: Path, file: Path, **more: str) -> Program:
    """This code as a process, for a home and a file."""
    pipe = asyncio.subprocess.PIPE
    environment = {**os.environ, "BROKER_KEY": SECRET, **more}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(home), str(file), stdout=pipe, stderr=pipe, env=environment
    )
    running = Program(process)
    running.read()
    return running


async def last_words(home: Path) -> str:
    """What the next guard says of the end of the one before it."""
    async with guard(home) as following:
        said = await following.says(LOST)
        assert await following.stop() == ExitCode.FINE
    return said


async def test_a_supervisor_is_told_that_it_is_ready_alive_guarding_and_at_its_end(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
        with supervisor() as (place, told):
            async with program("run", "--home", str(home), BROKER_KEY=SECRET, NOTIFY_SOCKET=place) as running:
                await until(lambda: "STATUS=Guarding 465." in told, f"{told}")
                assert told[0].startswith("EXTEND_TIMEOUT_USEC=13"), "two minutes for a small database, and ten seconds"
                assert told[1] == "WATCHDOG=1", "the first beat comes before everything else"
                assert told.index("READY=1") < told.index("STATUS=Guarding 465.")
                beats = told.count("WATCHDOG=1")
                await until(lambda: told.count("WATCHDOG=1") > beats + 1, "it beats in a quiet market")
                assert await running.stop() == ExitCode.FINE
            await until(lambda: told[-1].startswith("STOPPING=1\n"), f"{told}")
            assert told.count("READY=1") == 1
            assert SECRET not in "".join(told)


async def test_a_supervisor_is_told_that_the_guard_is_blind(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
    with supervisor() as (place, told):  # the broker is away
        async with program("run", "--home", str(home), BROKER_KEY=SECRET, NOTIFY_SOCKET=place) as running:
            await until(lambda: any(one.startswith("STATUS=BLIND: the market hub and ") for one in told), f"{told}")
            beats = told.count("WATCHDOG=1")
            await until(lambda: told.count("WATCHDOG=1") > beats, "it is alive all the same")
            assert await running.stop() == ExitCode.FINE


async def test_an_engine_that_stands_still_beats_no_more_and_ends_its_process(tmp_path: Path) -> None:
    async with broker() as side:
        home, now = new_home(tmp_path, side, max_contracts={"limit": 1}), tmp_path / "now"
        running = await started(STANDING_STILL, home, now)
        await running.says("Guarding.")
        now.touch()
        assert await running.ended() == ExitCode.HUNG
        assert any("in standing_still" in line for line in running.err), "where it stood"
        assert ": its engine stood still for 2 s." in await last_words(home)


async def test_a_start_that_stands_still_ends_its_process(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
        (home / "data").mkdir()
        running = await started(NEVER_STARTING, home, tmp_path / "unused")
        assert await running.ended() == ExitCode.HUNG
        assert "CRITICAL: the guard ends itself: its start stood still for 1 s." in running.err
        assert any("in never_starting" in line for line in running.err), "where it stood"


async def test_an_error_at_the_start_is_waited_over_so_that_the_gateway_is_not_asked_every_second(
    tmp_path: Path,
) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
    with supervisor() as (place, told):
        running = await started(FAILING_AT_ONCE, home, tmp_path / "unused", NOTIFY_SOCKET=place)
        await until(lambda: any(one.startswith("STATUS=Not guarding: an error ") for one in told), f"{told}")
        assert running.process.returncode is None
        assert await running.stop() == 1, "a stop ends the waiting"
    assert any("the start is broken" in line for line in running.err)


async def test_an_engine_that_fails_ends_the_guard(tmp_path: Path) -> None:
    """It is started anew with what is saved, instead of going on without judging anything."""
    async with broker() as side:
        home, now = new_home(tmp_path, side, max_contracts={"limit": 1}), tmp_path / "now"
        running = await started(FAILING, home, now)
        await running.says("Guarding.")
        now.touch()
        assert await running.ended() not in (ExitCode.FINE, ExitCode.HUNG)
        assert any("the engine is broken" in line for line in running.err)
        assert "an error in it has ended it (RuntimeError; the log has more)" in await last_words(home)


async def test_whoever_has_stopped_it_is_named_by_the_next_one(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
        set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        async with guard(home) as first:
            door = home / "data" / "admin.sock"
            login = await ask(door, Login(password=PASSWORD))
            assert login.token is not None
            assert (await ask(door, Stop(token=login.token, why="an update"))).is_done
            assert await first.ended() == ExitCode.DISMISSED
        async with guard(home) as second:
            user = getattr(os, "getuid", int)()
            assert f"it was stopped by the admin (user {user}): an update." in await second.says(LOST)
            second.process.send_signal(signal.SIGINT)
            assert await second.ended() == ExitCode.FINE
        async with guard(home) as third:
            assert "it was stopped by the signal SIGINT." in await third.says(LOST)
            third.process.kill()
            await third.ended()
        assert "it crashed or was killed, while the machine stayed up." in await last_words(home)


async def test_a_stop_before_the_program_is_loaded_is_an_end_in_order(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
        async with guard(home) as first:
            first.process.kill()
            await first.ended()
        stopped = await started(STOPPED_WHILE_IT_IS_LOADED, home, tmp_path / "unused")
        assert await stopped.ended() == ExitCode.FINE
        assert "it was stopped by the signal SIGTERM." in await last_words(home)


async def test_one_that_cannot_begin_waits_under_a_supervisor_and_can_be_stopped_meanwhile(tmp_path: Path) -> None:
    with supervisor() as (place, told):
        async with program("run", "--home", str(tmp_path), NOTIFY_SOCKET=place) as running:
            await until(lambda: any(one.startswith("STATUS=Not guarding: ") for one in told), f"{told}")
            assert running.process.returncode is None
            assert await running.stop() == ExitCode.BAD_INPUT
        assert "READY=1" not in told


@pytest.mark.skipif(getattr(os, "geteuid", int)() != 0, reason="only root can use somebody else's home")
async def test_root_starts_no_guard_in_the_home_of_somebody_else(tmp_path: Path) -> None:
    """What it would leave there the guard's own user could not use at its next start."""
    shutil.chown(tmp_path, 65534)
    code, _, err = await done("run", "--home", str(tmp_path))
    assert code == ExitCode.REFUSED
    assert err.startswith(
        f"{tmp_path} belongs to user 65534, who could not use what a guard of root's would leave there"
    )
    assert list(tmp_path.iterdir()) == []
