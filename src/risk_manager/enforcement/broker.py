"""What enforcement needs of the outside: somebody who sends, and somebody who reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from risk_manager.core.commands import Cancel, Close, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import AccountRead, CommandAccepted, CommandLost, CommandRefused

OrderCommand = Close | Reduce | Cancel | Resize | PlaceStop | MoveStop
"""The commands that are order requests."""
Outcome = CommandAccepted | CommandRefused | CommandLost
"""How a command ended."""
Still = Callable[[], OrderCommand | None]
"""What is left to be asked for of a command that has not left yet; None: nothing, what it was for is over."""


class Broker(Protocol):
    """Who sends order requests."""

    def send(self, command: OrderCommand, still: Still) -> Awaitable[Outcome]:
        """Send `command` once; what is awaited is how it ended, never an exception.

        An implementation that can lets the request leave before this returns: nobody may have to wait for a
        turn of the loop. Where it has to wait it asks `still` right before the request leaves. A request whose answer
        did not come is `CommandLost`, and is never sent again.
        """


class Reader(Protocol):
    """Who reads accounts."""

    def read(self, command: Fetch) -> Awaitable[AccountRead | CommandLost]:
        """Read what `command` asks for; `CommandLost` where there is no answer, never an exception."""
