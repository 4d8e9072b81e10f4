"""Whether anybody still looks at the files is known, shown, and red in the doctor's list."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from docs.pictures.states import LOCKED
from risk_manager.config import ConfigError, load_home
from risk_manager.config.rule_table import known_rules
from risk_manager.daemon import reloading
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.file_watch import FileWatch
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.reloading import Reloading
from risk_manager.gateway.tasks import end, start
from risk_manager.interfaces.admin import checks
from risk_manager.interfaces.admin.entrance import House
from risk_manager.ipc import status as published
from tests.crash.house import broker, guard, new_home, status
from tests.daemon.programs import make_home, until


def looks(subject: Reloading) -> bool:
    """As it is now."""
    return subject.is_looking


async def test_a_watch_that_has_ended_or_hangs_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "PAUSE_SECONDS", 0.01)
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    clock, read = SystemClock(), partial(load_home, home, known_rules())
    configuration = read()
    keeping = Keeping(tmp_path / "data-of-the-guard", clock)
    keeping.recover(configuration)
    one = Guard(dict(configuration.settings), lambda _: None, clock)
    keeping.attach(one, configuration)
    subject = Reloading(home, read, one, keeping, configuration)
    assert looks(subject), "it has not begun"
    watching = start(subject.run(), "reload")
    await asyncio.sleep(0)
    monkeypatch.setattr(reloading, "_HANGS_SECONDS", 30.0)
    assert looks(subject)
    await end(watching)
    monkeypatch.setattr(reloading, "_HANGS_SECONDS", 0.0)
    assert not looks(subject)
    one.stop()
    keeping.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # that is what is tried here
async def test_a_thread_that_has_failed_is_noticed() -> None:
    looks = iter([1])

    def look() -> object:
        return next(looks)  # the second one fails, and not by a word of the configuration

    subject: FileWatch[str | ConfigError] = FileWatch("a file", look, lambda: "text", lambda _: None)
    assert subject.begin(10) == "text"
    await until(lambda: not subject.is_looking, "it has ended")


def test_the_doctor_is_red_over_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.data.mkdir()
    house.socket.touch()  # a guard that runs has one
    now = SystemClock().now()
    well = replace(LOCKED, at=now)
    published.write(house.data / "status.json", well)
    assert "hot reload" not in {one.name for one in checks.running(house)}
    published.write(house.data / "status.json", replace(well, unwatched=("risk_config.yaml", "accounts.yaml")))
    red = {one.name: one for one in checks.running(house)}["hot reload"]
    assert not red.is_good
    assert red.says == "The guard does not notice what changes in risk_config.yaml, accounts.yaml."
    assert "Start the guard again" in red.remedy


@pytest.mark.slow
async def test_a_guard_that_runs_looks_at_all_of_them(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side)
        async with guard(home) as running:
            shown = status(home)
            assert shown is not None
            assert shown.unwatched == ()
            assert await running.stop() == 0
