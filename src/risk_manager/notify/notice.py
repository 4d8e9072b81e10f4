"""What people are told: one thing that has happened, in the trader's words, with what belongs to it."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from risk_manager.core.record import Severity

ALERT: Final = "alert"
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be told."""

    severity: Severity
    event: str
    """What it is about, a word of notifications.yaml."""
    at: datetime
    says: str
    """One sentence: what has happened, with its numbers."""
    account: int | None = None
    """None: it concerns the guard itself."""
    account_name: str = ""
    rule: str = ""
    """`RULE-003`; empty: no rule has brought it about."""
    rule_key: str = ""
    value: Decimal | None = None
    limit: Decimal | None = None
    acts: tuple[str, ...] = ()
    """What the guard does about it: `close all of MNQ`."""
    until: datetime | None = None
    ends: str = ""
    """When it ends, as a sentence in the trader's time and the market's; empty: it has no end, or is none."""
    then: str = ""
    """What to do now, or what to expect; empty: nothing."""
    not_to: str = ""
    """A channel that is not told: the one that it is about."""
    is_for_own: bool = False
    """The trader's own channels are told, and no other."""
    late: str = ""
    """How late it is told and why, as a sentence; empty: in time."""
    is_left_over: bool = False
    """The guard that saw it has ended before anybody took it."""

    @property
    def is_critical(self) -> bool:
        """Whether it comes whatever a channel wants."""
        return self.severity is Severity.CRITICAL

    @property
    def repeats(self) -> tuple[object, ...] | None:
        """Equal for two alerts that say the same with other numbers: a third try and a fourth. None for all else."""
        return (self.account, self.rule, _DIGITS.sub("#", self.says)) if self.event == ALERT else None
