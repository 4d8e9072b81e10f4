"""The rules: where each stands, how far it is to its limit, and what happens there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from risk_manager.interfaces.trader.dashboard import locks, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, cut, line, title, wrapped
from risk_manager.interfaces.trader.picture import Guarding
from risk_manager.interfaces.trader.reading import usd
from risk_manager.ipc.status import Gauge, RuleStatus

_HALF, _NEAR, _VERY_NEAR = Decimal("0.50"), Decimal("0.70"), Decimal("0.85")
_SOON = timedelta(minutes=15)
_BAR = 20
_SAYS = 42
_LABEL = 23
_THEN = {
    Guarding.SURE: "Then",
    Guarding.BLIND: "Then, perhaps late while the guard is blind",
    Guarding.OFFLINE: "Then, but not while the guard is offline",
    Guarding.AWAY: "Then, but not while the guard is away",
}


@dataclass(frozen=True)
class Measured:
    """One gauge and the rule that it belongs to."""

    rule: RuleStatus
    gauge: Gauge


def measured(moment: Moment) -> list[Measured]:
    """Every gauge of the account, the most used first; those without a number last, in the order of the rules, but for
    what is breached or ends soon."""
    every = [Measured(rule, gauge) for rule in moment.account.rule_details for gauge in rule.gauges]
    return sorted(every, key=lambda one: _calm(one, moment.now))


def _calm(one: Measured, now: datetime) -> Decimal:
    """The less, the more urgent. As many contracts as are allowed count half, and so does what is waived."""
    share = one.gauge.share
    if share is None:
        ends_soon = one.gauge.ends_at is not None and one.gauge.ends_at - now < _SOON
        return -_HALF if one.rule.is_breached or ends_soon else Decimal(1)
    if (_is_contracts(one.gauge) and not _is_over(one.gauge)) or _is_waived(one):
        return -min(share, Decimal(1)) * _HALF
    return -share


def nearest(moment: Moment) -> Measured | None:
    """The enforced limit of which most is used, contracts aside: holding as many as are allowed is no alarm."""
    numbers = [one for one in measured(moment) if one.gauge.share is not None and not _is_waived(one)]
    return next((one for one in numbers if not _is_contracts(one.gauge)), None)


def too_many(moment: Moment) -> list[Measured]:
    """Enforced limits of contracts of which more is held than is allowed."""
    every = [one for one in measured(moment) if _is_contracts(one.gauge) and not _is_waived(one)]
    return [one for one in every if _is_over(one.gauge)]


def waived(moment: Moment) -> list[str]:
    """The rules that are not enforced now, in words."""
    every = moment.account.rule_details
    return [f"{moment.rule_name(rule.id)}{what}" for rule in every for what, _ in rule.waivers()]


def is_near(one: Measured) -> bool:
    """True where it is time to say so."""
    return one.gauge.share is not None and one.gauge.share >= _NEAR


def state(one: Measured) -> Span:
    """One word for where a gauge stands."""
    share = one.gauge.share
    if _is_waived(one):
        return Span("WAIVED", Tone.CAUTION)
    if one.rule.key == "no_stop_loss_grace" and one.gauge.ends_at is not None:
        return Span("NO STOP", Tone.BAD)
    if share is None:
        is_of_it = one.rule.is_breached and len(one.rule.gauges) == 1  # of several nobody knows which
        return Span("BREACHED", Tone.BAD) if is_of_it else Span("on", Tone.GOOD)
    if _is_contracts(one.gauge):
        if _is_over(one.gauge):
            return Span("TOO MANY", Tone.BAD)
        return Span("FULL", Tone.CAUTION) if share == 1 else Span("ok", Tone.GOOD)
    for least, word, tone in ((Decimal(1), "REACHED", Tone.BAD), (_VERY_NEAR, "VERY NEAR", Tone.BAD)):
        if share >= least:
            return Span(word, tone)
    return Span("NEAR", Tone.CAUTION) if share >= _NEAR else Span("ok", Tone.GOOD)


def left(gauge: Gauge) -> str:
    """How far it is: `$87.50 left`, `1 more`, `none left`."""
    if gauge.value is None or gauge.limit is None:
        return "not known"
    room = gauge.limit - gauge.value
    if gauge.limit < 0:
        room = -room
    if gauge.unit.value == "usd":
        return f"{usd(room)} left" if room > 0 else "nothing left"
    return f"{room:f} left" if room > 0 else "none left"


def row(one: Measured, moment: Moment) -> Line:
    """A gauge in one line: label, bar, percent, what is left, state. Without a number: what it says."""
    label = Span(cut(_label(one.gauge), _LABEL).ljust(_LABEL))
    share = one.gauge.share
    if share is None:
        ends_at = one.gauge.ends_at if moment.guarding is Guarding.SURE else None
        left_seconds = f"{times.until(ends_at, moment.now)}: " if ends_at is not None else ""
        return line(label, " ", Span(cut(left_seconds + one.gauge.says, _SAYS).ljust(_SAYS)), "  ", state(one))
    percent = f"{min(999, int(share * 100)):>4} %"
    return line(label, " ", bar(share, state(one).tone), percent, f"  {left(one.gauge):<16}", state(one))


def _label(gauge: Gauge) -> str:
    """A symbol alone says what of it is counted."""
    return f"{gauge.label} contracts" if _is_contracts(gauge) and gauge.label == gauge.symbol else gauge.label


def bar(share: Decimal, tone: Tone) -> Span:
    """A share of a limit, never shown as full before it is."""
    cells = _BAR if share >= 1 else min(_BAR - 1, int(share * _BAR))
    return Span("█" * cells + "·" * (_BAR - cells), tone)


def lines(moment: Moment, width: int) -> list[Line]:
    """Every rule that is on."""
    account = moment.account
    if not account.rule_details:
        names = ", ".join(one.replace("_", " ") for one in account.rules)
        return wrapped(f"On: {names}." if names else "No rule is on: nothing is limited.", width)
    text: list[Line] = []
    for lock in moment.account.locks:
        told = f"{locks.told(lock, moment)} {locks.advice(lock, moment.guarding)}"
        text += [*wrapped(told, width, tone=Tone.BAD), line()]
    for one in measured(moment):
        text += _whole(one, moment, width)
    silent = [one for one in account.rule_details if not one.gauges]
    if silent:
        text += [title("On, without a number")]
        text += [line(f"  {one.key.replace('_', ' ')} ({one.id})") for one in silent]
    return text


def _whole(one: Measured, moment: Moment, width: int) -> list[Line]:
    gauge, rule = one.gauge, one.rule
    named = f"{rule.key.replace('_', ' ')}, {rule.id}"
    head = row(one, moment)
    if gauge.share is None:
        head = line(Span(cut(_label(gauge), _LABEL).ljust(_LABEL)), " ", state(one))
    text = [head, *wrapped(gauge.says, width - 2, first="  ")]
    if gauge.ends_at is not None and moment.guarding is Guarding.SURE:
        at = times.both(gauge.ends_at, moment.now, moment.zone)
        text += wrapped(f"In {times.until(gauge.ends_at, moment.now)}, at {at}.", width - 2, first="  ")
    for what, end in rule.waivers():
        told = f"WAIVED by the admin{what}: not enforced until {times.both(end, moment.now, moment.zone)}."
        text += wrapped(told, width - 2, first="  ", tone=Tone.CAUTION)
    return [
        *text,
        *wrapped(f"{consequence(rule, gauge, moment.guarding)} ({named})", width - 2, first="  ", tone=Tone.FAINT),
        line(),
    ]


def consequence(rule: RuleStatus, gauge: Gauge, guarding: Guarding) -> str:
    """What happens at a limit of a rule; while the rule is waived, or without a guard that can: nothing."""
    if rule.is_waived_for(gauge.symbol):
        return "Then: It is recorded, and nothing is done for it while the rule is waived."
    return f"{_THEN[guarding]}: {gauge.then}"


def _is_waived(one: Measured) -> bool:
    return one.rule.is_waived_for(one.gauge.symbol)


def _is_over(gauge: Gauge) -> bool:
    """True where more is there than the limit: of what is not allowed at all, one is too many."""
    return gauge.value is not None and gauge.limit is not None and gauge.value > gauge.limit


def _is_contracts(gauge: Gauge) -> bool:
    return gauge.unit.value == "contracts"
