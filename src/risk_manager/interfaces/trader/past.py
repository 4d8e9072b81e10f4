"""Trades, acts and locks as lines of one story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.reading import usd
from risk_manager.ipc.answers import ActRow, History, LockRow, TradeRow
from risk_manager.ipc.status import lock_condition

_DOES = {
    "close": "closes all of it",
    "reduce": "closes a part of it",
    "cancel": "cancels",
    "resize": "makes smaller",
    "place_stop": "places a stop",
    "move_stop": "moves a stop",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    at: datetime
    kind: str
    account: int
    symbol: str | None
    """None: no product, or an order that is only known by its number."""
    rule: str | None
    what: str
    """In a few words, for a table."""
    says: str
    """All of it, for a line."""
    realized_pnl: Decimal | None = None
    costs: Decimal | None = None
    outcome: str | None = None
    why: str | None = None


def lines_of(found: History) -> Iterator[Line]:
    """All that was found, a line each, kind after kind."""
    yield from map(_trade, found.trades)
    yield from map(_act, found.acts)
    yield from map(_lock, found.locks)


def _trade(row: TradeRow) -> Line:
    verb = "bought" if row.side == "buy" else "sold"
    what = f"{verb} {row.size} at {row.price}" + (", taken back" if row.is_voided else "")
    worth = f", {usd(row.realized_pnl)}" if row.realized_pnl is not None else ""
    return Line(
        at=row.at,
        kind="trade",
        account=row.account,
        symbol=row.symbol,
        rule=None,
        what=what,
        says=f"{what}{worth}" + (f", costs {usd(row.costs)}" if row.costs else ""),
        realized_pnl=row.realized_pnl,
        costs=row.costs,
    )


def _act(row: ActRow) -> Line:
    target = row.symbol or row.target
    what = f"the guard {_DOES.get(row.kind, row.kind)}: {target}"
    outcome = row.outcome or "no answer yet"
    told = f"{outcome.partition(':')[0]}: {row.outcome_why}" if row.outcome_why else outcome
    return Line(
        at=row.at,
        kind="act",
        account=row.account,
        symbol=row.symbol,
        rule=row.rule or None,
        what=what,
        says=f"{what} ({told}). {row.why}".rstrip(),
        outcome=outcome,
        why=row.why,
    )


def _lock(row: LockRow) -> Line:
    what = "locked" if row.kind == "hard" else "cooldown"
    end = times.both(row.until, row.since, None) if row.until is not None else lock_condition(row.rule)
    over = f", ended {times.both(row.ended_at, row.since, None)}" if row.ended_at is not None else ", stands"
    return Line(
        at=row.since,
        kind="lock",
        account=row.account,
        symbol=row.symbol,
        rule=row.rule,
        what=what,
        says=f"{what} ({row.symbol or 'whole account'}) until {end}{over}: {row.why}",
        outcome="stands" if row.ended_at is None else "ended",
        why=row.why,
    )
