"""The dashboard in front of a state that stands still."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, tzinfo

from textual.pilot import Pilot

from docs.pictures.states import HOME, NOW
from risk_manager.interfaces.trader.dashboard.app import Dashboard
from risk_manager.interfaces.trader.hours import Hours
from risk_manager.ipc.status import GuardStatus

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


class Still:
    """A source that never changes by itself."""

    def __init__(self, status: GuardStatus | None, why_away: str | None = None, *, is_gone: bool = False) -> None:
        self.status = status
        self.why_away = why_away
        self.is_gone = is_gone

    @property
    def is_live(self) -> bool:
        """Live unless there is a reason for being away."""
        return self.why_away is None

    def age_seconds(self, now: datetime) -> float | None:
        """By the state's own time."""
        return (now - self.status.at).total_seconds() if self.status is not None else None

    async def run(self) -> None:
        """Nothing ever comes."""
        await asyncio.Event().wait()


@asynccontextmanager
async def shown(
    source: Still,
    *keys: str,
    size: tuple[int, int] = (80, 24),
    zone: tzinfo = HOME,
    hours: Callable[[], tuple[Hours, ...]] = tuple,
) -> AsyncIterator[Pilot[None]]:
    """The dashboard on a screen of this size, after these keys."""
    app = Dashboard(source, clock=lambda: NOW, zone=zone, hours=hours)
    async with app.run_test(size=size) as pilot:
        while not app.query("FooterKey"):  # it is filled a little later than all else
            await pilot.pause()
        await pilot.press(*keys)
        drawn = ""
        while drawn != (drawn := text(pilot)):
            await pilot.pause()
        yield pilot


def text(pilot: Pilot[None]) -> str:
    """What stands on the screen, without colours and without spaces at line ends."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def svg(pilot: Pilot[None], title: str) -> str:
    """The screen as a picture that asks nobody else for anything, fonts neither."""
    drawn = _FONT_FACE.sub("", pilot.app.export_screenshot(title=title))
    drawn = drawn.replace("Fira Code, monospace", "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace")
    return "\n".join(row.rstrip() for row in drawn.splitlines()) + "\n"
