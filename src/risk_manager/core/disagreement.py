"""What the broker's messages leave open: a fill that not all of them tell, a position as it was before.

A message of an opening that is over is not believed: a second close for what it tells of would open a position. Any
other last word on a position counts, and where it seems to have been overtaken the account is read at once.
"""

from __future__ import annotations

from datetime import datetime

from risk_manager.core import fills
from risk_manager.core.events import AnyEvent, CommandRefused, PositionSeen, Refusal
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account

IN_VAIN = "a fill was told by some of its messages only"
UNDECIDED = "the gateway has not decided on a request yet"
BEHIND = "a message told of a position as it was before"


def waits_in_vain(account: Account, before: datetime) -> bool:
    """True where something that was told at `before` or earlier still waits to be told by its other messages."""
    return any((at := fills.oldest(waiting)) is not None and at <= before for waiting in account.fills.values())


def why_read_after(account: Account, event: AnyEvent) -> str:
    """Why the account should be read at once after `event`; empty where it need not."""
    if isinstance(event, CommandRefused) and event.refusal is Refusal.PENDING:
        return UNDECIDED
    return BEHIND if isinstance(event, PositionSeen) and is_behind(account, event) else ""


def why_read_when_due(sight: Sight) -> str:
    """Why the account should be read although all is told: a rule is about to act on what it has not been told."""
    rules = sight.settings.rules
    asks = any(one.rule.reads is not None and one.rule.reads(sight, one.config) for one in rules)
    return "a grace is about to end" if asks else ""


def is_of_the_past(account: Account, event: PositionSeen) -> bool:
    """True for a message of an opening that is over, by the gateway's own time of it: there is a later one, or it has
    been told as closed. False where the gateway told no time."""
    held, before = account.positions.get(event.contract), account.earlier.get(event.contract)
    newest = held if held is not None else before
    if newest is None or newest.opened_at is None or event.opened_at is None:
        return False
    if held is None:
        return bool(event.signed_size) and event.opened_at <= newest.opened_at
    return event.opened_at < newest.opened_at


def is_behind(account: Account, event: PositionSeen) -> bool:
    """True for a message that seems to have been overtaken: it tells of an opening that is over, or of exactly what was
    held before the last move. False where it only says once more what is known."""
    if is_of_the_past(account, event):
        return True
    held, before = account.positions.get(event.contract), account.earlier.get(event.contract)
    if held is None or before is None:
        return False
    was = (before.signed_size, before.average_price, before.opened_at)
    return was == (event.signed_size, event.average_price, event.opened_at) and event.signed_size != held.signed_size
