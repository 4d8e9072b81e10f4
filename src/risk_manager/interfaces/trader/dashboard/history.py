"""What happened: what the guard has done and why, and the fills of the day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from risk_manager.interfaces.trader.dashboard import money, table, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.now import acts_of
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, cut, line, title, wrapped
from risk_manager.interfaces.trader.dashboard.table import Column
from risk_manager.interfaces.trader.reading import usd
from risk_manager.ipc.status import ActStatus, TradeStatus

_STAYS, _FRESH = timedelta(minutes=1), timedelta(minutes=5)
_COLUMNS = [
    Column("Time"),
    Column("Chicago", keep=1),
    Column("Fill"),
    Column("Price", is_right=True),
    Column("Result", is_right=True),
    Column("Costs", is_right=True),
    Column("Order", keep=0),
]


def lines(moment: Moment, width: int) -> list[Line]:
    """Both, newest first; times are the trader's own."""
    return [*_acts(moment, width), line(), *_trades(moment, width)]


def newest(moment: Moment, width: int) -> Line:
    """What the guard has done or said last, all of that instant in order, as far as one line goes.

    What should not be missed stays for a minute, whatever comes after it.
    """
    acts = acts_of(moment)
    if not acts:
        return line(Span("The guard has done nothing yet.", Tone.FAINT))
    loud = (one for one in acts if one.is_loud and acts[0].at - one.at < _STAYS)
    first = next(loud, acts[0])
    together = [one for one in reversed(acts) if one.at == first.at]
    text = f"{times.stamp(first.at, moment.now, moment.zone)} {'. '.join(one.says.rstrip('.') for one in together)}."
    is_fresh = first.is_loud and moment.now - first.at < _FRESH
    return line(Span(cut(text, width), Tone.BAD if is_fresh else Tone.PLAIN))


def _acts(moment: Moment, width: int) -> list[Line]:
    acts = acts_of(moment)
    head = title("What the guard did (newest first)")
    if not acts:
        return [head, line("Nothing yet.")]
    text = [head]
    for one in acts:
        tone = Tone.BAD if one.is_loud else Tone.PLAIN
        text += wrapped(_told(one), width, first=f"{times.stamp(one.at, moment.now, moment.zone)}  ", tone=tone)
    return text


def _told(act: ActStatus) -> str:
    says = act.says[:1].upper() + act.says[1:]
    return f"! {says}" if act.is_loud else says


def _trades(moment: Moment, width: int) -> list[Line]:
    trades = moment.account.trades
    if not trades:
        return [title("Trades of the day"), line("None yet.")]
    costs = sum((one.costs for one in trades), Decimal(0))
    head = title(f"Trades of the day: {len(trades)} fills, costs {usd(costs)} (newest first)")
    return [head, *table.lines(_COLUMNS, [_row(one, moment) for one in reversed(trades)], width)]


def _row(trade: TradeStatus, moment: Moment) -> list[Span]:
    return [
        Span(times.stamp(trade.at, moment.now, moment.zone)),
        Span(times.stamp(trade.at, moment.now, times.CHICAGO)),
        Span(f"{trade.side} {trade.size} {trade.symbol}", Tone.STRONG),
        Span(money.price(trade.price)),
        Span("entry", Tone.FAINT) if trade.realized_pnl is None else money.result(trade.realized_pnl),
        Span(usd(trade.costs)),
        Span(str(trade.order), Tone.FAINT),
    ]
