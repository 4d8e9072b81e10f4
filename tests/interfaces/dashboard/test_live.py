"""The dashboard in front of a real guard and a real simulator, driven by keys."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from docs.pictures.still import text
from risk_manager.interfaces.trader.dashboard.app import Dashboard
from risk_manager.ipc import status as published
from risk_manager.ipc.client import Feed
from tests.daemon.programs import SECRET, Side, make_home, program
from tests.interfaces.dashboard.wire import Wire
from tests.ipc.sample import STATUS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
_PATIENCE_SECONDS = 30.0


def dashboard(home: Path) -> Dashboard:
    return Dashboard(Feed(home), clock=lambda: datetime.now(UTC), zone=ZoneInfo("Europe/Berlin"))


async def shows(pilot: Pilot[None], *parts: str) -> str:
    """Wait until all of these stand on the screen."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not all(part in text(pilot) for part in parts):
                await pilot.pause(0.02)
    except TimeoutError:
        raise AssertionError(f"{parts} are not all in\n{text(pilot)}") from None
    return text(pilot)


@pytest.mark.slow
async def test_it_follows_a_guard_through_a_breach_a_death_and_a_return(tmp_path: Path) -> None:
    async with program("simulator", "--api-key", SECRET) as broker:
        side = Side((await broker.says("Simulator ready at ")).rpartition(" ")[2])
        home = make_home(tmp_path, side.url)
        contract = await side.contract("MNQ")
        app = dashboard(home)
        wire = Wire(app)
        async with app.run_test(headless=False, size=(100, 30)) as pilot:
            await shows(pilot, "No guard has been seen here yet.", "risk-manager run")

            guard = ("run", "--home", str(home))
            async with program(*guard, BROKER_KEY=SECRET, RISK_MANAGER_PORT="0") as running:
                await running.says("Guarding.")
                await shows(pilot, "GUARDING · 465 Main", "No position is open.")
                assert wire.rings == 0

                await side.post("place", accountId=465, contractId=contract, side=0, size=5)
                await shows(pilot, "5 MNQ are more than the limit of 2", "MNQ contracts", "FULL")
                assert wire.rings
                await pilot.press("2")
                await shows(pilot, "long 2 MNQ", "Open P&L")
                await pilot.press("5")
                await shows(pilot, "The guard asks to close 3 of MNQ", "Trades of the day: 2 fills")
                await pilot.press("6")
                await shows(pilot, "Result of the day after costs")
                await pilot.press("4")
                await shows(pilot, "(max contracts per instrument, RULE-002)")
                await pilot.click("#Now")
                await shows(pilot, "How far is each limit?")
                running.process.kill()
                await running.ended()

            await shows(pilot, "NOT RUNNING", "THE GUARD IS NOT RUNNING", "MNQ contracts")
            async with program(*guard, BROKER_KEY=SECRET, RISK_MANAGER_PORT="0") as running:
                await running.says("Guarding.")
                told = await shows(pilot, "GUARDING", "How far is each limit?")
                assert "NOT RUNNING" not in told


async def test_a_published_file_without_a_door_is_enough(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    published.write(tmp_path / "data" / "status.json", replace(STATUS, at=datetime.now(UTC) - timedelta(minutes=1)))
    async with dashboard(tmp_path).run_test() as pilot:
        await shows(pilot, "THE GUARD IS NOT RUNNING", "465 Main")


async def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "status.json").write_bytes(b"{")
    async with dashboard(tmp_path).run_test() as pilot:
        await shows(pilot, "No guard has been seen here yet.")
