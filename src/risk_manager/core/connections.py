"""What concerns the guard itself: its connections, its login, its configuration, what it cannot read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from risk_manager.core import told_times
from risk_manager.core.commands import Cancel, MoveStop, Resize
from risk_manager.core.events import (
    AccountSeen,
    AdminActed,
    AnyEvent,
    Cleared,
    CommandHeld,
    CommandRefused,
    HubBack,
    HubLost,
    LoginRefused,
    OrderSeen,
    PositionSeen,
    Refusal,
    Reloaded,
    ReloadRefused,
    StoreBack,
    StoreLost,
    TradeSeen,
    Unreadable,
)
from risk_manager.core.model import AccountId
from risk_manager.core.pursuit import without
from risk_manager.core.record import Alert, Severity
from risk_manager.core.settings import Settings
from risk_manager.core.state import Away, State

TOLD_AFTER = timedelta(seconds=5)
"""A hub that is gone as long raises a critical alert."""
_OF_THE_MARKET = frozenset({PositionSeen, OrderSeen, TradeSeen, AccountSeen})
"""What comes all the time, and is no news of the guard itself."""


def heard(
    state: State, event: AnyEvent, settings: Mapping[AccountId, Settings], now: datetime
) -> tuple[State, list[Alert]]:
    """The state after news of the guard itself, and what people must hear of it."""
    state, told = _told_of_lost_hubs(state, settings, now) if state.away else (state, [])
    if type(event) in _OF_THE_MARKET:
        return state, told
    state, alerts = _told_of(state, event, settings, now)
    return state, told + alerts


def _told_of(
    state: State, event: AnyEvent, settings: Mapping[AccountId, Settings], now: datetime
) -> tuple[State, list[Alert]]:
    alerts: list[Alert] = []
    match event:
        case HubLost():
            if event.hub not in state.away:
                state = replace(state, away={**state.away, event.hub: Away(now, event.why)})
        case HubBack():
            away = state.away.get(event.hub)
            state = replace(state, away=without(state.away, event.hub))
            if away is not None and away.is_told:
                text = f"The connection to {event.hub.in_words} is back."
                alerts.append(Alert(severity=Severity.INFO, text=text, at=now))
        case ReloadRefused():
            alerts.append(_of_refusal(event, now))
        case Reloaded():
            alerts += _told_of_no_rules(event, settings, now)
        case AdminActed():
            alerts.append(_of_admin(event, now))
        case LoginRefused():
            if _wants(settings, "alert_on_auth_failure"):
                text = f"The gateway refuses the login. {event.why}"
                alerts.append(Alert(severity=Severity.CRITICAL, text=text, at=now))
        case Cleared():
            if state.unsaved:
                text = "Nothing can be saved at the moment, so no lock is cleared. Clear it when writing works again."
                alerts.append(Alert(severity=Severity.CRITICAL, text=text, at=now, account=event.account))
        case StoreLost():
            state = replace(state, unsaved=True)
            text = f"Nothing can be saved: {event.why} The guard goes on from memory, and a restart would forget."
            alerts.append(Alert(severity=Severity.CRITICAL, text=text, at=now))
        case StoreBack():
            state = replace(state, unsaved=False)
            alerts.append(Alert(severity=Severity.INFO, text="Everything is saved again.", at=now))
        case CommandHeld():
            if event.opens:
                text = f"A request is held back: {event.why}"
                alerts.append(Alert(severity=Severity.CRITICAL, text=text, at=now, account=event.account))
        case CommandRefused(refusal=Refusal.NOT_SUPPORTED):
            alerts += _told_of_what_may_not_be(state, event, now)
        case Unreadable():
            if not state.unreadable:
                text = f"A message of {event.source} cannot be read: {event.why}. More of them are counted."
                alerts.append(Alert(severity=Severity.WARNING, text=text, at=now))
            state = replace(state, unreadable=state.unreadable + 1)
        case _:
            pass
    return state, alerts


def _told_of_what_may_not_be(state: State, event: CommandRefused, now: datetime) -> list[Alert]:
    """What people must do themselves: orders that the gateway does not let us cancel or change. Told once for each."""
    command, account = event.command, state.accounts.get(event.account)
    if account is None or not isinstance(command, Cancel | Resize | MoveStop):
        return []
    change = account.changes.get(command.order)
    if change is None or change.tries > 1:
        return []
    word = "cancelled" if isinstance(command, Cancel) else "changed"
    text = (
        f"Order {command.order} cannot be {word}: the gateway does not allow it on this account. It stays, and what "
        f"must not be open is closed as soon as it fills. Cancel it on the platform. ({event.why})"
    )
    return [Alert(severity=Severity.CRITICAL, text=text, at=now, account=event.account)]


def _of_refusal(event: ReloadRefused, now: datetime) -> Alert:
    refused = "The new configuration is refused, the running one stays."
    text = f"{'A part of the new configuration waits.' if event.is_part else refused} {event.why}"
    return Alert(severity=Severity.WARNING, text=text, at=now)


def _told_of_no_rules(event: Reloaded, settings: Mapping[AccountId, Settings], now: datetime) -> list[Alert]:
    """A rule that has changed and is not there any more has gone; with the last one goes all protection."""
    known = settings.get(event.account)
    if known is None or known.rules or not event.changed:
        return []
    text = (
        f"No rule protects account {event.account} any more: the new settings have switched off the last of them "
        f"({', '.join(event.changed)}). Put them back into the configuration if that is not meant."
    )
    return [Alert(severity=Severity.CRITICAL, text=text, at=now, account=event.account)]


def _of_admin(event: AdminActed, now: datetime) -> Alert:
    did, severity = ("tried to", Severity.WARNING) if event.is_refused else ("asked to", Severity.INFO)
    return Alert(severity=severity, text=f"User {event.user} {did} {event.what}", at=now)


def _told_of_lost_hubs(
    state: State, settings: Mapping[AccountId, Settings], now: datetime
) -> tuple[State, list[Alert]]:
    alerts: list[Alert] = []
    for hub, away in state.away.items():
        if away.is_told or now < away.since + TOLD_AFTER:
            continue
        state = replace(state, away={**state.away, hub: replace(away, is_told=True)})
        if _wants(settings, "alert_on_disconnect"):
            text = (
                f"The connection to {hub.in_words} is lost since {told_times.named(away.since)}. The guard is "
                "blind there and goes on trying; nothing is closed for it."
            )
            alerts.append(Alert(severity=Severity.CRITICAL, text=text, at=now))
    return state, alerts


def _wants(settings: Mapping[AccountId, Settings], name: str) -> bool:
    """True unless RULE-010 has the alert switched off for every account."""
    armed = [one.armed("RULE-010") for one in settings.values()]
    return any(one is None or getattr(one.config, name) for one in armed)


def next_due(state: State) -> datetime | None:
    """When a lost connection is to be told."""
    return min((away.since + TOLD_AFTER for away in state.away.values() if not away.is_told), default=None)
