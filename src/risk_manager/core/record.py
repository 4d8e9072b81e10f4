"""What one step of the engine leaves behind: the journal line, the audit line and a test's expected value."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from risk_manager.core.commands import Command
from risk_manager.core.differences import Difference
from risk_manager.core.model import AccountId, Symbol

if TYPE_CHECKING:
    from risk_manager.core.state import State


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's condition became true."""

    account: AccountId
    rule: str
    about: str
    """What it is about (symbol, contract, order, window); empty for the account."""
    why: str
    """One sentence with the numbers, for the trader."""
    at: datetime
    waived: bool = False
    """True: recorded and, by the admin's word, not enforced."""
    value: Decimal | None = None
    limit: Decimal | None = None


class Severity(enum.Enum):
    """How loud an alert is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that people must hear of."""

    severity: Severity
    text: str
    at: datetime
    account: AccountId | None = None
    """None: it concerns the guard itself."""


class LockChange(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that began, was prolonged, or ended."""

    account: AccountId
    rule: str
    symbol: Symbol | None
    kind: str
    since: datetime
    until: datetime | None
    why: str
    ended: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What we believe after an event, what is wrong with it, and what to ask the broker for."""

    state: State
    breaches: tuple[Breach, ...] = ()
    alerts: tuple[Alert, ...] = ()
    commands: tuple[Command, ...] = ()
    """Closes first, then reductions, then the rest: the order in which they must leave."""
    locks: tuple[LockChange, ...] = ()
    differences: tuple[Difference, ...] = ()
    """Of a read: what no message had told of until then."""
    deadline: datetime | None = None
    """When the engine wants to be woken if nothing happens before; None: nothing is waiting."""
