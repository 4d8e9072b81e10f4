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


def results_by_order(trades: Iterable[Trade]) -> dict[OrderId, Decimal]:
    """Gross P&L of each closing order: its exit fills added up, fees left out."""
    results: dict[OrderId, Decimal] = {}
    for trade in trades:
        if trade.profit_and_loss is not None:
            results[trade.order] = results.get(trade.order, _ZERO) + trade.profit_and_loss
    return results


def first_fills(trades: Iterable[Trade]) -> dict[OrderId, datetime]:
    """When each order filled first, in the order of those times. The trades are in the order of their times."""
    times: dict[OrderId, datetime] = {}
    for trade in trades:
        times.setdefault(trade.order, trade.at)
    return times
