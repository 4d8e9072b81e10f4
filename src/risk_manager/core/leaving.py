"""What leaves in a step, and what must be said loudly about it."""

from __future__ import annotations

from datetime import datetime

from risk_manager.core.commands import Command
from risk_manager.core.sight import Sight


class Leaving:
    """Commands that leave in this step, and what must be said loudly about them."""

    __slots__ = ("account", "closes", "loud", "others", "reductions", "sight")

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.account = sight.account
        self.closes: list[Command] = []
        self.reductions: list[Command] = []
        self.others: list[Command] = []
        self.loud: list[str] = []

    def commands(self) -> tuple[Command, ...]:
        """All of them, in the order in which they must leave."""
        return (*self.closes, *self.reductions, *self.others)


def waits(again_at: datetime | None, now: datetime) -> bool:
    """True while a pause lasts."""
    return again_at is not None and now < again_at
