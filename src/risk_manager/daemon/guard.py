"""The engine at work: events in, commands out, woken at its own deadlines.

An event is taken in the same turn of the loop in which it is put, and the commands leave before anybody else hears
of it. Listeners (screens, logs, the store) come after, and cannot hold it up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import NamedTuple

from risk_manager.core import engine
from risk_manager.core.commands import Command
from risk_manager.core.events import AnyEvent, QuoteSeen, TimePassed
from risk_manager.core.model import AccountId
from risk_manager.core.record import Step
from risk_manager.core.settings import Settings
from risk_manager.core.state import State
from risk_manager.daemon.clock import Clock

_LONGEST_SLEEP_SECONDS = 3600.0
"""The wall clock may be set meanwhile, so no sleep is longer than this."""


class Taken(NamedTuple):
    """One event and what came of it."""

    event: AnyEvent
    at: datetime
    step: Step
    step_seconds: float = 0.0
    """How long the engine took."""
    left_seconds: float = 0.0
    """From the taking of the event until its commands were handed on; of interest where there are any."""


class Guard:
    """One inbox, one consumer."""

    def __init__(
        self,
        settings: Mapping[AccountId, Settings],
        carry_out: Callable[[Sequence[Command]], None],
        clock: Clock,
        state: State | None = None,
    ) -> None:
        self.settings: dict[AccountId, Settings] = dict(settings)
        self.state = state if state is not None else engine.begin(settings, clock.now())
        self._carry_out = carry_out
        self._clock = clock
        self._inbox: deque[AnyEvent] = deque()
        self._is_taking = False
        self._listeners: list[Callable[[Taken], None]] = []
        self._patient: list[Callable[[Taken], None]] = []
        self._unheard: list[Taken] = []
        self._wake: asyncio.TimerHandle | None = None
        self._deadline: datetime | None = None
        self._is_stopped = False
        self._failure: Exception | None = None

    def listen(self, listener: Callable[[Taken], None]) -> None:
        """Have every step told, after its commands have left, in order; quotes that nothing came of are not."""
        self._listeners.append(listener)

    def listen_to_all(self, listener: Callable[[Taken], None]) -> None:
        """Have every step told, in order, those quotes too: there are thousands, so it must cost next to nothing."""
        self._listeners.append(listener)
        self._patient.append(listener)

    def put(self, event: AnyEvent) -> None:
        """Take an event in, now. One that comes while another is being taken waits its turn. Raises what a step or its
        commands raise; whoever has put it may pass over that, and the next beat does not."""
        self._inbox.append(event)
        if self._is_taking:
            return
        self._is_taking = True
        try:
            while self._inbox:
                self._take(self._inbox.popleft())
        except Exception as error:
            self._failure = self._failure or error
            raise
        finally:
            self._is_taking = False

    def beat(self) -> None:
        """Show that the engine still takes steps: one is taken and thrown away, since nothing is due between its own
        deadlines. Raises what a step raises, and what a turn before this beat has raised: its commands may not have
        left, and its deadline is not slept for."""
        assert not self._is_taking, "a beat belongs to the loop's own turns"
        if self._failure is not None:
            raise self._failure
        engine.step(self.state, TimePassed(), self.settings, self._clock.now())

    def _take(self, event: AnyEvent) -> None:
        now = self._clock.now()
        began = perf_counter()
        decided = engine.decide(self.state, event, self.settings, now)
        stepped = left = perf_counter()
        if decided.commands:
            self.state = decided.state
            self._carry_out(decided.commands)
            left = perf_counter()
        step = decided.step()
        self.state = step.state
        ended = perf_counter()
        if step.deadline is not self._deadline:
            self._sleep_until(step.deadline)
        if self._patient or (self._listeners and not _is_idle(event, step)):
            if not self._unheard:
                asyncio.get_running_loop().call_soon(self._tell)
            self._unheard.append(Taken(event, now, step, ended - left + stepped - began, left - began))

    def _tell(self) -> None:
        told, self._unheard = self._unheard, []
        for taken in told:
            for listener in self._patient if _is_idle(taken.event, taken.step) else self._listeners:
                try:
                    listener(taken)
                except Exception as error:  # noqa: BLE001  one that fails must not take the step away
                    asyncio.get_running_loop().call_exception_handler(
                        {
                            "message": f"A listener of the guard failed over {type(taken.event).__name__}",
                            "exception": error,
                        }
                    )

    def _sleep_until(self, deadline: datetime | None) -> None:
        self._deadline = deadline
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if deadline is not None and not self._is_stopped:
            delay = max(0.0, (deadline - self._clock.now()).total_seconds())
            loop = asyncio.get_running_loop()
            self._wake = loop.call_later(min(delay, _LONGEST_SLEEP_SECONDS), self._woken)

    def _woken(self) -> None:
        self._wake = None
        # A deadline that is not there yet (the timer was early, or the clock was set) is slept for again.
        self._deadline = None
        self.put(TimePassed())

    def stop(self) -> None:
        """Wake up no more. Answers that still come are taken, and written down."""
        self._is_stopped = True
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None


def _is_idle(event: AnyEvent, step: Step) -> bool:
    """True for a quote that nothing came of."""
    return isinstance(event, QuoteSeen) and not (step.commands or step.breaches or step.alerts or step.locks)
