"""The last line against a storm of our own: what goes in circles for one account is held back, loudly. Pure.

Public bots have sent hundreds of orders in seconds by closing what they were already closing. What runs away is
repetition, so that is what is counted: the first request for each thing always leaves, however many there are, and
so does one more for each. See docs/decisions/0006-the-breaker-counts-repetitions.md.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from risk_manager.core.commands import Cancel, Close, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.enforcement.broker import OrderCommand

WINDOW_SECONDS: Final = 10.0
REQUESTS_MAX: Final = 20
"""Requests of one account in any 10 s, beyond which things are not asked for over and over."""
KEPT_FOR_CLOSES: Final = 5
"""Of those: stops that are moved and orders that are cancelled again must leave room to close again."""
TRIES_MAX: Final = 2
"""How often each thing may be asked for in any 10 s, however many things there are."""
THINGS_MAX: Final = 100
"""Requests of one account in any 10 s, beyond which only closes leave: half of what the gateway allows in a minute."""


class Breaker:
    """The requests of one account."""

    def __init__(self) -> None:
        """Nothing has been sent yet."""
        self._sent: deque[tuple[float, str]] = deque()
        self._tries: Counter[str] = Counter()
        self._held_at: float | None = None

    def refusal(self, command: OrderCommand, now: float) -> str | None:
        """Why `command` must not leave at `now` (monotonic seconds); None where it may, and then it is counted."""
        self._forget(now)
        target = target_of(command)
        if self._may_leave(target, is_close=isinstance(command, Close | Reduce)):
            self._sent.append((now, target))
            self._tries[target] += 1
            return None
        return (
            f"the breaker is open: {len(self._sent)} requests of account {command.account} left within"
            f" {WINDOW_SECONDS:g} s, {self._tries[target]} of them for {target}. One more is held back. Something is"
            " going in circles: look at the account"
        )

    def opens(self, now: float) -> bool:
        """Note that a command is held back at `now`. True where none was in the 10 s before: people must hear of it."""
        before, self._held_at = self._held_at, now
        return before is None or before <= now - WINDOW_SECONDS

    def _may_leave(self, target: str, *, is_close: bool) -> bool:
        tries, count, things = self._tries[target], len(self._sent), len(self._tries)
        if not tries:
            return is_close or count < THINGS_MAX
        if count < (REQUESTS_MAX if is_close else REQUESTS_MAX - KEPT_FOR_CLOSES):
            return True
        return tries < TRIES_MAX and count < TRIES_MAX * things and (is_close or count < THINGS_MAX)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0][0] <= now - WINDOW_SECONDS:
            target = self._sent.popleft()[1]
            self._tries[target] -= 1
            if not self._tries[target]:
                del self._tries[target]


def target_of(command: OrderCommand) -> str:
    """What a command is about, in words: two with the same target are a repetition."""
    match command:
        case Close() | Reduce():
            return f"closing {command.contract}"
        case PlaceStop():
            return f"placing a stop for {command.contract}"
        case Cancel():
            return f"cancelling order {command.order}"
        case Resize() | MoveStop():
            return f"changing order {command.order}"
