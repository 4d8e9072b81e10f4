"""`risk-manager` commands as real processes, and a home folder for them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_PATIENCE_SECONDS = 30.0
SECRET = "a-key-that-nobody-may-see"  # the simulator's login in these tests


class Program:
    """A command that runs, and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        self._reading: list[asyncio.Task[None]] = []

    def read(self) -> None:
        """Begin to listen."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        both = _lines(self.process.stdout, self.out), _lines(self.process.stderr, self.err)
        self._reading = [asyncio.get_running_loop().create_task(one) for one in both]

    async def says(self, text: str) -> str:
        """Wait for a line, on either side."""
        await until(lambda: any(text in line for line in (*self.out, *self.err)), f"{text!r} in {self.out + self.err}")
        return next(line for line in (*self.out, *self.err) if text in line)

    async def ended(self) -> int:
        """Wait for the exit code."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            code = await self.process.wait()
            await asyncio.gather(*self._reading)
        return code

    async def stop(self) -> int:
        """End it as the operating system does, and take its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


async def _lines(stream: asyncio.StreamReader, into: list[str]) -> None:
    async for line in stream:
        into.append(line.decode().rstrip("\n"))


async def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not is_so():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"It did not come true: {what}") from None


@asynccontextmanager
async def program(*words: str, says: str | None = None, **environment: str) -> AsyncIterator[Program]:
    """`risk-manager WORDS`, with the line `says` on its stdin; killed at the end if it still runs."""
    pipe, variables = asyncio.subprocess.PIPE, {**os.environ, **environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "risk_manager", *words, stdin=pipe, stdout=pipe, stderr=pipe, env=variables
    )
    assert process.stdin is not None
    if says is not None:
        process.stdin.write(f"{says}\n".encode())
    process.stdin.close()
    running = Program(process)
    running.read()
    try:
        yield running
    except BaseException:
        print(*words, "has said:", *running.out, *running.err, sep="\n")  # pytest shows it beside what failed
        raise
    finally:
        if process.returncode is None:
            process.kill()
        await running.ended()


async def done(*words: str, **environment: str) -> tuple[int, str, str]:
    """Run a command to its end: exit code, stdout, stderr."""
    async with program(*words, **environment) as running:
        code = await running.ended()
    return code, "\n".join(running.out), "\n".join(running.err)


def make_home(folder: Path, url: str, key: str = "${BROKER_KEY}") -> Path:
    """A home folder that guards account 465: two MNQ at most."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "accounts.yaml").write_text(
        f"topstepx:\n  username: trader\n  api_key: {key}\n  api_url: {url}\n"
        f"  user_hub_url: {url}/hubs/user\n  market_hub_url: {url}/hubs/market\n"
        "monitored_account: {account_id: 465, account_name: Main}\n"
    )
    (folder / "config" / "risk_config.yaml").write_text(
        "version: 1\nmax_contracts_per_instrument:\n  limits: {MNQ: 2}\n  enforcement: reduce_to_limit\n"
    )
    return folder


class Side:
    """The simulator's side channel: the other screen of the trader."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def post(self, act: str, **fields: Any) -> Any:
        """Do something."""
        return await self._ask(urllib.request.Request(f"{self.url}/simulator/{act}", json.dumps(fields).encode()))

    async def get(self, what: str) -> Any:
        """Look at something."""
        return await self._ask(urllib.request.Request(f"{self.url}/simulator/{what}"))

    async def contract(self, code: str) -> str:
        """The month of a product that is traded now."""
        quotes = (await self.get("quotes"))["quotes"]
        return next(str(one["contract"]) for one in quotes if one["contract"].split(".")[3] == code)

    async def net(self, account: int = 465) -> list[int]:
        """The sizes of what the account really holds."""
        record = await self.get(f"record?accountId={account}")
        return [row["size"] * (1 if row["type"] == 1 else -1) for row in record["positions"]]

    async def _ask(self, request: urllib.request.Request) -> Any:
        def ask() -> Any:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return json.load(reply)

        return await asyncio.get_running_loop().run_in_executor(None, ask)
