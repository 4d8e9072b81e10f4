"""What a screen sees of a guard that comes, goes and comes again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from risk_manager.ipc import address, client
from risk_manager.ipc import status as published
from risk_manager.ipc.address import Address
from risk_manager.ipc.client import Feed
from risk_manager.ipc.messages import Alerted, Message, Snapshot
from tests.ipc.house import House, open_house, until
from tests.ipc.sample import AT, STATUS


class Screen:
    """A feed and what it has told."""

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.heard: list[Message] = []
        self.changes = 0
        self.feed = Feed(home, port=port, told=self.heard.append, changed=self._changed, retry_seconds=0.01)

    def _changed(self) -> None:
        self.changes += 1

    def says(self) -> list[str]:
        return [one.data.says for one in self.heard if isinstance(one, Alerted)]


@asynccontextmanager
async def screen(home: Path, port: int | None = None) -> AsyncIterator[Screen]:
    """A screen whose feed runs."""
    shown = Screen(home, port)
    running = asyncio.get_running_loop().create_task(shown.feed.run())
    try:
        yield shown
        assert not running.done(), running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def make_home(folder: Path, house: House | None = None) -> Path:
    """A home whose guard has published, and says where its door is."""
    (folder / "data").mkdir(exist_ok=True)
    if house is not None:
        door = Address(port=house.server.port, run=house.broadcast.run)
        address.write(address.path_in(folder / "data"), door)
    return folder


async def test_it_is_live_with_what_the_door_says(tmp_path: Path) -> None:
    async with open_house() as house, screen(make_home(tmp_path, house)) as shown:
        await until(lambda: shown.feed.is_live)
        assert (shown.feed.status, shown.feed.why_away) == (STATUS, None)
        house.earn("1.50")
        await until(lambda: shown.feed.status is not None and shown.feed.status.accounts[0].balance == Decimal("1.50"))
        house.say("one")
        await until(lambda: shown.says() == ["one"])
        assert isinstance(shown.heard[0], Snapshot)
        assert shown.changes == 2


async def test_without_a_door_it_shows_what_was_published_with_its_age(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    async with screen(home) as shown:
        await until(lambda: shown.changes > 0)
        assert (shown.feed.status, shown.feed.is_live) == (None, False)
        assert shown.feed.age_seconds(AT) is None
        assert shown.feed.why_away == "The guard is not running here, or it has no door."
        published.write(home / "data" / "status.json", STATUS)
        await until(lambda: shown.feed.status == STATUS)
        assert shown.feed.age_seconds(AT + timedelta(seconds=90)) == 90.0
        assert shown.feed.age_seconds(AT - timedelta(seconds=90)) == 0.0, "a clock that was set back"
        assert not shown.feed.is_live
        assert not shown.feed.is_gone, "a guard may have no door"


async def test_a_guard_that_is_started_again_is_found_behind_another_port(tmp_path: Path) -> None:
    async with open_house() as first:
        home = make_home(tmp_path, first)
        async with screen(home) as shown:
            await until(lambda: shown.feed.is_live)
            await first.server.stop()
            await until(lambda: not shown.feed.is_live)
            assert shown.feed.why_away is not None
            assert shown.feed.status == STATUS, "what was known is still shown"
            await until(lambda: shown.feed.is_gone)
            async with open_house() as second:
                second.earn("2.00")
                make_home(tmp_path, second)
                await until(lambda: shown.feed.is_live and not shown.feed.is_gone)
                assert shown.feed.status is not None
                assert shown.feed.status.accounts[0].balance == Decimal("2.00")


async def test_the_guard_of_another_home_is_never_shown(tmp_path: Path) -> None:
    async with open_house() as other:
        (tmp_path / "data").mkdir()
        stale = Address(port=other.server.port, run="of a guard that was killed")
        address.write(address.path_in(tmp_path / "data"), stale)
        async with screen(tmp_path) as shown:
            await until(lambda: shown.changes > 1)
            assert (shown.feed.status, shown.feed.is_live, shown.heard) == (None, False, [])
            assert shown.feed.why_away == "The guard of another home is behind the door of this one's."


async def test_what_is_older_than_what_is_known_is_not_taken_from_the_file(tmp_path: Path) -> None:
    async with open_house() as house:
        home = make_home(tmp_path, house)
        published.write(home / "data" / "status.json", replace(STATUS, version="old", at=AT - timedelta(hours=1)))
        async with screen(home) as shown:
            await until(lambda: shown.feed.is_live)
            await house.server.stop()
            await until(lambda: not shown.feed.is_live)
            assert shown.feed.status == STATUS


async def test_a_number_that_is_missing_makes_it_ask_for_the_whole(tmp_path: Path) -> None:
    async with open_house() as house, screen(make_home(tmp_path, house)) as shown:
        await until(lambda: shown.feed.is_live)
        house.shown = replace(STATUS, version="other")
        house.broadcast.number()
        house.say("after a gap")
        await until(lambda: sum(isinstance(one, Snapshot) for one in shown.heard) == 2)
        assert shown.feed.status == house.shown
        assert shown.says() == ["after a gap"]
        house.say("no gap")
        await until(lambda: shown.says() == ["after a gap", "no gap"])
        assert sum(isinstance(one, Snapshot) for one in shown.heard) == 2


async def test_a_door_that_falls_silent_counts_as_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SILENT_SECONDS", 0.05)
    async with open_house() as house, screen(make_home(tmp_path, house)) as shown:
        await until(lambda: shown.feed.is_live)
        await until(lambda: not shown.feed.is_live)
        assert (
            shown.feed.why_away
            == "The guard's door has been silent for too long: it hangs, or the machine is very busy."
        )


@pytest.mark.parametrize("text", ["{", '{"type":"something new"}', "[]"])
async def test_a_door_that_cannot_be_understood_is_a_sentence(tmp_path: Path, text: str) -> None:
    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(text)
        return socket

    app = web.Application()
    app.router.add_get("/", talk)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with screen(make_home(tmp_path), port=runner.addresses[0][1]) as shown:
            await until(lambda: (shown.feed.why_away or "").startswith("The guard's door speaks what"))
    finally:
        await runner.cleanup()


async def test_a_damaged_address_is_as_none(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    address.path_in(home / "data").write_bytes(b'{"port":')
    async with screen(home) as shown:
        await until(lambda: shown.changes > 0)
        assert shown.feed.why_away == "The guard is not running here, or it has no door."


async def test_a_folder_that_is_closed_to_us_leaves_the_port_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house() as house:
        monkeypatch.setenv(address.VARIABLE, str(house.server.port))
        async with screen(tmp_path / "not there") as shown:
            await until(lambda: shown.feed.is_live)
        monkeypatch.setenv(address.VARIABLE, "eight")
        async with screen(tmp_path / "not there") as shown:
            await until(lambda: "RISK_MANAGER_PORT is 'eight'" in (shown.feed.why_away or ""))


def test_the_age_is_of_now() -> None:
    feed = Feed(Path("nowhere"))
    assert feed.age_seconds(datetime.now(UTC)) is None
