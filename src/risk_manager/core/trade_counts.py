"""What trades add up to: by order, by day, in sliding windows (MOD-008).

A trade that was voided counts nowhere, nor does one that an admin's clear has put behind the line of a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from risk_manager.core.model import OrderId, Trade
from risk_manager.core.state import Account

_ZERO = Decimal(0)


_BY_TIME = attrgetter("at", "arrival")


def counting(account: Account) -> list[Trade]:
    """The trades that count, in the order of their own times."""
    return sorted((trade for trade in account.trades.values() if not trade.voided), key=_BY_TIME)


def newest(account: Account, rule: str, revision: int, arrival: int) -> Trade | None:
    """The trade that is all that has come since a revision of the trades, where it is also the latest by its own time
    and counts for a rule: what is known already goes on with it. None: the trades are to be added up again."""
    if revision + 1 != account.revision or arrival + 1 != account.arrivals:
        return None
    trade = next(reversed(account.trades.values()))
    line = account.lines.get(rule)
    counts = not trade.voided and (line is None or line.is_before(trade))
    return trade if counts and trade.at == account.latest else None


def results_by_order(trades: Iterable[Trade], known: dict[OrderId, Decimal] | None = None) -> dict[OrderId, Decimal]:
    """Gross P&L of each closing order: its exit fills added up, fees left out; on top of what is `known`, which is
    given back itself where nothing is new."""
    results = known if known is not None else {}
    for trade in trades:
        if trade.profit_and_loss is not None:
            results = dict(results) if results is known else results
            results[trade.order] = results.get(trade.order, _ZERO) + trade.profit_and_loss
    return results


def down_to(
    results: dict[OrderId, Decimal], limit: Decimal, new: Trade | None, known: tuple[tuple[OrderId, Decimal], ...]
) -> tuple[tuple[OrderId, Decimal], ...]:
    """The orders whose result is at a limit or below it: those that are `known`, where the one trade that is `new` has
    changed none of them."""
    if new is not None and results.get(new.order, _ZERO) > limit and new.order not in dict(known):
        return known
    return tuple(one for one in results.items() if one[1] <= limit)


def first_fills(trades: Iterable[Trade], known: dict[OrderId, datetime] | None = None) -> dict[OrderId, datetime]:
    """When each order filled first, in the order of those times; on top of what is `known`, which is given back itself
    where nothing is new. The trades are in the order of their times."""
    times = known if known is not None else {}
    for trade in trades:
        if trade.order not in times:
            times = dict(times) if times is known else times
            times[trade.order] = trade.at
    return times
