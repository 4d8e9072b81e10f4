"""The guard as a screen sees it: live over the door, else what it has published last, with its age.

    feed = Feed(home, told=on_message, changed=redraw)
    task = start(feed.run())                       # ends only by being cancelled
    feed.status, feed.is_live, feed.why_away       # at any moment, of the same loop

A status is always one that the guard has said as a whole (parts of two moments would not add up); it comes within a
quarter of a second of whatever has changed, and every second. It can change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from risk_manager.ipc import address, messages
from risk_manager.ipc import status as published
from risk_manager.ipc.address import Address, NoDoorError
from risk_manager.ipc.messages import DaemonStatus, Message, Refused, Snapshot
from risk_manager.ipc.status import GuardStatus

RETRY_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 5.0
"""The door speaks every second; after this long without a word it counts as away."""
FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
_CONNECT: Final = aiohttp.ClientTimeout(total=None, sock_connect=SILENT_SECONDS)
_ASK_FOR_SNAPSHOT: Final = msgspec.json.encode(messages.SnapshotWanted(type="snapshot")).decode()


def _nothing_told(_: Message) -> None:
    pass


def _nothing_changed() -> None:
    pass


class Feed:
    """What there is to know of one guard, kept up to date while `run` runs."""

    def __init__(
        self,
        home: Path,
        *,
        port: int | None = None,
        told: Callable[[Message], None] = _nothing_told,
        changed: Callable[[], None] = _nothing_changed,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """`told` hears every message of the door, once and in order, snapshots too; none while the door is away.
        `changed` is called whenever `status`, `is_live` or `why_away` is another. Both are called in the loop of
        `run`, and must not wait.

        Without a `port` the door is where the home's guard says that it is, else (the folder may be closed to us) at
        RISK_MANAGER_PORT.
        """
        self._data = home / "data"
        self._port = port
        self._told = told
        self._changed = changed
        self._retry_seconds = retry_seconds
        self._seq: int | None = None
        self._where = Address(port=0, run="")
        self.status: GuardStatus | None = None
        """The newest that is known, live or not; None: nothing was ever published in this home."""
        self.is_live = False
        """True while the door is open and `status` comes from it."""
        self.why_away: str | None = "The door has not been looked for yet."
        """A sentence; None while it is live."""
        self.is_gone = False
        """True where nobody is behind the door of which the home's guard has told: that guard has been killed."""

    def age_seconds(self, now: datetime) -> float | None:
        """How old `status` is, never below 0; None where there is none. `now` is aware."""
        return max(0.0, (now - self.status.at).total_seconds()) if self.status is not None else None

    async def run(self) -> None:
        """Follow the guard until cancelled; a door that is away is looked for again and again."""
        while True:
            try:
                self._where = address.find(self._data, self._port)
                await self._follow(self._where)
                why = "The guard has closed its door."
            except NoDoorError as error:
                why, self.is_gone = str(error), False
            except (aiohttp.ClientError, OSError) as error:
                why = address.away(error, self._where)
                self.is_gone = bool(self._where.run) and isinstance(error, aiohttp.ClientConnectorError)
            except msgspec.MsgspecError as error:
                why = f"The guard's door speaks what this program does not understand: {error}."
            self._fall_back(why)
            await asyncio.sleep(self._retry_seconds)

    async def _follow(self, where: Address) -> None:
        """Hear the door until it closes."""
        url = f"ws://{address.HOST}:{where.port}/"
        async with (
            aiohttp.ClientSession(timeout=_CONNECT) as session,
            session.ws_connect(url, max_msg_size=FRAME_BYTES_MAX) as socket,
        ):
            while True:
                frame = await socket.receive(timeout=SILENT_SECONDS)
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    return
                if not self._take(messages.read(frame.data), where):
                    await socket.send_str(_ASK_FOR_SNAPSHOT)

    def _take(self, message: Message, where: Address) -> bool:
        """Go on with a message; False where one before it was lost."""
        is_whole = True
        match message:
            case Snapshot():
                address.check(where, message.run)
                self._seq = message.seq
                self._live(message.data)
            case Refused():
                pass
            case _:
                is_whole = self._seq is not None and message.seq == self._seq + 1
                self._seq = message.seq
                if isinstance(message, DaemonStatus):
                    self._live(message.data)
        self._told(message)
        return is_whole

    def _live(self, status: GuardStatus) -> None:
        self.status, self.is_live, self.why_away, self.is_gone = status, True, None, False
        self._changed()

    def _fall_back(self, why: str) -> None:
        """Take what was published last, where it is newer than what is known."""
        self.is_live, self.why_away, self._seq = False, why, None
        try:
            status = published.read(self._data / "status.json")
        except (OSError, msgspec.MsgspecError):
            status = None
        if status is not None and (self.status is None or status.at >= self.status.at):
            self.status = status
        self._changed()
