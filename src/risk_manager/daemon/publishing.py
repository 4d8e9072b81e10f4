"""The state for everyone on the machine to read, at most four times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.picture import SETTLE_SECONDS, Picture
from risk_manager.ipc import status as published

PAUSE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0


class Publisher:
    """Writes the status file when something has happened, and every second so that its age tells who is alive."""

    def __init__(self, path: Path, guard: Guard, picture: Picture, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told when the file cannot be written, once, and when it can be again."""
        self._path = path
        self._picture = picture
        self._say = say
        self._is_in_trouble = False
        self._news = asyncio.Event()
        guard.listen(self._heard)

    def _heard(self, taken: Taken) -> None:  # noqa: ARG002  what it was, the picture knows
        self._news.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._publish()
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                # Not wait_for: on 3.11 an end that comes in the same turn of the loop as the news is lost with it.
                async with asyncio.timeout(_HEARTBEAT_SECONDS - PAUSE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(SETTLE_SECONDS)
            self._news.clear()

    def _publish(self) -> None:
        try:
            published.write(self._path, self._picture.status())
        except OSError as error:  # A full disk: it is tried again, and nothing else waits for it.
            if not self._is_in_trouble:
                self._say(
                    f"CRITICAL: {self._path} cannot be written ({error.strerror}): the status that is shown is old."
                )
            self._is_in_trouble = True
            return
        if self._is_in_trouble:
            self._say("The status is shown again.")
        self._is_in_trouble = False
