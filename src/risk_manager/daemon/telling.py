"""What the guard has done, in the trader's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import CommandHeld, CommandLost, CommandRefused
from risk_manager.core.record import LockChange
from risk_manager.daemon.guard import Taken

_MARKET = ZoneInfo("America/Chicago")


def sentences(taken: Taken) -> Iterator[str]:
    """Everything of a step that people should hear of, in order: breaches, locks, acts, alerts, refusals."""
    step, event = taken.step, taken.event
    for breach in step.breaches:
        yield f"{breach.rule} {'is waived: ' if breach.waived else ''}{breach.why}"
    for lock in step.locks:
        yield lock_sentence(lock)
    told = {f"{breach.rule}: {breach.why}" for breach in step.breaches}
    for command in step.commands:
        if not isinstance(command, Fetch):
            yield act(command, with_reason=command.why not in told)
    for alert in step.alerts:
        if alert.text not in told:
            yield f"{alert.severity.value.upper()}: {alert.text}"
    if isinstance(event, CommandRefused):
        yield f"The broker refused to {_plain(event.command)}: {event.why}"
    if isinstance(event, CommandHeld):
        yield f"The guard has not sent the request to {_plain(event.command)}: {event.why}"
    if isinstance(event, CommandLost):
        yield f"Nobody knows whether the broker got the request to {_plain(event.command)}: {event.why}"


def lock_sentence(lock: LockChange) -> str:
    """A lock's beginning or end."""
    what = lock.symbol or "the account"
    kind = "locked" if lock.kind == "hard" else "in a cooldown"
    if lock.ended:
        return f"{what} is no longer {kind} ({lock.rule})"
    return f"{what} is {kind} until {when(lock.until)} ({lock.rule})"


def when(at: datetime | None) -> str:
    """An instant in the trader's own time and the market's; without one, the condition."""
    if at is None:
        return "its condition ends"
    here, there = at.astimezone(), at.astimezone(_MARKET)
    return f"{here:%a %H:%M:%S} here, {there:%a %H:%M:%S} in Chicago"


def act(command: Command, *, with_reason: bool = True) -> str:
    """A command as what the guard does, with its reason."""
    text = _plain(command)
    return f"The guard asks to {text}" + (f": {command.why}" if with_reason and command.why else "")


def _plain(command: Command) -> str:
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
