"""The positions: what each is worth, where its stop is, and what happens to one without."""

from __future__ import annotations

from datetime import datetime

from risk_manager.interfaces.trader.dashboard import money, table, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, wrapped
from risk_manager.interfaces.trader.dashboard.table import Column
from risk_manager.interfaces.trader.picture import Guarding, price_age_seconds
from risk_manager.ipc.status import AccountStatus, PositionStatus

_COLUMNS = [
    Column("Position"),
    Column("Stop?"),
    Column("Open P&L", is_right=True),
    Column("Price", is_right=True),
    Column("Age", is_right=True),
    Column("Average", is_right=True, keep=2),
    Column("Stop at", is_right=True, keep=1),
    Column("Ticks", is_right=True, keep=3),
    Column("At stop", is_right=True, keep=4),
    Column("Contract", keep=0),
]

_NOBODY = {
    Guarding.BLIND: "the guard is blind and may close it late",
    Guarding.OFFLINE: "nobody closes it while the guard is offline",
    Guarding.AWAY: "nobody closes it while the guard is away",
}
_CLOSING = {
    Guarding.SURE: "is being {closed}; the broker has not confirmed it yet",
    Guarding.BLIND: "is being {closed}; the guard is blind and may hear late what became of it",
    Guarding.OFFLINE: "was being {closed} when the line went; nobody sees to it while the guard is offline",
    Guarding.AWAY: "was being {closed} when the guard went; nobody sees to it now",
}
_IN_TIME = "is being {closed}; the guard has asked the broker"


def lines(moment: Moment, width: int) -> list[Line]:
    """A sum, what must be done, and the rows: those without a stop first, then the worst."""
    positions = sorted(moment.account.positions, key=lambda one: (is_protected(one), one.open_pnl or 0, one.symbol))
    if not positions:
        return [line(f"{moment.as_of} no position was open." if moment.as_of else "Flat: no position is open.")]
    rows = [_row(one, moment) for one in positions]
    return [*_sum(moment), *_warnings(moment, width), line(), *table.lines(_COLUMNS, rows, width)]


def is_protected(position: PositionStatus) -> bool:
    """True where working stops cover all of it."""
    return position.unprotected_since is None


def name(position: PositionStatus) -> str:
    """`long 2 MNQ`."""
    return f"{'long' if position.signed_size > 0 else 'short'} {abs(position.signed_size)} {position.symbol}"


def _sum(moment: Moment) -> list[Line]:
    positions = moment.account.positions
    bare = sum(1 for one in positions if not is_protected(one))
    count = f"{len(positions)} position{'s' if len(positions) > 1 else ''}, open "
    covered = Span(f"{bare} WITHOUT A STOP", Tone.BAD) if bare else Span("all with a stop", Tone.GOOD)
    return [line(count, money.result(moment.account.unrealized_pnl), " · ", covered)]


def without_stop(moment: Moment) -> list[PositionStatus]:
    """Those that a stop does not cover, the one that is closed first in front."""
    bare = [one for one in moment.account.positions if not is_protected(one)]
    return sorted(bare, key=lambda one: (one.grace_until is None, one.grace_until or moment.now, one.symbol))


def closing(moment: Moment) -> list[PositionStatus]:
    """Those of which the guard has asked that they are closed, wholly or in part, and that the broker still shows; what
    is overdue in front."""
    late = not_closed(moment)
    held = moment.account.positions
    return [*late, *(one for one in held if one not in late and moment.account.closing(one.contract) is not None)]


def not_closed(moment: Moment) -> list[PositionStatus]:
    """Those of them that the broker has refused, or has not confirmed in time."""
    overdue = {one.contract for one in moment.account.closings if one.is_overdue}
    return [one for one in moment.account.positions if one.contract in overdue]


def others_without_stop(bare: list[PositionStatus]) -> str:
    """How many more than the first have no stop, as a sentence."""
    return "1 more has no stop." if len(bare) == 2 else f"{len(bare) - 1} more have no stop."


def _warnings(moment: Moment, width: int) -> list[Line]:
    """What happens to those without a stop, at most three of them in words."""
    text: list[Line] = []
    going, late = closing(moment), not_closed(moment)
    bare = [*going, *(one for one in without_stop(moment) if one.grace_until is not None and one not in going)]
    for one in bare[:3]:
        is_calm = one in going and one not in late and moment.guarding is Guarding.SURE
        text += wrapped(grace(one, moment), width, tone=Tone.CAUTION if is_calm else Tone.BAD)
    if len(bare) > 3:
        then = "will be closed after these" if moment.guarding is Guarding.SURE else "have no stop"
        text.append(line(Span(f"{len(bare) - 3} more {then}.", Tone.BAD)))
    return text


def grace(position: PositionStatus, moment: Moment) -> str:
    """What happens to a position without a stop, and what prevents it."""
    return f"{name(position)} {fate(position, moment.account, moment.guarding, moment.now)}."


def fate(position: PositionStatus, account: AccountStatus, guarding: Guarding, now: datetime) -> str:
    """The same without its name. Only of a guard that can do it is said that it will."""
    found = account.closing(position.contract)
    if found is not None:
        what = "closed" if found.size is None else f"reduced by {found.size}"
        said = _CLOSING[guarding] if found.is_overdue or guarding is not Guarding.SURE else _IN_TIME
        refused = (
            f"; the broker refused: {found.refused.rstrip('.') or 'it gave no reason'}"
            if found.refused is not None
            else ""
        )
        return f"{said.format(closed=what)}{refused}"
    missing = abs(position.signed_size) - position.stopped
    if guarding is not Guarding.SURE:
        return f"has no stop for {missing}; {_NOBODY[guarding]}"
    if position.grace_until is None:
        return f"has no stop for {missing}"
    return f"is closed in {times.until(position.grace_until, now)} unless it gets a stop for {missing}"


def _row(position: PositionStatus, moment: Moment) -> list[Span]:
    age = price_age_seconds(position, moment.now)
    is_old = moment.is_old(position)
    is_priced = position.mark is not None
    return [
        Span(name(position), Tone.STRONG),
        _protection(position, moment),
        money.result(position.open_pnl),
        Span(money.price(position.mark) or "none", Tone.PLAIN if is_priced else Tone.CAUTION),
        Span("" if age is None else times.age(age) + (" OLD" if is_old else ""), Tone.BAD if is_old else Tone.FAINT),
        Span(money.price(position.average_price)),
        Span(money.price(position.stop_price)),
        Span("" if position.stop_ticks is None else f"{position.stop_ticks.quantize(1):,}"),
        Span("" if position.stop_usd is None else money.signed(position.stop_usd)),
        Span(position.contract, Tone.FAINT),
    ]


def _protection(position: PositionStatus, moment: Moment) -> Span:
    found = moment.account.closing(position.contract)
    if found is not None and moment.guarding is not Guarding.SURE:
        return Span("CLOSING?", Tone.CAUTION)
    if found is not None:
        return Span("NOT CLOSED", Tone.BAD) if found.is_overdue else Span("closing", Tone.CAUTION)
    if is_protected(position):
        return Span("yes", Tone.GOOD)
    size = abs(position.signed_size)
    word = f"{position.stopped} of {size}" if position.stopped else "NO"
    if position.grace_until is not None and moment.guarding is Guarding.SURE:
        word += f" {times.until(position.grace_until, moment.now)}"
    return Span(word, Tone.BAD)
