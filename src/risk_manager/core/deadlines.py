"""When to be woken (MOD-003): the first instant at which something is due without any message."""

from __future__ import annotations

from datetime import datetime

from risk_manager.core import blindness, exits, fills, pursuit
from risk_manager.core.instants import soonest
from risk_manager.core.sight import Sight


def next_due(sight: Sight) -> datetime | None:
    """When an account must be looked at again; always later than now."""
    account, settings, now = sight.account, sight.settings, sight.now
    within = sight.within
    times: list[datetime | None] = [day.end for day in account.days.values()]
    if account.locks or account.waivers:
        times += [lock.until for lock in account.locks]
        times += [waiver.until for waiver in account.waivers]
    if account.fills:
        times.append(fills.next_forgotten(account.fills.values(), within))
    if account.orders or account.fills:
        times.append(exits.next_over(account, now, within))
    if account.spent or not pursuit.is_quiet(account):
        times.append(pursuit.next_due(account))
    if account.positions:
        times.append(blindness.next_due(sight))
    for armed in settings.rules:
        if armed.rule.next_due is not None:
            times.append(armed.rule.next_due(sight, armed.config))
    return soonest(times, sight.now)
