"""Notices to tell."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from risk_manager.core.record import Severity
from risk_manager.notify.notice import Notice

NOON: Final = datetime(2026, 11, 20, 18, 0, 0, tzinfo=UTC)
LOSS: Final = Notice(
    severity=Severity.CRITICAL,
    event="breach",
    at=NOON,
    says="Daily loss -$512.50 reached the limit -$500.00 (realized -$400.00, open -$112.50)",
    account=465,
    account_name="50K *Combine*",
    rule="RULE-003",
    rule_key="daily_realized_loss",
    value=Decimal("-512.50"),
    limit=Decimal(-500),
    acts=("close all of MNQ", "cancel order 7"),
    until=datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
    ends="The account is locked until Fri 17:00:00 in Chicago.",
    then="Nothing can be opened before that: the guard closes whatever appears.",
)


def notice(says: str = "It is so", severity: Severity = Severity.WARNING, **fields: Any) -> Notice:
    """A small one."""
    return Notice(**{"event": "breach", "at": datetime.now(UTC), "says": says, "severity": severity, **fields})


def critical(says: str = "It is grave", **fields: Any) -> Notice:
    """A loud one."""
    return notice(says, Severity.CRITICAL, **fields)
