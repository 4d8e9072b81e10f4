"""From a breach, as the guard dates it, to a webhook's server on loopback: `python -m benchmarks.breach_to_webhook`.

The broker and the guard are processes, the server is this one. The breaches come more than three seconds apart, for a
channel takes those that come closer together in one message, unless they are critical.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from benchmarks._table import judge
from tests.crash.house import ACCOUNT, broker, guard, new_home
from tests.daemon.programs import Side

COUNT: Final = 12
BAR_MS: Final = 1_000.0
_APART_SECONDS: Final = 3.5
_RULES: Final = {"max_contracts_per_instrument": {"limits": {"MNQ": 2}, "enforcement": "reduce_to_limit"}}


class Arrivals:
    """What the webhook's server has been told, and how long each took."""

    def __init__(self) -> None:
        self.took_ms: list[float] = []
        self.news = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        """Note when each breach arrives."""
        now = datetime.now(UTC)
        for notice in json.loads(await request.read())["notices"]:
            if notice["event"] == "breach":
                at = datetime.fromisoformat(notice["at"])
                self.took_ms.append((now - at).total_seconds() * 1000)
                self.news.set()
        return web.Response(text="ok")


async def measured(folder: Path) -> list[float]:
    """How many milliseconds each breach took."""
    arrivals = Arrivals()
    application = web.Application()
    application.router.add_post("/", arrivals.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        async with broker() as side:
            home = new_home(folder, side, **_RULES)
            channels: dict[str, Any] = {"here": {"kind": "webhook", "webhook_url": url}}
            (home / "config" / "notifications.yaml").write_text(json.dumps({"version": 1, "channels": channels}))
            async with guard(home) as running:
                for _ in range(COUNT):
                    await asyncio.sleep(_APART_SECONDS)
                    await _breach(side, arrivals)
                await running.stop()
    finally:
        await runner.cleanup()
    return arrivals.took_ms


async def _breach(side: Side, arrivals: Arrivals) -> None:
    arrivals.news.clear()
    await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=0, size=3)
    async with asyncio.timeout(30):
        await arrivals.news.wait()


def main() -> int:
    """Measure and judge; 1 where the bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        took = sorted(asyncio.run(measured(Path(folder))))
    print(f"{len(took)} breaches, milliseconds: {', '.join(f'{one:.0f}' for one in took)}")
    median = judge("median", took[len(took) // 2], BAR_MS, "ms")
    return 0 if judge("slowest", took[-1], BAR_MS, "ms") and median else 1


if __name__ == "__main__":
    sys.exit(main())
