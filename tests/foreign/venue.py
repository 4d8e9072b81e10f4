"""The simulator as a program of its own, as the clients see it."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tests.foreign.program import ours, running

ACCOUNT_ID, ACCOUNT_NAME = 465, "PRAC-V2-100001-40000002"


class Venue(NamedTuple):
    """Where it is, and how to log in."""

    url: str
    user_name: str
    api_key: str
    contract_id: str

    async def ask(self, path: str) -> dict[str, Any]:
        """What the simulator's side channel answers: the venue's own truth."""

        def get() -> dict[str, Any]:
            with urllib.request.urlopen(f"{self.url}/simulator/{path}", timeout=10) as answer:
                return dict(json.load(answer))

        return await asyncio.to_thread(get)


@asynccontextmanager
async def open_venue() -> AsyncIterator[Venue]:
    """Start `risk-manager simulator` on a free port and read from its first lines how to reach it."""
    async with running(*ours("simulator", "--port", "0", "--quotes-per-second", "20")) as simulator:
        contracts = (await simulator.line("Contracts: ")).split()[1:]
        told = dict(line.split(": ", 1) for line in simulator.lines if ": " in line)
        yield Venue(
            url=simulator.lines[0].rsplit(" ", 1)[1],
            user_name=told["User name"],
            api_key=told["API key"],
            contract_id=next(contract for contract in contracts if ".MNQ." in contract),
        )
