"""What is recorded of a breach, complete: the breach, its alert, its lock, its commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from risk_manager.core.commands import Command
from risk_manager.core.events import AnyEvent, TradeSeen
from risk_manager.core.model import Side, Trade
from risk_manager.core.record import Alert, Breach, LockChange, Severity
from tests.core.story import (
    ACCOUNT,
    AS_SEEN,
    Story,
    contract,
)

MNQ = contract("MNQ")


def fill(number: int, pnl: int | None = None, *, order: int | None = None, fees: int = 0) -> TradeSeen:
    """A fill of one MNQ; with `pnl` it closes."""
    return TradeSeen(
        account=ACCOUNT,
        trade=Trade(
            id=number,
            order=order if order is not None else number,
            contract=MNQ,
            side=Side.BUY,
            size=1,
            price=Decimal(100),
            profit_and_loss=None if pnl is None else Decimal(pnl),
            costs=Decimal(fees),
            at=AS_SEEN,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Record:
    """What has been heard, and one second later what breaches the rule; then what is recorded."""

    name: str = ""
    rules: Mapping[str, Any] = field(default_factory=dict)
    before: Sequence[AnyEvent] = ()
    now: Sequence[AnyEvent] = ()
    rule: str
    about: str
    why: str
    numbers: tuple[str, str] | None = None
    """The value and the limit."""
    lock: tuple[str | None, str, str | None] | None = None
    """Symbol, kind, and the time of the day at which it ends."""
    commands: Sequence[Command] = ()
    """Each has the reason of the breach, with the rule."""


def check(expected: Record, story: Story, days: int = 0) -> None:
    """The last verb of a story has left this record, and nothing else; the lock ends after so many midnights."""
    value, limit = (None, None) if expected.numbers is None else map(Decimal, expected.numbers)
    reason = f"{expected.rule}: {expected.why}"
    assert story.breached == [
        Breach(
            account=ACCOUNT,
            rule=expected.rule,
            about=expected.about,
            why=expected.why,
            at=story.now,
            value=value,
            limit=limit,
        )
    ]
    is_hard = expected.lock is not None and expected.lock[1] == "hard"
    severity = Severity.CRITICAL if is_hard else Severity.WARNING
    assert story.alerts == [Alert(severity=severity, text=reason, at=story.now, account=ACCOUNT)]
    assert story.lock_changes == ([] if expected.lock is None else [begun(expected, expected.lock, story.now, days)])
    assert story.commands == [replace(command, why=reason) for command in expected.commands]


def begun(expected: Record, lock: tuple[str | None, str, str | None], now: datetime, days: int) -> LockChange:
    """The lock that a breach sets at once."""
    symbol, kind, until = lock
    return LockChange(
        account=ACCOUNT,
        rule=expected.rule,
        symbol=symbol,
        kind=kind,
        since=now,
        until=None if until is None else datetime.combine(now, time.fromisoformat(until), UTC) + timedelta(days=days),
        why=expected.why,
    )
