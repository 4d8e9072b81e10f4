"""What the guard has done, in the trader's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, assert_never

from risk_manager.core import told_times
from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import AccountRead, CommandHeld, CommandLost, CommandRefused, Reloaded
from risk_manager.core.model import AccountId
from risk_manager.core.record import LockChange, Severity
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from risk_manager.daemon.differing import disagreement
from risk_manager.daemon.guard import Taken

_RULE = re.compile(r"RULE-\d+")


class Said(NamedTuple):
    """Something that people should hear of."""

    text: str
    account: AccountId | None = None
    """None: it concerns the guard itself."""
    rule: str | None = None
    """None: no rule has brought it about."""
    is_loud: bool = False
    """True for what nobody should miss: a breach that is enforced, a lock, a critical alert."""


def sentences(taken: Taken) -> Iterator[str]:
    """Everything of a step that people should hear of, in order."""
    for one in said(taken):
        yield one.text


def said(taken: Taken) -> Iterator[Said]:
    """The same with what belongs to it: disagreements, breaches, locks, acts, alerts, refusals."""
    step, event = taken.step, taken.event
    if isinstance(event, AccountRead) and not event.after_restart:  # what the first read shows is told in `absence.py`
        for difference in step.differences:
            yield Said(f"Account {difference.account}: {disagreement(difference)}", difference.account)
    for breach in step.breaches:
        text = f"{breach.rule} {'is waived for this: ' if breach.waived else ''}{breach.why}"
        yield Said(text, breach.account, breach.rule, is_loud=not breach.waived)
    for lock in step.locks:
        yield Said(lock_sentence(lock), lock.account, lock.rule, is_loud=not lock.ended)
    told = {f"{breach.rule}: {breach.why}" for breach in step.breaches}
    for command in step.commands:
        if not isinstance(command, Fetch):
            yield Said(act(command, with_reason=command.why not in told), command.account, rule_in(command.why))
    for alert in step.alerts:
        if alert.text not in told:
            text = f"{alert.severity.value.upper()}: {alert.text}"
            is_loud = alert.severity is Severity.CRITICAL
            yield Said(text, alert.account, rule_in(alert.text), is_loud=is_loud)
    if isinstance(event, Reloaded):
        rules, edits = ", ".join(event.changed), f" ({'; '.join(event.edits)})" if event.edits else ""
        yield Said(f"New settings are in force{f'; changed: {rules}' if rules else ''}{edits}", event.account)
    if isinstance(event, CommandRefused):
        yield Said(f"The broker refused to {in_words(event.command)}. {event.why}", event.account)
    if isinstance(event, CommandHeld):
        yield Said(f"The guard has not sent the request to {in_words(event.command)}: {event.why}", event.account)
    if isinstance(event, CommandLost):
        yield Said(f"{_lost(event)} {event.why}", event.account)


def _lost(event: CommandLost) -> str:
    if isinstance(event.command, Fetch):
        return f"The guard could not {in_words(event.command)}."
    if not event.left:
        return f"The request to {in_words(event.command)} has not left."
    return f"Nobody knows whether the broker got the request to {in_words(event.command)}."


def name_of(account: Account, settings: Settings | None) -> str:
    """The admin's word for an account, else the broker's; empty where neither is known."""
    return (settings.name if settings is not None else "") or account.name


def rule_in(text: str) -> str | None:
    """The rule that a reason names; None where it names none."""
    found = _RULE.search(text)
    return found.group() if found is not None else None


def lock_sentence(lock: LockChange) -> str:
    """A lock's beginning or end."""
    what = lock.symbol or "the account"
    kind = "locked" if lock.kind == "hard" else "in a cooldown"
    if lock.ended:
        return f"{what} is no longer {kind} ({lock.rule})"
    return f"{what} is {kind} until {told_times.lock_end(lock.rule, lock.until)} ({lock.rule})"


def act(command: Command, *, with_reason: bool = True) -> str:
    """A command as what the guard does, with its reason."""
    text = in_words(command)
    return f"The guard asks to {text}" + (f": {command.why}" if with_reason and command.why else "")


def in_words(command: Command) -> str:
    """A command as what is to be done: `close all of MNQ`."""
    match command:
        case Close():
            return f"close all of {symbol_of(command.contract)}"
        case Reduce():
            return f"close {command.size} of {symbol_of(command.contract)}"
        case Cancel():
            return f"cancel order {command.order}"
        case Resize():
            return f"cut order {command.order} to {command.size}"
        case PlaceStop():
            return f"place a stop for {command.size} {symbol_of(command.contract)} at {command.price}"
        case MoveStop():
            return f"move stop {command.order} to {command.price}"
        case Fetch():
            return "read positions and orders"
        case _:
            assert_never(command)
