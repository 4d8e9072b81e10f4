"""Programs in a real terminal of 80 by 24. Not on Windows, where terminals are of another kind."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

_PATIENCE_SECONDS = 30.0


_MARKS = re.compile(rb"\x1b(\[[0-9;?>$]*[a-zA-Z]|\][^\x07]*\x07)")


class Terminal:
    """Our end of it; the program sits at the other."""

    def __init__(self, ours: int, process: asyncio.subprocess.Process, manners: Callable[[], object]) -> None:
        self._ours, self._process = ours, process
        self.manners = manners
        """How the terminal is set: echo, keys one by one, and so on."""
        self.written = b""
        """Everything that the program has drawn."""
        self._looked = 0
        """So much of it was waited for."""
        asyncio.get_running_loop().add_reader(ours, self._read)

    def _read(self) -> None:
        try:
            self.written += os.read(self._ours, 65_536)
        except OSError:  # Linux's word for: nobody sits there any more
            self.leave()

    async def shows(self, what: bytes) -> None:
        """Wait until it has been drawn."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while what not in self.written:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{what!r} was not drawn: {self.written!r}") from None

    async def then_shows(self, what: bytes) -> None:
        """Wait until it has been drawn after what was waited for last."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while (found := self.written.find(what, self._looked)) < 0:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{what!r} was not drawn: {_text(self.written[self._looked :])}") from None
        self._looked = found + len(what)

    async def rings(self) -> None:
        """Wait until the terminal is told to ring."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while b"\x07" not in _MARKS.sub(b"", self.written):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"It did not ring: {_text(self.written)}") from None

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._ours, key)

    async def ended(self) -> int:
        """Wait for the exit code."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"It did not end: {_text(self.written)}") from None

    def leave(self) -> None:
        """Look no more."""
        asyncio.get_running_loop().remove_reader(self._ours)


def _text(drawn: bytes) -> str:
    """What people would read of it."""
    return re.sub(r"\s{3,}", "\n", _MARKS.sub(b"", drawn).decode(errors="replace"))


if sys.platform != "win32":
    import fcntl
    import pty
    import struct
    import termios

    def _takes_the_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    @asynccontextmanager
    async def in_terminal(*words: str) -> AsyncIterator[tuple[Terminal, object]]:
        """`risk-manager WORDS` in a terminal, and how that was set before; killed at the end if it still runs."""
        async with at_terminal(sys.executable, "-m", "risk_manager", *words) as both:
            yield both

    @asynccontextmanager
    async def at_terminal(*words: str) -> AsyncIterator[tuple[Terminal, object]]:
        """The same for any program."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        before = termios.tcgetattr(theirs)
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=_takes_the_terminal,  # so that Ctrl+C is one
        )
        terminal = Terminal(ours, process, partial(termios.tcgetattr, theirs))
        try:
            yield terminal, before
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            terminal.leave()
            os.close(ours)
            os.close(theirs)
