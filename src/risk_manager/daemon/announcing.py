"""A step of the guard as notices for people who are not at the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from risk_manager.config.channels import Event
from risk_manager.config.rule_table import known_rules
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.events import AdminActed, AnyEvent, Cleared, Reloaded, ReloadRefused
from risk_manager.core.model import AccountId
from risk_manager.core.record import Alert, Breach, LockChange, Severity
from risk_manager.core.settings import Settings
from risk_manager.core.state import State
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.news import begun_day
from risk_manager.daemon.telling import in_words, lock_sentence, name_of, rule_in
from risk_manager.notify.notice import Notice

HARD: Final = "hard"
LOCKED: Final = "Nothing can be opened before that: the guard closes whatever appears."
LOCKED_SYMBOL: Final = "Nothing of {symbol} can be opened before that: the guard closes whatever of it appears."
COOLING: Final = "What is open may stay, shrink and be closed; what is added is closed again."
COOLING_SYMBOL: Final = "What is open of {symbol} may stay, shrink and be closed; what is added to it is closed again."
UNLOCKED: Final = "Nothing is locked: go on within the limit."
WAIVED: Final = "An admin has waived the rule for this: nothing is done about it."
LOOK: Final = "Look at the platform yourself until this is over. risk-manager doctor says what to mend."
FREE: Final = "You may trade again."
STILL: Final = "Another lock still stands: risk-manager status shows it."
_OF_SETTINGS: Final = (AdminActed, Cleared, Reloaded, ReloadRefused)


class Announcing:
    """Listens to the guard, and has people told."""

    def __init__(self, put: Callable[[Notice], None], state: State, settings: Mapping[AccountId, Settings]) -> None:
        """`put` takes a notice and is never waited for; `state` is what is believed before the first step, `settings`
        are those in force, also later."""
        self._put = put
        self._before = state
        self._settings = settings
        self._keys = {rule.id: rule.key for rule in known_rules()}

    def heard(self, taken: Taken) -> None:
        """A step of the guard."""
        for notice in notices(self._before, taken, self._keys):
            known = taken.step.state.accounts.get(notice.account) if notice.account is not None else None
            name = name_of(known, self._settings.get(known.id)) if known is not None else ""
            self._put(replace(notice, account_name=name))
        self._before = taken.step.state


def notices(before: State, taken: Taken, keys: Mapping[str, str]) -> Iterator[Notice]:
    """All that a step has for people: breaches with what is done and when it ends, locks, alerts, a new day. `keys`
    are the rules' words of the configuration by their ids."""
    step = taken.step
    loudness = {(one.account, one.text): one.severity for one in step.alerts}
    told: set[tuple[AccountId | None, str]] = set()
    named: list[LockChange] = []
    for breach in step.breaches:
        text = f"{breach.rule}: {breach.why}"
        told.add((breach.account, text))
        lock = _lock_of(breach, step.locks)
        if lock is not None:
            named.append(lock)
        yield _breach(breach, lock, taken, loudness.get((breach.account, text), Severity.INFO), keys)
    for lock in step.locks:
        if lock not in named:
            yield _lock(lock, taken, keys)
    for alert in step.alerts:
        if (alert.account, alert.text) not in told:
            yield _alert(alert, taken, keys)
    if step.state.accounts is not before.accounts:
        yield from _new_days(before, taken)


def _new_days(before: State, taken: Taken) -> Iterator[Notice]:
    for key, account in taken.step.state.accounts.items():
        was = before.accounts.get(key)
        if was is None or was is account or begun_day(was, account) is None:
            continue
        yield Notice(
            severity=Severity.INFO,
            event=Event.RESET.value,
            at=taken.at,
            says="A new trading day has begun: what counts per day begins anew.",
            account=key,
        )


def _breach(
    breach: Breach, lock: LockChange | None, taken: Taken, severity: Severity, keys: Mapping[str, str]
) -> Notice:
    stand = taken.step.state.accounts[breach.account].locks
    then = WAIVED if breach.waived else _then(lock) if lock is not None else STILL if stand else UNLOCKED
    return Notice(
        severity=severity,
        event=Event.BREACH.value,
        at=taken.at,
        says=breach.why,
        account=breach.account,
        rule=breach.rule,
        rule_key=keys.get(breach.rule, ""),
        value=breach.value,
        limit=breach.limit,
        acts=tuple(in_words(one) for one in taken.step.commands if _answers(one, breach, taken.step.breaches)),
        until=lock.until if lock is not None else None,
        ends=_sentence(lock) if lock is not None else "",
        then=then,
    )


def _lock(lock: LockChange, taken: Taken, keys: Mapping[str, str]) -> Notice:
    account = taken.step.state.accounts[lock.account]
    then = (STILL if account.locks else FREE) if lock.ended else _then(lock)
    return Notice(
        severity=Severity.INFO,
        event=(Event.UNLOCK if lock.ended else Event.LOCK).value,
        at=taken.at,
        says=_sentence(lock),
        account=lock.account,
        rule=lock.rule,
        rule_key=keys.get(lock.rule, ""),
        until=None if lock.ended else lock.until,
        then=then,
    )


def _alert(alert: Alert, taken: Taken, keys: Mapping[str, str]) -> Notice:
    rule = rule_in(alert.text) or ""
    return Notice(
        severity=alert.severity,
        event=_event_of(taken.event).value,
        at=taken.at,
        says=alert.text.removeprefix(f"{rule}: ") if rule else alert.text,
        account=alert.account,
        rule=rule,
        rule_key=keys.get(rule, ""),
        then=LOOK if alert.severity is Severity.CRITICAL else "",
    )


def _event_of(event: AnyEvent) -> Event:
    return Event.SETTINGS if isinstance(event, _OF_SETTINGS) else Event.ALERT


def _then(lock: LockChange) -> str:
    if lock.symbol is None:
        return LOCKED if lock.kind == HARD else COOLING
    return (LOCKED_SYMBOL if lock.kind == HARD else COOLING_SYMBOL).format(symbol=lock.symbol)


def _lock_of(breach: Breach, locks: Sequence[LockChange]) -> LockChange | None:
    """The lock that a breach has set: it has the breach's own sentence. One that is prolonged has that of its
    beginning, and is known by what it is about."""
    own = [one for one in locks if not one.ended and (one.account, one.rule) == (breach.account, breach.rule)]
    mine = [one for one in own if one.why == breach.why]
    mine = mine or [one for one in own if one.symbol is None or one.symbol == breach.about]
    return max(mine, key=lambda one: one.kind == HARD, default=None)


def _answers(command: Command, breach: Breach, breaches: Sequence[Breach]) -> bool:
    if isinstance(command, Fetch) or command.account != breach.account or rule_in(command.why) != breach.rule:
        return False
    return _names(command, breach) or not any(_names(command, other) for other in breaches)


def _names(command: Command, breach: Breach) -> bool:
    """Whether the reason is this breach: after the rule, or in brackets behind the lock's words."""
    return any(f"{mark}{breach.why}" in command.why for mark in (": ", "("))


def _sentence(lock: LockChange) -> str:
    text = lock_sentence(lock).removesuffix(f" ({lock.rule})")
    return f"{text[0].upper()}{text[1:]}."
