"""`risk-manager dashboard` in a real terminal: it draws, it leaves with q, and gives the terminal back as it was."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import status as published
from tests.ipc.sample import STATUS

if sys.platform != "win32":
    from tests.terminal import in_terminal

    @pytest.mark.parametrize("key", [b"q", b"\x11"])
    async def test_it_starts_draws_leaves_and_gives_the_terminal_back(tmp_path: Path, key: bytes) -> None:
        (tmp_path / "data").mkdir()
        published.write(tmp_path / "data" / "status.json", replace(STATUS, at=datetime.now(UTC) - timedelta(minutes=1)))
        async with in_terminal("dashboard", "--home", str(tmp_path)) as (terminal, before):
            await terminal.shows(b"THE GUARD IS NOT RUNNING")
            assert b"\x1b[?1049h" in terminal.written, "a screen of its own"
            assert terminal.manners() != before, "keys come one by one"
            terminal.press(key)
            assert await terminal.ended() == ExitCode.FINE
            await terminal.shows(b"\x1b[?1049l")
            assert terminal.written.rindex(b"\x1b[?25h") > terminal.written.rindex(b"\x1b[?25l"), "the cursor is back"
            assert terminal.manners() == before

    async def test_the_demo_is_shown_on_the_dashboard_rings_when_the_guard_acts_and_can_be_left() -> None:
        async with in_terminal("demo") as (terminal, before):
            await terminal.shows(b"a simulated broker, the real guard")
            await terminal.shows(b"GUARDING")
            await terminal.rings()
            terminal.press(b"q")
            await terminal.shows(b"You have left before the end.")
            assert await terminal.ended() == ExitCode.FINE
            assert terminal.manners() == before

    async def test_the_demo_is_told_as_text_in_a_terminal_too() -> None:
        async with in_terminal("demo", "--plain") as (terminal, _):
            await terminal.shows(b"The trader buys 5 MNQ")
            assert b"\x1b[?1049h" not in terminal.written
