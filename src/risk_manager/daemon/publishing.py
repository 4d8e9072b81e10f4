"""The state for everyone on the machine to read, at most four times a second."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from risk_manager import __version__
from risk_manager.core.events import Hub, StoreBack, StoreLost
from risk_manager.core.settings import Settings
from risk_manager.daemon.absence import Absence
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.hearsay import Hearsay
from risk_manager.daemon.market_clock import market_status
from risk_manager.daemon.showing import account_status
from risk_manager.daemon.telling import said
from risk_manager.home import OPEN_WAY, make_folder
from risk_manager.ipc import status as published
from risk_manager.ipc.status import ActStatus, ConnectionStatus, GuardStatus

PAUSE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0
_ACTS_KEPT = 20


class Publisher:
    """Writes the status file when something has happened, and every second so that its age tells who is alive."""

    def __init__(
        self,
        path: Path,
        guard: Guard,
        clock: Clock,
        reconnects: Callable[[], int],
        say: Callable[[str], None] = lambda _: None,
        absence: Absence | None = None,
    ) -> None:
        """`say` is told when the file cannot be written, once, and when it can be again. Without an `absence` nothing
        is known of the time before this guard."""
        self._absence = absence
        self._path = path
        self._guard = guard
        self._clock = clock
        self._reconnects = reconnects
        self._say = say
        self._is_in_trouble = False
        self._started_at = clock.now()
        self._acts: deque[ActStatus] = deque(maxlen=_ACTS_KEPT)
        self._is_saved = True
        self._news = asyncio.Event()
        self._hearsay = Hearsay()
        guard.listen(self._hearsay.heard)
        guard.listen(self._heard)

    def _heard(self, taken: Taken) -> None:
        if isinstance(taken.event, StoreLost | StoreBack):
            self._is_saved = isinstance(taken.event, StoreBack)
        for one in said(taken):
            act = ActStatus(at=taken.at, says=one.text, account=one.account, rule=one.rule, is_loud=one.is_loud)
            self._acts.appendleft(act)
        self._news.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        make_folder(self._path.parent, OPEN_WAY)
        while True:
            self._publish()
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                # Not wait_for: on 3.11 an end that comes in the same turn of the loop as the news is lost with it.
                async with asyncio.timeout(_HEARTBEAT_SECONDS - PAUSE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                continue
            self._news.clear()

    def _publish(self) -> None:
        try:
            published.write(self._path, self.status())
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

    def status(self) -> GuardStatus:
        """What is published now."""
        state, now = self._guard.state, self._clock.now()
        away = state.away
        return GuardStatus(
            at=now,
            started_at=self._started_at,
            version=__version__,
            connection=ConnectionStatus(
                user_hub=Hub.USER not in away,
                market_hub=Hub.MARKET not in away,
                lost_since=min((one.since for one in away.values()), default=None),
                reconnects=self._reconnects(),
                unreadable=state.unreadable,
                repeated=self._hearsay.repeated,
                missed=self._hearsay.missed,
            ),
            accounts=tuple(
                account_status(state, account, self._guard.settings[key], now)
                for key, account in state.accounts.items()
            ),
            last_acts=tuple(f"{act.at:%H:%M:%S} {act.says}" for act in self._acts),
            acts=tuple(self._acts),
            market=market_status(next(iter(self._guard.settings.values()), Settings()), now),
            is_saved=self._is_saved,
            while_away=self._absence.told if self._absence is not None else (),
        )
