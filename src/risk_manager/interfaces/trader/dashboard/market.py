"""The market's clock in words: open or closed, until when, and the next days that are not like others."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, plain
from risk_manager.ipc.status import MarketStatus


def parts(market: MarketStatus | None, now: datetime, zone: tzinfo | None, width: int) -> list[Line]:
    """How it is now, then each day that is not like others, the nearest first. The first has room in `width`."""
    if market is None or market.changes_at <= now:
        return [line("Market hours are not known now")]
    return [_now(market, now, zone, width), *(line(says) for _, says in sorted(_other_days(market, now)))]


def _now(market: MarketStatus, now: datetime, zone: tzinfo | None, width: int) -> Line:
    closed = "HOLIDAY: market CLOSED" if _is_closed_for_a_holiday(market) else "Market CLOSED"
    word = Span("Market open", Tone.GOOD) if market.is_open else Span(closed, Tone.CAUTION)
    until = "until the early close" if _closes_early(market) else "until"
    left = times.until(market.changes_at, now)
    told = line(word, f" {until} {times.both(market.changes_at, now, zone)}, {left}")
    if len(plain(told)) <= width:
        return told
    return line(word, f" {until} {times.moment_of(market.changes_at, now, times.CHICAGO)} Chicago, {left}")


def _closes_early(market: MarketStatus) -> bool:
    """True while the next close is one that comes before the usual hour."""
    return market.is_open and market.changes_at == market.next_early_close


def _is_closed_for_a_holiday(market: MarketStatus) -> bool:
    """True while a holiday lies before the next opening."""
    opens = market.changes_at.astimezone(times.CHICAGO).date()
    return not market.is_open and market.next_holiday is not None and market.next_holiday <= opens


def _other_days(market: MarketStatus, now: datetime) -> list[tuple[date, str]]:
    """By the exchange's date. What the present hours are due to is told with them."""
    days: list[tuple[date, str]] = []
    if market.next_early_close is not None and not _closes_early(market):
        early = times.moment_of(market.next_early_close, now, times.CHICAGO)
        days.append((market.next_early_close.astimezone(times.CHICAGO).date(), f"early close {early}"))
    if market.next_holiday is not None and not _is_closed_for_a_holiday(market):
        days.append((market.next_holiday, f"holiday {market.next_holiday:%a %b} {market.next_holiday.day}"))
    return days
