"""A program that runs beside a test: what it says, and that it is gone afterwards."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

_PATIENCE_SECONDS = 20
_LINE_BYTES_MAX = 16 * 1024 * 1024


class Program:
    """One running program; both of its streams are read into `lines`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.lines: list[str] = []
        self._process = process
        self._more = asyncio.Condition()

    async def line(self, part: str) -> str:
        """The first line that holds this, waited for."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self._more:
                await self._more.wait_for(lambda: any(part in line for line in self.lines))
        except TimeoutError:
            raise AssertionError(f"It never said {part!r}, but:\n{self.told}") from None
        return next(line for line in self.lines if part in line)

    @property
    def told(self) -> str:
        """All that it has said so far."""
        return "\n".join(self.lines)

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Listen until the stream ends."""
        async for line in stream:
            async with self._more:
                self.lines.append(line.decode(errors="replace").rstrip())
                self._more.notify_all()

    async def end(self) -> int:
        """Ask it to stop; its exit code."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            raise AssertionError(f"It did not stop when asked:\n{self.told}") from None


@asynccontextmanager
async def running(*words: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Program]:
    """Start a program, hand it over, and end it whatever happens."""
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_LINE_BYTES_MAX,
        env={**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"},
    )
    program = Program(process)
    assert process.stdout is not None
    reading = asyncio.get_running_loop().create_task(program.read(process.stdout), name=f"what {words[-1]} says")
    try:
        yield program
    finally:
        await program.end()
        await reading


def ours(command: str, *words: str | Path) -> tuple[str, ...]:
    """The words that start one of our own commands."""
    return (sys.executable, "-m", "risk_manager", command, *map(str, words))


async def output(*words: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a program to its end; its last line on stdout. Red with all that it said if it ended badly."""
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    told, talk = await process.communicate()
    assert process.returncode == 0, f"{words[1]} ended with {process.returncode}:\n{talk.decode()}\n{told.decode()}"
    return told.decode().splitlines()[-1]
