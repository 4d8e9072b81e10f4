"""Accounts that an earlier guard has watched and this one does not: what stood for them is said, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from risk_manager.core import told_times
from risk_manager.core.model import AccountId
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from risk_manager.store import Recovered

_KEPT: Final = "A lock is kept, and stands again when the account comes back into accounts.yaml before it ends."


class Unguarded(NamedTuple):
    """An account that nobody watches any more."""

    says: str
    is_new: bool
    """The guard before this one has still watched it."""


def unguarded(found: Recovered, settings: Mapping[AccountId, Settings], now: datetime) -> Iterator[Unguarded]:
    """The accounts of what was `found` that are none of `settings`, those of now."""
    for key, account in sorted(found.was.accounts.items() if found.was is not None else ()):
        if key in settings:
            continue
        standing = "; ".join(_standing(account, now))
        stood = f"For it stood: {standing}. {_KEPT}" if standing else "No lock and no waiver stood for it."
        says = f"WARNING: Account {key} is not guarded any more: it is not in accounts.yaml. {stood}"
        yield Unguarded(says, is_new=key in found.settings)


def _standing(account: Account, now: datetime) -> Iterator[str]:
    for lock in account.locks:
        if lock.until is None or lock.until > now:
            kind = "locked" if lock.kind.value == "hard" else "in a cooldown"
            ends = told_times.lock_end(lock.rule, lock.until)
            yield f"{lock.symbol or 'the account'} {kind} until {ends} ({lock.rule}: {lock.why})"
    for waiver in account.waivers:
        if waiver.until > now:
            yield f"{waiver.rule} waived until {told_times.named(waiver.until)}, or until it comes back"
