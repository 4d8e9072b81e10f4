"""The local door of a guard: what is behind it, when it speaks, and that it never holds the guard up.

It hears of a step after the commands have left and everybody else has heard. News goes out at once; the whole picture
follows when a burst has passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from risk_manager.core.events import QuoteSeen
from risk_manager.core.model import ContractId
from risk_manager.daemon import news
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.health import health
from risk_manager.daemon.looking_back import LookingBack
from risk_manager.daemon.metrics import Metrics
from risk_manager.daemon.picture import SETTLE_SECONDS, Picture
from risk_manager.gateway.status import GatewayStatus
from risk_manager.ipc import address
from risk_manager.ipc.address import Address
from risk_manager.ipc.answers import ActsWanted, Health, HistoryWanted
from risk_manager.ipc.broadcast import Broadcast
from risk_manager.ipc.server import Server
from risk_manager.ipc.status import GuardStatus
from risk_manager.store.opening import FILE

PAUSE_SECONDS: Final = 0.25
"""Between two pictures, and between two quotes of a contract."""
_HEARTBEAT_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 10.0


class Door:
    """Answers for one guard (`ipc.server.House`)."""

    def __init__(
        self,
        guard: Guard,
        gateway: Callable[[], GatewayStatus],
        is_guarding: Callable[[], bool],
        picture: Picture,
        clock: Clock,
        data: Path,
        port: int = address.PORT,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """To be made when all others listen to the guard already. `gateway` gives what is so now,
        `is_guarding` is true when every account has been read and judged. `data` is the data folder of its home;
        `say` is told when the door cannot be opened, and when it is."""
        self._guard = guard
        self._is_guarding = is_guarding
        self._picture = picture
        self._clock = clock
        self._address = address.path_in(data)
        self._port = port
        self._say = say
        self.trouble = ""
        """Why it is not open, in words; empty: it is, or has not been tried."""
        self._past = LookingBack(data / FILE)
        self.broadcast = Broadcast(self.status, clock.now)
        self.server = Server(self, self.broadcast)
        self._metrics = Metrics(
            lambda: guard.state,
            guard.settings.keys(),
            gateway,
            lambda: (self.broadcast.clients, self.broadcast.dropped),
            self.health,
        )
        self._told = guard.state
        self._quotes: set[ContractId] = set()
        self._next: asyncio.TimerHandle | None = None
        self._next_at = 0.0
        self._last_at = 0.0
        guard.listen_to_all(self._heard)

    async def run(self) -> None:
        """Keep the door open until cancelled. A port that is taken is said once, and asked for again and again."""
        try:
            await self._open()
            while True:
                self._arm(_HEARTBEAT_SECONDS)
                await asyncio.sleep(_HEARTBEAT_SECONDS / 2)
        finally:
            if self._next is not None:
                self._next.cancel()
            if self.server.port:
                self._address.unlink(missing_ok=True)
            await self.server.stop()
            self._past.close()

    async def _open(self) -> None:
        with suppress(OSError):  # a guard that was killed leaves its address behind: who reads that asks nobody
            self._address.unlink(missing_ok=True)
        is_said = False
        while True:
            try:
                await self.server.start(self._port)
                break
            except OSError as error:
                self.trouble = (
                    f"The door for screens cannot be opened on {address.HOST}:{self._port} ({error.strerror}). "
                    "The guard goes on without it. Free the port, or choose another one with run --port."
                )
                if not is_said:
                    self._say(self.trouble)
                is_said = True
                await asyncio.sleep(_RETRY_SECONDS)
        self.trouble = ""
        self._say(f"Screens and other programs can ask at http://{address.HOST}:{self.server.port} (read-only).")
        with suppress(OSError):  # on a full disk screens show the published file; it is full too, which is said there
            address.write(self._address, Address(port=self.server.port, run=self.broadcast.run))

    # What is told

    def _heard(self, taken: Taken) -> None:
        self._metrics.heard(taken)
        event, step = taken.event, taken.step
        if isinstance(event, QuoteSeen):
            self._quotes.add(event.contract)
            if not (step.commands or step.breaches or step.alerts or step.locks):
                if self.broadcast.clients:
                    self._arm(SETTLE_SECONDS)
                return
        before, self._told = self._told, step.state
        if not self.broadcast.clients:
            return
        self.broadcast.tell(*news.told(before, taken, self.broadcast.number))
        self._arm(SETTLE_SECONDS)

    def _arm(self, seconds: float) -> None:
        """Have the picture told in so many seconds, or sooner, but not before the pause is over."""
        loop = asyncio.get_running_loop()
        at = max(loop.time() + seconds, self._last_at + PAUSE_SECONDS)
        if self._next is not None:
            if self._next_at <= at:
                return
            self._next.cancel()
        self._next, self._next_at = loop.call_at(at, self._tell), at

    def _tell(self) -> None:
        self._next, self._last_at = None, asyncio.get_running_loop().time()
        quotes, self._quotes = self._quotes, set()
        if not self.broadcast.clients:
            return
        state, now = self._guard.state, self._clock.now()
        number = self.broadcast.number
        self.broadcast.tell(*(news.quote(state, one, now, number) for one in sorted(quotes) if one in state.quotes))
        self.broadcast.tell_status()
        self._arm(_HEARTBEAT_SECONDS)

    # What is answered

    def status(self) -> GuardStatus:
        """All of it."""
        return self._picture.status()

    def health(self) -> Health:
        """Is it well?"""
        return health(self.status(), is_guarding=self._is_guarding())

    def metrics(self) -> bytes:
        """The numbers, as Prometheus reads them."""
        return self._metrics.text()

    async def history(self, wanted: HistoryWanted) -> bytes:
        """A `History` as JSON. Raises NotNowError."""
        return await self._past.history(wanted)

    async def acts(self, wanted: ActsWanted) -> bytes:
        """A list of `ActRow` as JSON. Raises NotNowError."""
        return await self._past.acts(wanted)
