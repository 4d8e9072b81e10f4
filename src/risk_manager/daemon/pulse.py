"""The engine's beat: once a second it shows that it still takes steps, and whoever supervises the process is told.

The beat runs in the engine's own loop. Whatever holds that loop up, or makes a step fail, holds the beat up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import Final, Protocol

from risk_manager.daemon.guard import Guard

BEAT_SECONDS: Final = 1.0
GUARDING: Final = "Guarding "
"""So the sentence begins with which the guard says that it sees every account and watches it; no other does."""


class Supervisor(Protocol):
    """Whoever looks after the process from outside, and starts it again: systemd, Windows, or nobody. Nothing here may
    wait or raise."""

    def starting(self, seconds: float) -> None:
        """It begins, and may take so long until its first beat."""
        ...

    def ready(self) -> None:
        """The engine has beaten for the first time. Accounts may still have to be read: `says` tells."""
        ...

    def beat(self) -> None:
        """The engine has taken a step."""
        ...

    def says(self, sentence: str) -> None:
        """What the guard is doing now, for whoever asks the supervisor."""
        ...

    def stopping(self) -> None:
        """It ends, in order."""
        ...


class Pulse:
    """Beats for as long as it runs."""

    def __init__(self, guard: Guard, is_guarding: Callable[[], bool], supervisor: Supervisor) -> None:
        """`is_guarding` is true when every account has been read and judged."""
        self._guard = guard
        self._is_guarding = is_guarding
        self._supervisor = supervisor
        self._said = ""

    async def run(self) -> None:
        """Beat until cancelled. Raises what a step of the engine raises: an engine that fails cannot guard."""
        self._beat()
        self._supervisor.ready()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._beat()

    def _beat(self) -> None:
        self._guard.beat()
        self._supervisor.beat()
        self.tell()

    def tell(self) -> None:
        """Say what the guard is doing, where that has changed."""
        sentence = self._sentence()
        if sentence != self._said:
            self._said = sentence
            self._supervisor.says(sentence)

    def _sentence(self) -> str:
        away = [hub.value for hub in self._guard.state.away]
        return sentence(away, self._guard.settings, are_read=self._is_guarding())


def sentence(away: Collection[str], accounts: Iterable[int], *, are_read: bool) -> str:
    """What a guard of these accounts is doing. `away` are the hubs that are; `are_read`: every account has been read
    and judged."""
    if away:
        hubs = " and ".join(sorted(f"the {hub} hub" for hub in away))
        verb = "are" if len(away) > 1 else "is"
        return f"BLIND: {hubs} {verb} away. The guard goes on trying to connect."
    if not are_read:
        return "Not guarding yet: not every account has been read and judged."
    return f"{GUARDING}{', '.join(str(account) for account in sorted(accounts))}."
