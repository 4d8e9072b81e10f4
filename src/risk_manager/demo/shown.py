"""The demo on the dashboard: the story goes on above it, slowly enough to be read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from risk_manager.demo.script import Act, Told, tell
from risk_manager.demo.stage import Stage, set_up
from risk_manager.demo.told import summary, verdict
from risk_manager.gateway.tasks import end, start
from risk_manager.interfaces.trader.dashboard.app import Dashboard
from risk_manager.ipc.client import Feed

READING_SECONDS: Final = 4.0
"""Before an act, and after it."""


async def play() -> bool:
    """Play it; True where everything that was shown went as it should, also where the viewer left before the end."""
    async with set_up() as stage:
        if not stage.watch.is_guarding.is_set():
            print("The guard could not start.")
            return False
        app = Dashboard(Feed(stage.home), clock=lambda: datetime.now(UTC), zone=None)
        told: list[Told] = []
        story = start(_tell(stage, app, told), "demo: story")
        try:
            await app.run_async()
        finally:
            is_over = story.done()
            await end(story)
        if is_over:
            return summary(stage, told)
        print("You have left before the end. risk-manager demo plays it again.")
        return all(one.came_true for one in told)


async def _tell(stage: Stage, app: Dashboard, told: list[Told]) -> None:
    """Announce each act, let it be read, play it, and let its end be read."""

    async def announce(act: Act) -> None:
        app.caption = f"DEMO {len(told) + 1}: the trader {act.title}."
        await asyncio.sleep(READING_SECONDS)

    app.caption = (
        "DEMO: a simulated broker whose market never closes, the real guard, and a trader who has lost his temper."
    )
    await asyncio.sleep(READING_SECONDS)
    async for one in tell(stage, announce):
        told.append(one)
        app.caption = f"DEMO {len(told)}: {verdict(one)}"
        await asyncio.sleep(READING_SECONDS)
    app.caption = "DEMO: that was all of it. Look around: 1 to 7, ? for help. q leaves."
