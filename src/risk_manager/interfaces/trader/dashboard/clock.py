"""Clock in and out: the trader's own hours, and what was made in them. The guard knows nothing of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from risk_manager.interfaces.trader.dashboard import money, table, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, wrapped
from risk_manager.interfaces.trader.dashboard.table import Column
from risk_manager.interfaces.trader.hours import Hours
from risk_manager.interfaces.trader.reading import length

_WEEK = timedelta(days=7)
_SHOWN = 20
_COLUMNS = [Column("Day"), Column("From"), Column("To"), Column("Length", is_right=True), Column("Made", is_right=True)]


def lines(moment: Moment, width: int) -> list[Line]:
    """Clocked in or not, the last seven days, and the sessions, newest first. What was made is of all accounts."""
    sessions = moment.hours
    if not sessions:
        return wrapped("You have never clocked in. Press c to begin a session, and once more to end it.", width)
    rows = [_row(one, moment) for one in reversed(sessions[-_SHOWN:])]
    return [*_now(sessions[-1], moment, width), _week(moment), line(), *table.lines(_COLUMNS, rows, width)]


def made(session: Hours, moment: Moment) -> Decimal | None:
    """After costs, on all accounts together; None where it is not known.

    Of a session whose sum was not kept yet, it is known where all of it lies in the day whose trades are shown.
    """
    if session.made is not None:
        return sum(session.made.values(), Decimal(0))
    trades = [one for account in moment.status.accounts for one in account.trades]
    ends = [one.day_ends_at for one in moment.status.accounts if one.day_ends_at is not None]
    if not ends or session.began_at < max(ends) - timedelta(days=1):
        return None
    end = session.ended_at or moment.now
    inside = [one for one in trades if session.began_at <= one.at <= end]
    return sum(((one.realized_pnl or Decimal(0)) - one.costs for one in inside), Decimal(0))


def _now(last: Hours, moment: Moment, width: int) -> list[Line]:
    if last.ended_at is not None:
        ago = times.since(last.ended_at, moment.now)
        return wrapped(f"You clocked out {ago} ago. Press c to begin the next session.", width)
    since = times.both(last.began_at, moment.now, moment.zone)
    words = f"You are clocked in since {since}, {length(last.lasted(moment.now))}. Press c to end it."
    return wrapped(words, width, tone=Tone.STRONG)


def _week(moment: Moment) -> Line:
    week = [one for one in moment.hours if one.began_at > moment.now - _WEEK]
    spent = sum((one.lasted(moment.now) for one in week), timedelta())
    known = [amount for amount in (made(one, moment) for one in week) if amount is not None]
    unknown = len(week) - len(known)
    count = f"{len(week)} session{'' if len(week) == 1 else 's'}"
    return line(
        f"The last 7 days: {count}, {length(spent)}, ",
        money.result(sum(known, Decimal(0))),
        f" ({unknown} not counted)" if unknown else "",
    )


def _row(session: Hours, moment: Moment) -> list[Span]:
    amount = made(session, moment)
    began = session.began_at.astimezone(moment.zone)
    return [
        Span(f"{began:%a %b} {began.day}", Tone.STRONG),
        Span(_at(session.began_at, moment)),
        Span(_at(session.ended_at, moment) if session.ended_at is not None else "now"),
        Span(length(session.lasted(moment.now))),
        money.result(amount) if amount is not None else Span("not known", Tone.FAINT),
    ]


def _at(at: datetime, moment: Moment) -> str:
    return f"{at.astimezone(moment.zone):%H:%M}"
