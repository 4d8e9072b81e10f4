"""What is around the guarding may fail; it is told, kept, and red in the doctor's list."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from docs.pictures.states import LOCKED
from risk_manager.config import settings_from_mapping
from risk_manager.core.settings import Settings
from risk_manager.daemon.around import Around
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.publishing import Publisher
from risk_manager.gateway.tasks import end, start
from risk_manager.interfaces.admin import checks
from risk_manager.interfaces.admin.entrance import House
from risk_manager.ipc import status as published
from risk_manager.store import lease
from tests.crash.house import broker, new_home, status
from tests.daemon.programs import SECRET, program, until


async def test_a_part_that_ends_by_an_error_is_told_and_kept() -> None:
    told: list[str] = []
    around = Around(told.append)

    async def part() -> None:
        raise KeyError(466)

    with pytest.raises(KeyError):
        await around.run(part, "The door for screens is shut")
    sentence = "The door for screens is shut (KeyError). The guard guards all the same. Start it again."
    assert (told, around.failing) == ([f"CRITICAL: {sentence}"], [sentence])


async def test_a_picture_that_cannot_be_made_is_told_once_and_shown_again_when_it_can(tmp_path: Path) -> None:
    guard, told = Guard({465: settings_from_mapping({})}, lambda _: None, SystemClock()), list[str]()
    guard.settings[466] = Settings()  # a mistake of ours, such as it may be: there is no such account in the state
    picture = Picture(guard, SystemClock(), lambda: 0)
    running = start(Publisher(tmp_path / "status.json", guard, picture, told.append).run(), "test: publisher")
    await until(lambda: bool(told), "it is told")
    del guard.settings[466]
    await until(lambda: len(told) > 1, "it is shown again")
    await end(running)
    guard.stop()
    assert told[0].startswith("CRITICAL: What is to be shown cannot be made (KeyError)")
    assert told[1:] == ["The status is shown again."]
    assert [one.id for one in published.read(tmp_path / "status.json").accounts] == [465]


def test_a_guard_that_publishes_nothing_any_more_is_told_from_one_that_does_not_run(tmp_path: Path) -> None:
    house, now = House(tmp_path), SystemClock().now()
    house.data.mkdir()
    house.socket.touch()
    published.write(house.data / "status.json", replace(LOCKED, at=now - timedelta(minutes=1)))
    (gone,) = checks.running(house)
    assert gone.says == "It does not run: what it has published is 60 s old."
    held = lease.take(house.data, now)
    (mute,) = checks.running(house)
    held.release()
    assert (mute.is_good, "It is there, and what it has published is 60 s old" in mute.says) == (False, True)


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_a_port_that_is_taken_and_logs_that_cannot_be_written_are_red(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side)
        (home / "logs").write_text("in the way")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            async with program("run", "--home", str(home), "--port", port, BROKER_KEY=SECRET) as running:
                await running.says("Guarding.")
                await until(lambda: (now := status(home)) is not None and len(now.failing) > 1, "both are shown")
                red = [one.says for one in checks.running(House(home)) if one.name == "around it" and not one.is_good]
                assert [one.partition(" (")[0] for one in red] == [
                    "No log can be written in logs",
                    f"The door for screens cannot be opened on 127.0.0.1:{port}",
                ]
                assert await running.stop() == 0
