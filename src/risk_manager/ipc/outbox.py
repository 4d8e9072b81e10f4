"""What waits to be sent to one client. It is bounded: who does not read is let go, and nobody waits for him."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from aiohttp import ClientConnectionResetError, WSMsgType, web

BYTES_MAX: Final = 1024 * 1024
FRAMES_MAX: Final = 2_000


class Outbox:
    """One client's. `drop` ends its connection at once, whatever the client does."""

    def __init__(self, drop: Callable[[], None]) -> None:
        self._drop = drop
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self.is_dropped = False

    def put(self, frame: bytes) -> None:
        """Have a frame sent after those before it; never waits."""
        if self.is_dropped:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if self._bytes > BYTES_MAX or len(self._frames) > FRAMES_MAX:
            self.is_dropped = True
            self._frames.clear()
            self._drop()
        self._news.set()

    async def send_to(self, socket: web.WebSocketResponse) -> None:
        """Send what is put until the client is gone."""
        try:
            while not self.is_dropped:
                while self._frames:
                    frame = self._frames.popleft()
                    self._bytes -= len(frame)
                    await socket.send_frame(frame, WSMsgType.TEXT)
                self._news.clear()
                await self._news.wait()
        except (ClientConnectionResetError, ConnectionError):
            return
