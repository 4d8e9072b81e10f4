"""From a configured action to what it does: the wishes and the lock of a finding about the whole account."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from risk_manager.core import told_times, trading_day
from risk_manager.core.model import ContractId, Symbol
from risk_manager.core.rule import CloseAll, CloseContract, Finding, LockKind, LockWish, Wish
from risk_manager.core.settings import Action, Defaults, ResetTime, WallTime, ZoneName


def own_reset(at: WallTime | None, zone: ZoneName | None, defaults: Defaults) -> ResetTime:
    """A rule's own trading day; what it leaves out is the defaults'."""
    return ResetTime(at if at is not None else defaults.reset_time, zone if zone is not None else defaults.timezone)


def about_account(
    action: Action,
    why: str,
    reset: ResetTime,
    now: datetime,
    *,
    about: str = "",
    value: Decimal | None = None,
    limit: Decimal | None = None,
) -> Finding:
    """A finding that concerns the account: its action, and a lock until the reset where the action has one."""
    wishes: tuple[Wish, ...] = () if action is Action.ALERT else (CloseAll(),)
    lock = None
    if action is Action.CLOSE_ALL_AND_LOCKOUT:
        lock = LockWish(kind=LockKind.HARD, until=trading_day.next_reset(now, reset))
    return Finding(about=about, why=why, wishes=wishes, lock=lock, value=value, limit=limit)


def about_contract(contract: ContractId, symbol: Symbol, why: str, value: Decimal, limit: Decimal) -> Finding:
    """A finding that concerns one position: it is closed, with the orders of its contract."""
    return Finding(about=contract, why=why, wishes=(CloseContract(contract),), symbol=symbol, value=value, limit=limit)


_THEN: Final = {
    Action.ALERT: "You are told; nothing is closed.",
    Action.CLOSE_ALL: "Everything is closed.",
    Action.CLOSE_POSITION: "The position is closed.",
}


def then(action: Action, reset: ResetTime) -> str:
    """What an action does, for people to read before it happens."""
    locked = f"Everything is closed and the account is locked until {told_times.wall(reset.at, reset.zone)}."
    return _THEN.get(action, locked)
