"""The first page: the four questions of a trader in trouble, answered in words.

Am I protected? When may I trade? Why was I closed? How far is each limit?
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from risk_manager.interfaces.trader.dashboard import locks, positions, refused, rules, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, labelled, line, title
from risk_manager.ipc.status import ActStatus, CloseStatus, lock_condition

_LABEL, _CLOSES_MOST = 12, 3
_NO_REASON = "It was to be closed"


def lines(moment: Moment, width: int) -> list[Line]:
    """All four, and whether what the files say is in force where it is not."""
    text: list[Line] = []
    answers = {"Protected?": protected, "May trade?": may_trade, "Why closed?": last_close}
    for label, answer in answers.items():
        text += labelled(label, answer(moment), _LABEL, width)
    files = refused.sentence(moment.status, moment.zone)
    if files:
        text += labelled("In force?", line(Span("NOT ALL", Tone.CAUTION), f": {files}"), _LABEL, width)
    return [*text, line(), *_limits(moment, width)]


def protected(moment: Moment) -> Line:
    """Does the guard watch, and has every position a stop?"""
    if not moment.is_running:
        return line(Span("NO", Tone.BAD), ": the guard is not running.", *_stops(moment))
    if moment.is_offline:
        return line(Span("NO", Tone.BAD), ": the guard has no line to the broker.", *_stops(moment))
    if moment.is_blind:
        return line(Span("ONLY IN PART", Tone.BAD), ": the guard does not see everything.", *_stops(moment))
    if moment.account.is_asleep:
        return line(Span("NOT YET", Tone.CAUTION), ": this account has not been read since the start.", *_stops(moment))
    if not (moment.account.rule_details or moment.account.rules):
        return line(Span("NO", Tone.BAD), ": no rule is on.", *_stops(moment))
    waived = ", ".join(rules.waived(moment))
    watches = "The guard watches your limits" + (f", but not {waived} (waived)." if waived else ".")
    doubt = _doubt(moment)
    closing = positions.closing(moment)
    if closing:
        is_late = bool(positions.not_closed(moment))
        tone = Tone.BAD if is_late else Tone.CAUTION
        word = Span("NOT ALL" if is_late else "CLOSING", tone)
        return line(word, ": ", Span(positions.grace(closing[0], moment), tone), f" {watches}")
    if rules.too_many(moment):
        return line(Span("NOT ALL", Tone.BAD), ": more is held than is allowed.", *_stops(moment), f" {watches}")
    if positions.without_stop(moment) or waived:
        return line(Span("NOT ALL", Tone.BAD), ":", *_stops(moment), f" {watches}{f' But {doubt}.' if doubt else ''}")
    if doubt:
        return line(Span("ONLY IN PART", Tone.BAD), f": {doubt}.", *_stops(moment))
    return line(Span("YES", Tone.GOOD), ": the guard watches your limits.", *_stops(moment))


def _doubt(moment: Moment) -> str:
    """What limits on the open P&L cannot be judged by as they should; empty where all prices are new."""
    if moment.has_unpriced:
        return "a position has no price, and no limit counts what it loses"
    return "prices are old, and what is lost since is not counted" if moment.has_old_prices else ""


def _stops(moment: Moment) -> Line:
    held, bare = moment.account.positions, positions.without_stop(moment)
    if bare:
        others = f" {positions.others_without_stop(bare)}" if len(bare) > 1 else ""
        then = f" {moment.as_of}:" if moment.as_of else ""
        return line(f"{then} ", Span(positions.grace(bare[0], moment), Tone.BAD), others)
    if moment.as_of:
        had = f"all {len(held)} positions had a stop" if len(held) > 1 else "your position had a stop"
        return line(f" {moment.as_of} {had if held else 'no position was open'}.")
    if not held:
        return line(" No position is open.")
    return line(f" All {len(held)} positions have a stop." if len(held) > 1 else " Your position has a stop.")


def may_trade(moment: Moment) -> Line:
    """Now, or when again, and what is excepted."""
    account, market = moment.account, moment.status.market
    whole = locks.of_account(moment)
    if whole:
        return line(*_locked(moment))
    if account.can_trade is False:
        return line(Span("NO", Tone.BAD), ": the broker does not let this account trade.")
    but = [f"{one.symbol} is not: {locks.headline(one, moment)}" for one in locks.of_symbols(moment)]
    excepted = Span(" " + "; ".join(but) + "." if but else "", Tone.CAUTION)
    if market is not None and moment.is_market_closed:
        at = times.both(market.changes_at, moment.now, moment.zone)
        return line(Span("NOT NOW", Tone.CAUTION), f": the market is closed until {at}.", excepted)
    if not moment.is_running or moment.is_blind or account.is_asleep:
        why = "does not see everything" if moment.is_blind else "has not read this account yet"
        why = why if moment.is_running else "is not running"
        return line(Span("BETTER NOT", Tone.BAD), f": nothing forbids it, but the guard {why}.", excepted)
    if positions.closing(moment) and not positions.not_closed(moment):
        return line(Span("WAIT", Tone.CAUTION), ": the guard is closing.", excepted)
    if positions.not_closed(moment) or rules.too_many(moment):
        return line(Span("BETTER NOT", Tone.BAD), ": what is to be closed is not closed yet.", excepted)
    return line(Span("YES", Tone.GOOD), ", now.", excepted)


def _locked(moment: Moment) -> Line:
    first = locks.of_account(moment)[0]
    until = locks.free_at(moment)
    word = Span("NO", Tone.BAD) if first.kind == "hard" else Span("ONLY EXITS", Tone.CAUTION)
    if until is None:
        return line(word, f", until {lock_condition(first.rule)}.")
    left = times.until(until, moment.now)
    again = f". Again in {left}, at {times.both(until, moment.now, moment.zone)}."
    market = moment.status.market
    if market is None or market.is_open or market.changes_at <= until:
        return line(word, again)
    opens = times.both(market.changes_at, moment.now, moment.zone)
    ends = times.both(until, moment.now, moment.zone)
    return line(word, f": locked until {ends}, the market is closed until {opens}.")


def acts_of(moment: Moment) -> list[ActStatus]:
    """What the guard has done and said for this account, newest first."""
    return [one for one in moment.status.acts if one.account in (None, moment.account.id)]


def last_close(moment: Moment) -> Line:
    """The last that the guard has asked to be closed, and why."""
    last = moment.account.last_close
    if last is None:
        return line("The guard has closed nothing of this account yet.")
    why, asked = why_closed(last, moment.now, moment.zone), asked_to_close(last)
    return line(Span(why, Tone.STRONG), f" {asked}")


def why_closed(last: CloseStatus, now: datetime, zone: tzinfo | None) -> str:
    """When and why something was closed: `15:30:24 (41 s ago) RULE-003: Daily loss ...`."""
    return f"{times.stamp(last.at, now, zone)} ({times.since(last.at, now)} ago) {_sentence(last.why or _NO_REASON)}"


def asked_to_close(last: CloseStatus) -> str:
    """What the guard asked for, the first three of it by name."""
    more = f" and {len(last.asked) - _CLOSES_MOST} more" if len(last.asked) > _CLOSES_MOST else ""
    return f"The guard asked to {' and to '.join(last.asked[:_CLOSES_MOST])}{more}."


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _limits(moment: Moment, width: int) -> list[Line]:
    every = rules.measured(moment)
    if not every:
        return rules.lines(moment, width)
    asked = (
        "How far is each limit?"
        if moment.is_running
        else f"How far was each limit, {times.age(moment.age_seconds)} ago?"
    )
    return [title(asked), *(rules.row(one, moment) for one in every)]
