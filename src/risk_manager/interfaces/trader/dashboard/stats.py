"""The day in numbers: the line of the result, how often it was won, what each symbol brought, how much was traded."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from risk_manager.interfaces.trader.dashboard import chart, money, table, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, title, wrapped
from risk_manager.interfaces.trader.dashboard.table import Column
from risk_manager.ipc.status import TradeStatus

_CHART_HEIGHT = 5
_AXIS = 12
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Closed:
    """What one closing order brought, before costs: its fills together."""

    symbol: str
    result: Decimal


def lines(moment: Moment, width: int) -> list[Line]:
    """All of it; without trades a sentence."""
    if not moment.account.trades:
        return [line("No trades today.")]
    return [
        *_equity(moment, width),
        line(),
        *_wins(moment, width),
        line(),
        *_by_symbol(moment, width),
        line(),
        *_by_hour(moment, width),
    ]


def closed(trades: tuple[TradeStatus, ...]) -> list[Closed]:
    """The closing orders in the order of their first fill."""
    results: dict[int, Decimal] = {}
    symbols: dict[int, str] = {}
    for one in trades:
        if one.realized_pnl is not None:
            results[one.order] = results.get(one.order, _ZERO) + one.realized_pnl
            symbols[one.order] = one.symbol
    return [Closed(symbols[order], result) for order, result in results.items()]


def equity(moment: Moment, columns: int) -> list[Decimal]:
    """The day's result after costs at equal times from the first fill until now; the last one counts what is open."""
    trades = sorted(moment.account.trades, key=lambda one: one.at)
    first = trades[0].at
    span = max(moment.now - first, timedelta(seconds=1))
    values: list[Decimal] = []
    total, taken = _ZERO, 0
    for column in range(columns):
        at = first + span * column / max(1, columns - 1)
        while taken < len(trades) and trades[taken].at <= at:
            total += (trades[taken].realized_pnl or _ZERO) - trades[taken].costs
            taken += 1
        values.append(total)
    return [*values[:-1], moment.account.net_pnl]


def _equity(moment: Moment, width: int) -> list[Line]:
    columns = max(10, width - _AXIS)
    values = equity(moment, 2 * columns)
    low, high = min(*values, _ZERO), max(*values, _ZERO)
    labels = {0: money.signed(high), _CHART_HEIGHT - 1: money.signed(low)}
    tone = money.result(moment.account.net_pnl).tone
    first = times.clock(min(one.at for one in moment.account.trades), moment.zone)
    end = times.clock(moment.now, moment.zone)
    rows = [
        line(Span(f"{labels.get(number, ''):>{_AXIS - 1}} ", Tone.FAINT), Span(row, tone))
        for number, row in enumerate(chart.steps(values, columns, _CHART_HEIGHT))
    ]
    axis = line(Span(" " * _AXIS + first + end.rjust(columns - len(first)), Tone.FAINT))
    head = title("Result of the day after costs: ")
    return [(*head, Span(money.signed(moment.account.net_pnl), tone), Span(" with what is open")), *rows, axis]


def _wins(moment: Moment, width: int) -> list[Line]:
    orders = closed(moment.account.trades)
    if not orders:
        return [line("Nothing has been closed yet.")]
    won = [one.result for one in orders if one.result > 0]
    lost = [one.result for one in orders if one.result < 0]
    sizes = []
    if won:
        sizes.append(f"average win {money.signed(_average(won))}, best {money.signed(max(won))}")
    if lost:
        sizes.append(f"average loss {money.signed(_average(lost))}, worst {money.signed(min(lost))}")
    head = line(
        f"{len(won)} won, {len(lost)} lost of {len(orders)} closing orders: {_percent(len(won), len(orders))} won"
    )
    return [head, *wrapped(f"{'; '.join(sizes) or 'All at zero'} (before costs).".capitalize(), width)]


def _by_symbol(moment: Moment, width: int) -> list[Line]:
    orders = closed(moment.account.trades)
    results: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in moment.account.trades:
        results[one.symbol] += (one.realized_pnl or _ZERO) - one.costs
    columns = [
        Column("Symbol"),
        Column("After costs", is_right=True),
        Column("Fills", is_right=True),
        Column("Won", is_right=True),
    ]
    fills = Counter(one.symbol for one in moment.account.trades)
    rows = []
    for symbol, result in sorted(results.items(), key=lambda item: item[1]):
        mine = [one for one in orders if one.symbol == symbol]
        won = sum(1 for one in mine if one.result > 0)
        cells = [Span(symbol, Tone.STRONG), money.result(result), Span(str(fills[symbol]))]
        rows.append([*cells, Span(f"{won} of {len(mine)}" if mine else "none closed")])
    return table.lines(columns, rows, width)


def _by_hour(moment: Moment, width: int) -> list[Line]:
    """Fills by hour of the trader's own clock, from the first to now."""
    hours = Counter(
        one.at.astimezone(moment.zone).replace(minute=0, second=0, microsecond=0) for one in moment.account.trades
    )
    most = max(hours.values())
    room = max(5, width - 20)
    rows = []
    for hour in sorted(hours):
        cells = max(1, hours[hour] * min(room, 40) // most)
        rows.append(line(f"  {hour:%H}:00 ", Span("█" * cells), f" {hours[hour]}"))
    return [title("Fills by hour"), *rows]


def _average(amounts: list[Decimal]) -> Decimal:
    return sum(amounts, _ZERO) / len(amounts)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole} %"
