"""Trades, acts and locks as lines of one story."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.reading import usd
from risk_manager.ipc.answers import ActRow, History, LockRow, TradeRow
from risk_manager.ipc.status import lock_condition


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
    side: str | None = None
    size: int | None = None
    price: Decimal | None = None
    realized_pnl: Decimal | None = None
    costs: Decimal | None = None
    until: datetime | None = None
    """Of a lock; None: it has no time."""
    ended_at: datetime | None = None
    outcome: str | None = None
    why: str | None = None


def lines_of(found: History) -> list[Line]:
    """All that was found as one story, oldest first. Of one instant: what was traded, what it locked, what was done."""
    kinds = (map(_trade, found.trades), map(_lock, found.locks), map(_act, found.acts))
    newest_last = [line for kind in kinds for line in reversed(list(kind))]
    return sorted(newest_last, key=lambda line: line.at)


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
        side=row.side,
        size=row.size,
        price=row.price,
        realized_pnl=row.realized_pnl,
        costs=row.costs,
        outcome="taken back" if row.is_voided else None,
    )


def _act(row: ActRow) -> Line:
    what = f"the guard asks to {row.says}"
    outcome = row.outcome or "no answer yet"
    told = f"{outcome.partition(':')[0]}: {row.outcome_why}" if row.outcome_why else outcome
    why = row.why[:1].upper() + row.why[1:]
    return Line(
        at=row.at,
        kind="act",
        account=row.account,
        symbol=row.symbol,
        rule=row.rule or None,
        what=what,
        says=f"{what} ({told}). {why}".rstrip(),
        outcome=told,
        why=why,
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
        until=row.until,
        ended_at=row.ended_at,
        says=f"{what} ({row.symbol or 'whole account'}) until {end}{over}: {row.why}",
        outcome="stands" if row.ended_at is None else "ended",
        why=row.why,
    )
