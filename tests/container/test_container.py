"""The guard in a container, as docs/service.md has it run: with nothing that it does not need."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.engine import IMAGE, Engine, until
from tests.daemon.programs import SECRET, make_home

HANG = """\
import signal

def _stand_still(number, frame):
    while True:
        pass

signal.signal(signal.SIGUSR2, _stand_still)
"""
"""In the program's folder from outside: on this signal it stands still for ever, in the thread of the engine."""
USER = 10001
CLOSED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    folder = Path(tempfile.mkdtemp(prefix="guard."))
    # In memory: images are written and thrown away faster, and nothing stays.
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=True)
    try:
        made = Engine(folder)
        try:
            made.build()
            yield made
        finally:
            made.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """The simulator, outside of any container."""
    words = [sys.executable, "-m", "risk_manager", "simulator", "--api-key", SECRET]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        yield simulator.stdout.readline().strip().rpartition(" ")[2]
        simulator.terminate()


@pytest.fixture(scope="module")
def guard(engine: Engine, broker: str) -> Iterator[str]:
    """A container that guards."""
    with tempfile.TemporaryDirectory() as name:
        home = make_home(Path(name, "home"), broker)
        for path in (home, *home.rglob("*")):
            shutil.chown(path, USER, USER)
        words = [
            "--detach",
            "--name=guard",
            "--restart=always",
            "--network=host",
            f"--volume={home}:/var/lib/risk-manager",
            *_standing_still(engine, Path(name)),
        ]
        words += ["--env", f"BROKER_KEY={SECRET}", "--env", "RISK_MANAGER_PORT=0", "--health-interval=1s"]
        engine.done("run", *words, *CLOSED, IMAGE)
        yield "guard"
        engine.done("rm", "--force", "guard")


def _standing_still(engine: Engine, folder: Path) -> list[str]:
    words = ["-c", "import risk_manager, pathlib; print(pathlib.Path(risk_manager.__file__).parents[1])"]
    packages = engine.done("run", "--rm", "--entrypoint=/opt/risk-manager/bin/python", IMAGE, *words)
    mounted: list[str] = []
    for name, text in (("standing_still.py", HANG), ("standing_still.pth", "import standing_still\n")):
        (folder / name).write_text(text)
        mounted.append(f"--volume={folder / name}:{packages}/{name}:ro")
    return mounted


def is_well(engine: Engine, guard: str) -> None:
    until(lambda: engine.shown(guard, "{{.State.Health.Status}}") == "healthy", lambda: engine.logs(guard))


def test_it_guards_as_nobody_in_particular_and_can_write_nothing_but_its_home(engine: Engine, guard: str) -> None:
    until(lambda: "Guarding." in engine.logs(guard), lambda: engine.logs(guard))
    is_well(engine, guard)
    assert engine.done("exec", guard, "id", "-u") == str(USER)
    assert "The guard is running" in engine.done("exec", guard, "risk-manager", "status")
    assert engine.ask("exec", guard, "touch", "/opt/risk-manager/x").returncode != 0
    assert "CapEff:\t0000000000000000" in engine.done("exec", guard, "cat", "/proc/1/status")
    assert SECRET not in engine.logs(guard)


def test_killed_it_guards_again_and_says_so(engine: Engine, guard: str) -> None:
    is_well(engine, guard)
    before = engine.shown(guard, "{{.State.Pid}}")
    subprocess.run(["kill", "-KILL", before], check=True)
    until(lambda: engine.shown(guard, "{{.State.Pid}}") not in ("0", before), lambda: engine.logs(guard))
    until(lambda: engine.logs(guard).count("Guarding.") == 2, lambda: engine.logs(guard))
    assert "it crashed or was killed, while the machine stayed up" in engine.logs(guard)
    is_well(engine, guard)


def test_one_that_stands_still_ends_itself_and_is_started_again(engine: Engine, guard: str) -> None:
    """The engine of the containers looks after no health: it is the guard's own watchdog that ends it."""
    is_well(engine, guard)
    before, guarded = engine.shown(guard, "{{.State.Pid}}"), engine.logs(guard).count("Guarding.")
    subprocess.run(["kill", "-USR2", before], check=True)  # by `docker kill` it would count as stopped by hand
    until(lambda: engine.shown(guard, "{{.State.Pid}}") not in ("0", before), lambda: engine.logs(guard))
    until(lambda: engine.logs(guard).count("Guarding.") > guarded, lambda: engine.logs(guard))
    assert "CRITICAL: the guard ends itself: its engine stood still for 5 s." in engine.logs(guard)
    assert "standing_still.py" in engine.logs(guard), "where it stood"
    assert ": its engine stood still for 5 s." in engine.logs(guard).rpartition("Nobody has watched since ")[2]
    is_well(engine, guard)


def test_stopped_it_ends_in_order(engine: Engine, guard: str) -> None:
    is_well(engine, guard)
    engine.done("stop", guard)
    assert engine.shown(guard, "{{.State.ExitCode}}") == "0"
    assert engine.logs(guard).splitlines()[-1] == "The guard has stopped. Nobody watches the account now."


def test_a_setup_that_nobody_answers_writes_nothing(engine: Engine) -> None:
    with tempfile.TemporaryDirectory() as volume:
        Path(volume).chmod(0o777)
        words = ["--rm", "--interactive", f"--volume={volume}:/var/lib/risk-manager"]
        asked = engine.ask("run", *words, "--network=none", *CLOSED, IMAGE, "init")
        assert "Nothing is written." in asked.stderr
        assert list(Path(volume).iterdir()) == []


def test_without_a_guard_the_health_check_fails(engine: Engine) -> None:
    looked = engine.ask("run", "--rm", "--network=none", *CLOSED, IMAGE, "status")
    assert looked.returncode != 0
    assert "Traceback" not in looked.stderr
