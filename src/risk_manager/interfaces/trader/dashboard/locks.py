"""Locks in words: what is locked, until when, why, and what to do now."""

from __future__ import annotations

from datetime import datetime

from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.picture import Guarding
from risk_manager.ipc.news import LockNews
from risk_manager.ipc.status import LockStatus, lock_condition


def of_account(moment: Moment) -> list[LockStatus]:
    """Locks of the whole account: hard ones first, of a kind the one that ends last."""
    found = [one for one in moment.account.locks if one.symbol is None]
    return sorted(found, key=_order)


def _order(lock: LockStatus) -> tuple[bool, bool, float, datetime]:
    return lock.kind != "hard", lock.until is not None, -lock.until.timestamp() if lock.until else 0.0, lock.since


def of_symbols(moment: Moment) -> list[LockStatus]:
    """Locks of one symbol each."""
    return [one for one in moment.account.locks if one.symbol is not None]


def headline(lock: LockStatus, moment: Moment) -> str:
    """`LOCKED for 6:12:44, until 17:00 Chicago`."""
    what = "LOCKED" if lock.kind == "hard" else "COOLDOWN"
    return f"{lock.symbol} {what}" + _end(lock, moment) if lock.symbol else what + _end(lock, moment)


def _end(lock: LockStatus, moment: Moment) -> str:
    if lock.until is None:
        return f" until {lock_condition(lock.rule)}"
    if lock.until <= moment.now:
        return f": should have ended {times.both(lock.until, moment.now, moment.zone)}"
    left = times.until(lock.until, moment.now)
    return f" for {left}, until {times.both(lock.until, moment.now, moment.zone)}"


def reason(lock: LockStatus, moment: Moment) -> str:
    """Why, and by which rule."""
    rule = moment.rule_name(lock.rule)
    why = lock.why.rstrip(".")
    return f"{why}. Rule: {rule}." if rule else f"{why}."


def told(lock: LockStatus, moment: Moment) -> str:
    """All of it in one sentence or two."""
    return f"{headline(lock, moment)}: {reason(lock, moment)}"


def advice(lock: LockStatus | LockNews, guarding: Guarding = Guarding.SURE) -> str:
    """What to do now. Only of a guard that can do it is said that it closes and takes back."""
    if guarding is not Guarding.SURE:
        what = "only close and reduce" if lock.kind != "hard" else "open nothing"
        when = "is back" if guarding is Guarding.AWAY else "hears the broker again"
        return f"It stands, and is enforced when the guard {when}: {what}{f' in {lock.symbol}' if lock.symbol else ''}."
    if lock.kind != "hard":
        what = f"in {lock.symbol}" if lock.symbol else "here"
        return f"You may close and reduce {what}; whatever adds is taken back."
    if lock.symbol:
        return f"Leave {lock.symbol} alone: what you open there is closed at once. This lock is of {lock.symbol} alone."
    return "What you open is closed at once: step away."


def free_at(moment: Moment) -> datetime | None:
    """When the last lock of the whole account ends; None where one has no time, or none stands."""
    ends = [one.until for one in of_account(moment)]
    known = [one for one in ends if one is not None]
    return max(known) if known and len(known) == len(ends) else None
