"""The last line against a storm of our own: too many requests for one account are refused, loudly. Pure.

Public bots have sent hundreds of orders in seconds by closing what they were already closing. Repetitions are
what runs away, so those are counted strictly; a flatten of many different positions and orders is not held
up.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from risk_manager.core.commands import Cancel, Close, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.enforcement.broker import OrderCommand

WINDOW_SECONDS: Final = 10.0
REPEATED_MAX: Final = 20
"""Requests of one account in any 10 s, beyond which nothing is asked for a second time."""
ALL_MAX: Final = 100
"""Requests of one account in any 10 s, beyond which nothing is asked for at all. The gateway's allowance is
200 a minute."""


class Breaker:
    """The requests of one account."""

    def __init__(self) -> None:
        """Nothing has been sent yet."""
        self._sent: deque[tuple[float, str]] = deque()

    def refusal(self, command: OrderCommand, now: float) -> str | None:
        """Why `command` must not leave at `now` (monotonic seconds); None where it may, and then it is
        counted."""
        while self._sent and self._sent[0][0] <= now - WINDOW_SECONDS:
            self._sent.popleft()
        target = _target(command)
        count = len(self._sent)
        if count >= ALL_MAX or (count >= REPEATED_MAX and any(target == sent for _, sent in self._sent)):
            return (
                f"CRITICAL: the breaker is open. {count} requests of account {command.account} left within"
                f" {WINDOW_SECONDS:g} s; this one ({target}) is held back. Something is going in circles: look at the"
                " account."
            )
        self._sent.append((now, target))
        return None


def _target(command: OrderCommand) -> str:
    """What a command is about: two with the same target are a repetition."""
    match command:
        case Close() | Reduce():
            return f"closing {command.contract}"
        case PlaceStop():
            return f"placing a stop for {command.contract}"
        case Cancel():
            return f"cancelling order {command.order}"
        case Resize() | MoveStop():
            return f"changing order {command.order}"
