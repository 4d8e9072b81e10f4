"""Trades are booked: each once, into the trading days that they belong to by their own time (MOD-005, MOD-008)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core import trading_day
from risk_manager.core.model import Trade, TradeId
from risk_manager.core.settings import ResetTime, Settings
from risk_manager.core.state import Account, Day

KEPT = timedelta(hours=48)
"""How long a trade is kept at least: every trading day that a rule may be given has begun by then."""
_ENDED_KEPT = timedelta(hours=1)
_READ_LEAST = timedelta(hours=1)
_ZERO = Decimal(0)


def resets_of(settings: Settings) -> tuple[ResetTime, ...]:
    """Every trading day that somebody counts in, the account's own first."""
    resets = [settings.defaults.reset]
    for armed in settings.rules:
        if armed.rule.reset_of is not None:
            reset = armed.rule.reset_of(armed.config, settings.defaults)
            if reset not in resets:
                resets.append(reset)
    return tuple(resets)


def read_from(settings: Settings, now: datetime) -> datetime:
    """From when on trades are asked for: the start of the oldest day that somebody counts in, and an hour at least."""
    return min(*(trading_day.last_reset(now, reset) for reset in resets_of(settings)), now - _READ_LEAST)


def open_days(account: Account, settings: Settings, now: datetime) -> Account:
    """The account with the days of its settings, as they stand at `now`."""
    days = {
        trading_day.key(reset): _day(account, trading_day.last_reset(now, reset), trading_day.next_reset(now, reset))
        for reset in resets_of(settings)
    }
    return replace(account, days=days, own_day=trading_day.key(settings.defaults.reset))


def turn_days(account: Account, settings: Settings, now: datetime) -> Account:
    """Begin the days whose reset has come; what nobody asks for any more is let go of."""
    account = open_days(account, settings, now)
    oldest = min(min(day.start for day in account.days.values()), now - KEPT)
    trades = {key: trade for key, trade in account.trades.items() if trade.at >= oldest}
    ended = {key: at for key, at in account.ended.items() if at > now - _ENDED_KEPT}
    told = {key: at for key, at in account.told.items() if key in account.positions}
    closed = {key: at for key, at in account.closed.items() if at > now - _ENDED_KEPT}
    latest = max((trade.at for trade in trades.values()), default=None)
    return replace(
        account, trades=trades, latest=latest, ended=ended, told=told, closed=closed, revision=account.revision + 1
    )


def book(account: Account, trade: Trade, now: datetime) -> tuple[Account, bool]:
    """Book a trade, or its voiding. The flag says whether it is a fill that we had not heard of and that counts.

    A repeated trade changes nothing. One that is older than every day and window under way is not kept.
    """
    known = account.trades.get(trade.id)
    if known is not None:
        if not trade.voided or known.voided:
            return account, False
        account = _store(account, replace(known, voided=True))
        return replace(account, days=_counted(account.days, known, sign=-1)), False
    if account.days and trade.at < min(min(day.start for day in account.days.values()), now - KEPT):
        return account, False
    trade = replace(trade, arrival=account.arrivals + 1)
    account = replace(_store(account, trade), arrivals=trade.arrival)
    if trade.voided:
        return account, False
    return replace(account, days=_counted(account.days, trade, sign=1)), True


def in_day(trades: Iterable[Trade], day: Day) -> list[Trade]:
    """The trades of a day that count, by their own time."""
    return [trade for trade in trades if not trade.voided and day.start <= trade.at < day.end]


def _store(account: Account, trade: Trade) -> Account:
    trades: dict[TradeId, Trade] = {**account.trades, trade.id: trade}
    latest = trade.at if not account.trades else account.latest and max(account.latest, trade.at)
    return replace(account, trades=trades, latest=latest, revision=account.revision + 1)


def _counted(days: dict[str, Day], trade: Trade, sign: int) -> dict[str, Day]:
    gross = (trade.profit_and_loss or _ZERO) * sign
    costs = trade.costs * sign
    return {
        key: replace(day, gross=day.gross + gross, costs=day.costs + costs) if day.start <= trade.at < day.end else day
        for key, day in days.items()
    }


def _day(account: Account, start: datetime, end: datetime) -> Day:
    trades = in_day(account.trades.values(), Day(start=start, end=end))
    return Day(
        start=start,
        end=end,
        gross=sum((trade.profit_and_loss or _ZERO for trade in trades), _ZERO),
        costs=sum((trade.costs for trade in trades), _ZERO),
    )
