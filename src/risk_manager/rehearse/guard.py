"""The real engine under the clock of a story: woken when it wants to be, answered by the story's broker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final

import msgspec

from risk_manager.core import engine, pnl
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.events import AnyEvent, Reloaded, TimePassed
from risk_manager.core.model import AccountId
from risk_manager.core.outcome import Outcome
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight
from risk_manager.core.state import Lock
from risk_manager.rehearse.broker import Broker
from risk_manager.rehearse.chapter import Chapter, Pages

_AT_ONE_INSTANT_MAX: Final = 1_000
"""Steps of the engine without the clock moving on: more is an endless conversation."""


class EndlessError(Exception):
    """The engine wants to be woken at one instant for ever, or goes on commanding in it: a bug of the guard."""


class Guard:
    """One account's guard, its clock, and the pages of the chapter under way."""

    def __init__(self, account: AccountId, settings: Settings, broker: Broker, now: datetime) -> None:
        self.now = now
        self.settings = settings
        self._account = account
        self._broker = broker
        self._state = engine.begin([account], now)
        self._deadline: datetime | None = None
        self._steps_at_now = 0
        self._pages = Pages()

    def pass_to(self, target: datetime, *, input_follows: bool) -> None:
        """Let the clock run to `target`, waking the engine when it wants to be woken.

        What is due at the very instant of an input happens in the input's own evaluation.
        """
        while self._deadline is not None and self._deadline < target:
            self._move_clock(max(self._deadline, self.now))
            self.hear(TimePassed())
        self._move_clock(target)
        if not input_follows:
            self.hear(TimePassed())
            self.wake()

    def wake(self) -> None:
        """Wake the engine for what is due at this instant."""
        while self._deadline is not None and self._deadline <= self.now:
            self.hear(TimePassed())

    def hear(self, *events: AnyEvent) -> None:
        """Give the engine events at this instant, and what the broker answers to its commands, until it is quiet."""
        waiting = deque(events)
        asked: deque[Command] = deque()
        while waiting or asked:
            if not waiting:
                waiting.extend(self._broker.answer(asked.popleft(), self.now))
                continue
            asked.extend(self._step(waiting.popleft()))

    def restart(self, back_at: datetime) -> None:
        """Killed without warning; started again at `back_at` from what had been stored."""
        stored = engine.dump(self._state)
        self._move_clock(back_at)
        self._state = engine.load(stored, {self._account: self.settings})
        self._deadline = None

    def reload(self, settings: Settings, changed: tuple[str, ...]) -> None:
        """Put new settings in force; they are judged at once."""
        self.settings = settings
        self.hear(Reloaded(account=self._account, changed=changed))

    def close_chapter(self, offset: tzinfo | None) -> Chapter:
        """What was since the last one was closed, with times in an offset that people read."""
        account = self._state.accounts[self._account]
        pages, self._pages = self._pages, Pages()
        return Chapter(
            ended_at=self.now.astimezone(offset),
            commands=tuple(command for command in pages.commands if not isinstance(command, Fetch)),
            breaches=tuple(pages.breaches),
            alerts=tuple(pages.alerts),
            locks=tuple(_as_read(lock, offset) for lock in account.locks),
            realized=pnl.realized(account),
            unrealized=Sight(self._state, account, self.settings, self.now, Outcome(account)).unrealized(),
        )

    def _move_clock(self, to: datetime) -> None:
        if to > self.now:
            self.now, self._steps_at_now = to, 0

    def _step(self, event: AnyEvent) -> Iterable[Command]:
        self._steps_at_now += 1
        if self._steps_at_now > _AT_ONE_INSTANT_MAX:
            raise EndlessError(
                f"The engine has taken {_AT_ONE_INSTANT_MAX} steps at {self.now.isoformat()} and wants more "
                f"(deadline {self._deadline})"
            )
        step = engine.step(self._state, event, {self._account: self.settings}, self.now, strict=True)
        self._state, self._deadline = step.state, step.deadline
        self._pages.write(step.commands, step.breaches, step.alerts)
        return step.commands


def _as_read(lock: Lock, offset: tzinfo | None) -> Lock:
    until = lock.until.astimezone(offset) if lock.until is not None else None
    return msgspec.structs.replace(lock, until=until)
