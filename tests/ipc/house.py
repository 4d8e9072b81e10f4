"""The door with something simple behind it, and clients for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

import aiohttp
import msgspec
from msgspec.structs import replace

from risk_manager.ipc import messages
from risk_manager.ipc.answers import ActsWanted, Health, History, HistoryWanted
from risk_manager.ipc.broadcast import Broadcast
from risk_manager.ipc.messages import Alerted, Message, Snapshot
from risk_manager.ipc.news import AlertNews
from risk_manager.ipc.server import NotNowError, Server
from risk_manager.ipc.status import GuardStatus
from tests.ipc.sample import STATUS

PATIENCE_SECONDS = 20.0


class House:
    """Knows one status; what it is asked of the past it remembers."""

    def __init__(self) -> None:
        self.now = STATUS.at
        self.shown = STATUS
        self.is_well = True
        self.has_past = True
        self.asked: list[HistoryWanted | ActsWanted] = []
        self.broadcast = Broadcast(self.status, lambda: self.now)
        self.server = Server(self, self.broadcast)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def status(self) -> GuardStatus:
        return self.shown

    def health(self) -> Health:
        return Health(is_well=self.is_well, reasons=() if self.is_well else ("It is ill.",))

    def metrics(self) -> bytes:
        return b"# HELP one One\n# TYPE one gauge\none 1.0\n"

    async def history(self, wanted: HistoryWanted) -> bytes:
        self._remember(wanted)
        return msgspec.json.encode(History())

    async def acts(self, wanted: ActsWanted) -> bytes:
        self._remember(wanted)
        return b"[]"

    def _remember(self, wanted: HistoryWanted | ActsWanted) -> None:
        if not self.has_past:
            raise NotNowError("The file is away.")
        self.asked.append(wanted)

    # What is told

    def say(self, text: str) -> int:
        """Tell everybody something; its number."""
        seq = self.broadcast.number()
        data = AlertNews(severity="info", says=text)
        self.broadcast.tell(Alerted(account_id=465, seq=seq, at=self.now, data=data))
        return seq

    def earn(self, balance: str) -> None:
        """Show another status to everybody."""
        account = replace(self.shown.accounts[0], balance=Decimal(balance))
        self.shown = replace(self.shown, accounts=(account,), at=datetime.now(UTC))
        self.broadcast.tell_status()


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """A house whose door is open on any port."""
    house = House()
    await house.server.start(0)
    try:
        yield house
    finally:
        await house.server.stop()


class Listener:
    """A WebSocket client that reads what it is told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def hear(self) -> Message:
        """The next message."""
        return messages.read(await self.socket.receive_str(timeout=PATIENCE_SECONDS))

    async def snapshot(self) -> Snapshot:
        """The next message, which is a snapshot."""
        heard = await self.hear()
        assert isinstance(heard, Snapshot), heard
        return heard


@asynccontextmanager
async def listening(url: str, **headers: str) -> AsyncIterator[Listener]:
    """A client of the door; the snapshot has not been read yet."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url, headers=headers, max_msg_size=0) as socket:
        yield Listener(socket)


async def until(is_so: Callable[[], bool], what: str = "") -> None:
    """Wait until something is so."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_so():
                await asyncio.sleep(0.003)
    except TimeoutError:
        raise AssertionError(f"It did not come true: {what}") from None
