"""What is always in sight: is it guarding, how old is this, whose account, what time, the market, the money."""

from __future__ import annotations

from risk_manager.interfaces.trader.dashboard import market, money, times
from risk_manager.interfaces.trader.dashboard.accounts import is_locked
from risk_manager.interfaces.trader.dashboard.moment import Moment, total
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, apart, cut, fitting, line
from risk_manager.interfaces.trader.reading import usd


def lines(moment: Moment, width: int) -> list[Line]:
    """Three lines, and a fourth where there are several accounts."""
    several = [_accounts(moment, width)] if len(moment.status.accounts) > 1 else []
    return [_state(moment, width), _market(moment, width), _money(moment, width), *several]


def connection(moment: Moment) -> Span:
    """One word for whether the guard is there and sees."""
    if not moment.is_running:
        return Span("NOT RUNNING", Tone.BAD)
    if moment.is_offline:
        return Span("OFFLINE", Tone.BAD)
    if moment.is_blind:
        return Span("BLIND", Tone.BAD)
    if moment.account.is_asleep:
        return Span("NOT READ YET", Tone.CAUTION)
    return Span("GUARDING", Tone.GOOD)


def _state(moment: Moment, width: int) -> Line:
    account = moment.account
    word, gap = connection(moment), Span(" · ", Tone.FAINT)
    old = Span(f"data {times.age(moment.age_seconds)} old", Tone.PLAIN if moment.is_running else Tone.BAD)
    here = "" if times.is_market_time(moment.now, moment.zone) else f"{times.clock(moment.now, moment.zone)} here  "
    clocks = f"{here}{times.clock(moment.now, times.CHICAGO)} Chicago"
    room = width - len(word.text + old.text + clocks) - 2 * len(gap.text) - 1
    name = cut(f"{account.id} {account.name}".strip(), max(8, room))
    return apart(line(word, gap, Span(name, Tone.STRONG), gap, old), line(clocks), width)


def _market(moment: Moment, width: int) -> Line:
    parts = market.parts(moment.status.market, moment.now, moment.zone, width)
    if moment.account.day_ends_at is not None:
        parts.append(line(f"reset {times.moment_of(moment.account.day_ends_at, moment.now, times.CHICAGO)}"))
    return fitting(parts, width)


def _money(moment: Moment, width: int) -> Line:
    account = moment.account
    balance = usd(account.balance) if account.balance is not None else "not told yet"
    day = line("Day ", Span(money.signed(account.net_pnl), money.result(account.net_pnl).tone))
    opened = line("open ", money.result(account.unrealized_pnl), *_price_age(moment))
    realized = line("realized ", money.result(account.realized_pnl))
    return fitting([day, opened, realized, line(f"balance {balance}")], width, gap="  ")


def _price_age(moment: Moment) -> Line:
    """How old the prices are that the open P&L hangs on."""
    age = moment.oldest_price_seconds
    if moment.has_unpriced:
        return line(Span(" (NO PRICE)", Tone.BAD))
    if age is None:
        return ()
    is_old = moment.has_old_prices
    return line(Span(f" ({'OLD ' if is_old else ''}{times.age(age)})", Tone.BAD if is_old else Tone.FAINT))


def _accounts(moment: Moment, width: int) -> Line:
    accounts = moment.status.accounts
    locked = sum(1 for one in accounts if is_locked(one))
    symbols = sum(1 for one in accounts if any(lock.symbol is not None and lock.kind == "hard" for lock in one.locks))
    cooling = sum(1 for one in accounts if not one.is_tradable and not is_locked(one))
    exposed = sum(1 for one in accounts if any(p.unprotected_since is not None for p in one.positions))
    parts = [
        line(f"{len(accounts)} accounts: day ", money.result(total(moment.status))),
        line(
            Span(f"{locked} LOCKED", Tone.BAD)
            if locked
            else Span("no whole account locked" if symbols else "none locked")
        ),
        *([line(Span(f"symbols LOCKED in {symbols}", Tone.CAUTION))] if symbols else []),
        *([line(Span(f"{cooling} in a COOLDOWN", Tone.CAUTION))] if cooling else []),
        line(Span(f"{exposed} without a stop", Tone.CAUTION)) if exposed else line("none without a stop"),
        line(Span("a: choose", Tone.FAINT)),
    ]
    return fitting(parts, width)
