"""The state for everyone on the machine to read, at most four times a second."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.picture import SETTLE_SECONDS, Picture
from risk_manager.gateway.tasks import report
from risk_manager.ipc import status as published

PAUSE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0
_TOLD_AT = 2 if os.name == "nt" else 1
"""Windows replaces no file that somebody reads just then: once is no trouble there, twice on end is."""


class Publisher:
    """Writes the status file when something has happened, and every second so that its age tells who is alive."""

    def __init__(self, path: Path, guard: Guard, picture: Picture, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told when the file cannot be written, once, and when it can be again."""
        self._path = path
        self._picture = picture
        self._say = say
        self._failures = 0
        self._has_no_picture = False
        self._news = asyncio.Event()
        guard.listen(self._heard)

    def _heard(self, taken: Taken) -> None:  # noqa: ARG002  what it was, the picture knows
        self._news.set()

    async def run(self) -> None:
        """Publish until cancelled; the last word says that it is the last."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            await self._publish_on_and_on()
        finally:
            with suppress(Exception):  # then its age tells, a few seconds later
                published.write(self._path, replace(self._picture.status(), has_ended=True))

    async def _publish_on_and_on(self) -> None:
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
            status = self._picture.status()
        except Exception as error:  # noqa: BLE001  by a mistake of ours; without one that goes on, nobody would see any
            self._is_without_picture(error)
            return
        try:
            published.write(self._path, status)
        except OSError as error:  # A full disk: it is tried again, and nothing else waits for it.
            self._failures += 1
            if self._failures == _TOLD_AT:
                self._say(
                    f"CRITICAL: {self._path} cannot be written ({error.strerror}): the status that is shown is old."
                )
            return
        if self._failures >= _TOLD_AT:
            self._say("The status is shown again.")
        self._failures, self._has_no_picture = 0, False

    def _is_without_picture(self, error: Exception) -> None:
        if self._has_no_picture:
            return
        self._failures, self._has_no_picture = _TOLD_AT, True
        self._say(
            f"CRITICAL: What is to be shown cannot be made ({type(error).__name__}), by a mistake of the guard's own: "
            "screens say that it does not run. It guards all the same."
        )
        report("The picture of the guard cannot be made.", error)
