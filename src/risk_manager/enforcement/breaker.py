"""The last line against a storm of our own: what goes in circles for one account is held back, loudly. Pure.

Public bots have sent hundreds of orders in seconds by closing what they were already closing. So there are never more
than 20 requests in any 10 s, unless more than 20 positions and orders have to go: then at most two for each. See
docs/decisions/0006-the-breaker-counts-repetitions.md.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from risk_manager.core.commands import Cancel, Close, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.enforcement.broker import OrderCommand

WINDOW_SECONDS: Final = 10.0
REQUESTS_MAX: Final = 20
"""Requests of one account in any 10 s, where no more than so many things have to go."""
KEPT_FOR_NEWS: Final = 2
"""Of those: what is asked for again must leave room for a position that is opened meanwhile."""
KEPT_FOR_CLOSES: Final = 5
"""Of those: stops that are moved and orders that are cancelled again must leave room to close again, too."""
TRIES_MAX: Final = 2
"""How often each thing may be asked for in any 10 s, where more than 20 have to go."""
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
            f" {WINDOW_SECONDS:g} s, {self._tries[target]} of them for {target}. One more is held back for now."
            " Something is going in circles: look at the account"
        )

    def leaves_late(self, command: OrderCommand, asked_at: float, now: float) -> None:
        """`command`, which was let pass at `asked_at`, had to wait and leaves `now`: it counts from now on."""
        self.never_left(command, asked_at)
        target = target_of(command)
        self._sent.append((now, target))
        self._tries[target] += 1

    def never_left(self, command: OrderCommand, asked_at: float) -> None:
        """`command`, which was let pass at `asked_at`, has not left and will not: it counts no more."""
        entry = (asked_at, target_of(command))
        if entry in self._sent:
            self._sent.remove(entry)
            self._take_back(entry[1])

    def opens(self, now: float) -> bool:
        """Note that a command is held back at `now`. True where none was in the 10 s before: people must hear of it."""
        before, self._held_at = self._held_at, now
        return before is None or before <= now - WINDOW_SECONDS

    def _may_leave(self, target: str, *, is_close: bool) -> bool:
        tries, count = self._tries[target], len(self._sent)
        kept = 0 if not tries else KEPT_FOR_NEWS if is_close else KEPT_FOR_CLOSES
        if count < REQUESTS_MAX - kept:
            return True
        things = len(self._tries) if tries else len(self._tries) + 1
        is_more_than_can_be = things > REQUESTS_MAX and tries < TRIES_MAX and count < TRIES_MAX * things
        return is_more_than_can_be and (is_close or count < THINGS_MAX)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0][0] <= now - WINDOW_SECONDS:
            self._take_back(self._sent.popleft()[1])

    def _take_back(self, target: str) -> None:
        self._tries[target] -= 1
        if not self._tries[target]:
            del self._tries[target]


def target_of(command: OrderCommand) -> str:
    """What a command is about, in words: a position or an order. Two with the same target are a repetition."""
    match command:
        case Close() | Reduce() | PlaceStop():
            return f"the position in {command.contract}"
        case Cancel() | Resize() | MoveStop():
            return f"order {command.order}"
