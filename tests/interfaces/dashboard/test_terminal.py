"""`risk-manager dashboard` in a real terminal: it draws, it leaves with q, and gives the terminal back as it was."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import status as published
from tests.ipc.sample import STATUS

_PATIENCE_SECONDS = 30.0


class Terminal:
    """One end of a pseudo-terminal; the program sits at the other."""

    def __init__(self, end: int) -> None:
        self._end = end
        self.written = b""
        asyncio.get_running_loop().add_reader(end, self._read)

    def _read(self) -> None:
        try:
            self.written += os.read(self._end, 65_536)
        except OSError:  # Linux's word for: nobody sits there any more
            self.close()

    async def shows(self, what: bytes) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while what not in self.written:
                await asyncio.sleep(0.01)

    def press(self, key: bytes) -> None:
        os.write(self._end, key)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)


if sys.platform != "win32":  # there pseudo-terminals are of another kind
    import fcntl
    import pty
    import struct
    import termios

    @pytest.mark.parametrize("key", [b"q", b"\x11"])
    async def test_it_starts_draws_leaves_and_gives_the_terminal_back(tmp_path: Path, key: bytes) -> None:
        (tmp_path / "data").mkdir()
        published.write(tmp_path / "data" / "status.json", replace(STATUS, at=datetime.now(UTC) - timedelta(minutes=1)))
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        before = termios.tcgetattr(theirs)
        words = [sys.executable, "-m", "risk_manager", "dashboard", "--home", str(tmp_path)]
        environment = {**os.environ, "TERM": "xterm-256color"}
        process = await asyncio.create_subprocess_exec(
            *words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        terminal = Terminal(ours)
        try:
            await terminal.shows(b"THE GUARD IS NOT RUNNING")
            assert b"\x1b[?1049h" in terminal.written, "a screen of its own"
            assert termios.tcgetattr(theirs) != before, "keys come one by one"
            terminal.press(key)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                assert await process.wait() == ExitCode.FINE
            await terminal.shows(b"\x1b[?1049l")
            assert terminal.written.rindex(b"\x1b[?25h") > terminal.written.rindex(b"\x1b[?25l"), "the cursor is back"
            assert termios.tcgetattr(theirs) == before
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            terminal.close()
            os.close(ours)
            os.close(theirs)
