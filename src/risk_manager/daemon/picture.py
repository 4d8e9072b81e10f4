"""The whole state for people to read: made once, for the published file and for everybody at the door.

It costs more than all news together, so the same picture serves until something but a price has changed, for a quarter
of a second at most: who asks without end must not keep the guard busy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from risk_manager import __version__
from risk_manager.core.commands import Close, Reduce
from risk_manager.core.events import AdminActed, CommandRefused, Hub, StoreBack, StoreLost
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from risk_manager.daemon.absence import Absence
from risk_manager.daemon.admin.gate import COMES_IN
from risk_manager.daemon.asked import ACTS_KEPT, Before, closes
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.hearsay import Hearsay
from risk_manager.daemon.market_clock import market_status
from risk_manager.daemon.showing import account_status
from risk_manager.daemon.telling import said
from risk_manager.ipc.status import ActStatus, ConnectionStatus, GuardStatus, RefusedFiles

FRESH_SECONDS: Final = 0.25
"""How old prices and times in it may be."""
SETTLE_SECONDS: Final = 0.05
"""After the first of a burst: a breach mostly comes as order, trade and position, and a picture between them would
hold the guard up."""


class Picture:
    """What a guard looks like from outside."""

    def __init__(
        self,
        guard: Guard,
        clock: Clock,
        reconnects: Callable[[], int],
        absence: Absence | None = None,
        before: Before | None = None,
        waiting: Callable[[], tuple[str, ...]] = tuple,
        mute: Callable[[], tuple[str, ...]] = tuple,
        unwatched: Callable[[], tuple[str, ...]] = tuple,
        failing: Callable[[], tuple[str, ...]] = tuple,
        refused: Callable[[], RefusedFiles | None] = lambda: None,
        told: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """To be made before those that show it. Without `absence` and `before` nothing is known of the time before;
        `waiting` tells what of the files the guard takes at its next start only, `mute` which channels take nothing,
        `unwatched` which files nobody looks at, `failing` what does not work around the guarding,
        `refused` which files do not hold, `told` by which channels people are told."""
        self._guard = guard
        self._clock = clock
        self._reconnects = reconnects
        self._absence = absence
        self._waiting = waiting
        self._mute = mute
        self._unwatched = unwatched
        self._failing = failing
        self._refused = refused
        self._told = told
        self._started_at = clock.now()
        before = before or Before()
        self._acts: deque[ActStatus] = deque(before.acts, maxlen=ACTS_KEPT)
        self._closes = dict(before.closes)
        self._denied: dict[tuple[int, str], str] = {}
        self._is_saved = True
        self._hearsay = Hearsay()
        self._last: GuardStatus | None = None
        guard.listen(self._hearsay.heard)
        guard.listen(self._heard)

    def status(self) -> GuardStatus:
        """All of it."""
        now, last = self._clock.now(), self._last
        if last is None or not 0 <= (now - last.at).total_seconds() < FRESH_SECONDS:
            last = self._last = self._taken()
        return last

    def _heard(self, taken: Taken) -> None:
        self._last = None
        if isinstance(taken.event, StoreLost | StoreBack):
            self._is_saved = isinstance(taken.event, StoreBack)
        event = taken.event
        if isinstance(event, CommandRefused) and isinstance(event.command, Close | Reduce):
            self._denied[event.account, event.command.contract] = event.why
        self._closes.update(closes(taken.step.commands, taken.at))
        for one in said(taken):
            if _is_of_coming_in(one.text, taken):
                continue
            act = ActStatus(at=taken.at, says=one.text, account=one.account, rule=one.rule, is_loud=one.is_loud)
            self._acts.appendleft(act)

    def _taken(self) -> GuardStatus:
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
                account_status(
                    state,
                    state.accounts[key],
                    settings,
                    now,
                    self._closes.get(key),
                    self._refusals(state.accounts[key]),
                )
                for key, settings in self._guard.settings.items()  # what others had is kept in the state
            ),
            acts=tuple(self._acts),
            market=market_status(next(iter(self._guard.settings.values()), Settings()), now),
            is_saved=self._is_saved,
            while_away=self._absence.told if self._absence is not None else (),
            waits_for_start=self._waiting(),
            mute=self._mute(),
            unwatched=self._unwatched(),
            failing=self._failing(),
            refused_files=self._refused(),
            told=self._told(),
        )

    def _refusals(self, account: Account) -> dict[str, str]:
        """What the broker said to closes that are still wanted; of the others it is forgotten."""
        gone = [key for key in self._denied if key[0] == account.id and key[1] not in account.closings]
        for key in gone:
            del self._denied[key]
        return {contract: why for (owner, contract), why in self._denied.items() if owner == account.id}


def _is_of_coming_in(text: str, taken: Taken) -> bool:
    """Whether it says that an admin has come in, or has not: it is on the record, and would push out what happened."""
    event = taken.event
    return isinstance(event, AdminActed) and event.what in COMES_IN and text.endswith(event.what)
