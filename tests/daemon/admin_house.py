"""A guard with its admin's door, for tests: its real socket, on Windows its pipe."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from risk_manager.config import settings_from_mapping
from risk_manager.config.password import set_password
from risk_manager.core.events import AccountRead, AdminActed, TradeSeen
from risk_manager.core.model import Side, Trade
from risk_manager.daemon.admin.door import AdminDoor
from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.reloading import Reload as Reloaded
from risk_manager.gateway.tasks import end, start
from risk_manager.ipc import pipe
from risk_manager.ipc.admin import Login, ask
from risk_manager.ipc.pipe import is_there
from risk_manager.store import StoreError

PASSWORD: Final = "three words do it"
ACCOUNT: Final = 465
connect: Any = getattr(asyncio, "open_unix_connection", None)


def own_user() -> int:
    """The number of the user who runs this, on Windows the last one of many."""
    if sys.platform == "win32":
        return pipe.own_number()
    else:
        return os.getuid()


class OwnClock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.time = datetime(2025, 10, 23, 15, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class House:
    """A guard with a door."""

    def __init__(self, folder: Path, **rules: Any) -> None:
        self.clock = OwnClock()
        self.guard = Guard({ACCOUNT: settings_from_mapping(rules)}, lambda _: None, self.clock)
        self.guard.put(AccountRead(account=ACCOUNT, asked_at=self.clock.time, can_trade=True, after_restart=True))
        self.heard: list[Taken] = []
        self.guard.listen(self.heard.append)
        self.stopped_by: list[str] = []
        self.reload = Reloaded(True, "The new settings are in force.")
        self.meanwhile: Callable[[], object] = lambda: None
        self.backup: Path | StoreError = folder / "backups" / "risk-1.db"
        self.socket = folder / "admin.sock"
        self.hash = folder / "hash"
        set_password(self.hash, PASSWORD, rounds=4)
        self.door = AdminDoor(
            self.socket, self.hash, self.guard, self.clock, self._reloaded, self._backed_up, self._stopped
        )

    async def _reloaded(self) -> Reloaded:
        self.meanwhile()
        return self.reload

    def _backed_up(self) -> Path:
        if isinstance(self.backup, StoreError):
            raise self.backup
        return self.backup

    def _stopped(self, by: str) -> None:
        self.stopped_by.append(by)

    async def is_open(self) -> None:
        """Wait until somebody answers."""
        while os.name == "nt" and not is_there(self.socket):
            await asyncio.sleep(0.01)
        while os.name != "nt":
            try:
                _, writer = await connect(str(self.socket))
            except (FileNotFoundError, ConnectionRefusedError):
                await asyncio.sleep(0)
            else:
                writer.close()
                return

    async def token(self) -> str:
        answer = await ask(self.socket, Login(password=PASSWORD))
        assert answer.token is not None, answer.says
        return answer.token

    async def says(self, raw: bytes) -> bytes:
        if sys.platform == "win32":
            return await asyncio.to_thread(pipe.say, self.socket, raw, 10)
        else:
            reader, writer = await connect(str(self.socket))
            writer.write(raw)
            writer.write_eof()
            try:
                return bytes(await reader.read())
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    def lose(self) -> None:
        """A loss of 600 dollars."""
        trade = Trade(
            id=1,
            order=2,
            contract="CON.F.US.MNQ.Z25",
            side=Side.SELL,
            size=1,
            price=Decimal(100),
            profit_and_loss=Decimal(-600),
            costs=Decimal(0),
            at=self.clock.time,
        )
        self.guard.put(TradeSeen(account=ACCOUNT, trade=trade))
        assert [lock.rule for lock in self.locks()] == ["RULE-003"]

    def locks(self) -> tuple[Any, ...]:
        return self.guard.state.accounts[ACCOUNT].locks

    async def acts(self) -> list[tuple[str, bool]]:
        await asyncio.sleep(0)
        return [(one.event.what, one.event.is_refused) for one in self.heard if isinstance(one.event, AdminActed)]


@asynccontextmanager
async def house(folder: Path, **rules: Any) -> AsyncIterator[House]:
    one = House(folder, **rules)
    running = start(one.door.run(), "door")
    await one.is_open()
    yield one
    one.guard.stop()
    await end(running)
    assert not one.socket.exists()
