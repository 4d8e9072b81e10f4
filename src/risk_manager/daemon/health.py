"""Does the guard do what it is there for? For whoever has a light that should be green."""

from __future__ import annotations

from collections.abc import Iterator

from risk_manager.ipc.answers import Health
from risk_manager.ipc.status import GuardStatus


def health(status: GuardStatus, *, is_guarding: bool) -> Health:
    """Well is who is connected, has read every account, and can save. A lock that stands is no illness."""
    reasons = tuple(_reasons(status, is_guarding=is_guarding))
    return Health(is_well=not reasons, reasons=reasons)


def _reasons(status: GuardStatus, *, is_guarding: bool) -> Iterator[str]:
    if not is_guarding:
        yield "The guard is still starting: not every account has been read and judged."
    if not status.connection.user_hub:
        yield "The guard is blind: the user hub (orders and fills) is away."
    if not status.connection.market_hub:
        yield "The guard is blind: the market hub (prices) is away."
    if not status.is_saved:
        yield "Nothing can be saved: a restart would forget what has happened since."
    for account in status.accounts:
        if is_guarding and account.is_asleep:
            yield f"Account {account.id} has not been read since the start."
