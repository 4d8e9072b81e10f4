"""What was in one step of a story."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.core.commands import Command
from risk_manager.core.record import Alert, Breach
from risk_manager.core.state import Lock


class Chapter(msgspec.Struct, kw_only=True):
    """What was in one step: from the end of the step before to the end of this one."""

    ended_at: datetime
    """In the offset of the story's start, like all times that people read here."""
    commands: tuple[Command, ...]
    breaches: tuple[Breach, ...]
    alerts: tuple[Alert, ...]
    locks: tuple[Lock, ...]
    """Those that stand at the end."""
    realized: Decimal
    unrealized: Decimal


class Pages:
    """What happens in a chapter, as it happens."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.breaches: list[Breach] = []
        self.alerts: list[Alert] = []

    def write(self, commands: Iterable[Command], breaches: Iterable[Breach], alerts: Iterable[Alert]) -> None:
        self.commands += commands
        self.breaches += breaches
        self.alerts += alerts
