"""The banner: the one thing that matters most now, in capitals, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from risk_manager.interfaces.trader.dashboard import locks, positions, rules, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, wrapped

_LINES_MAX = 6


@dataclass(frozen=True)
class Banner:
    """What stands in it, and how grave it is."""

    tone: Tone
    lines: list[Line]


def of(moment: Moment, width: int) -> Banner:
    """The gravest first: nobody watches, half is not seen, locked, near a limit, all is well."""
    tone, headline, sentences = _gravest(moment)
    text = [line(Span(headline, Tone.STRONG))]
    for sentence in sentences:
        text += wrapped(sentence, width)
    return Banner(tone, text[:_LINES_MAX])


def _gravest(moment: Moment) -> tuple[Tone, str, list[str]]:
    standing = [*locks.of_account(moment), *locks.of_symbols(moment)]
    told = [f"{locks.headline(one, moment)}: {locks.reason(one, moment)}" for one in standing]
    for grave in (_away(moment), _blind(moment)):
        if grave is not None:
            return Tone.BAD, grave[0], [*grave[1], *told]
    if standing:
        first, rest = standing[0], told[1:]
        tone = Tone.BAD if first.kind == "hard" and first.symbol is None else Tone.CAUTION
        return tone, locks.headline(first, moment), [f"{locks.reason(first, moment)} {locks.advice(first)}", *rest]
    return _unlocked(moment)


def _away(moment: Moment) -> tuple[str, list[str]] | None:
    if moment.is_running:
        return None
    seen = f"Shown is what it saw {times.age(moment.age_seconds)} ago."
    advice = "Start it: risk-manager run. Until then only stops that lie at the broker protect you."
    why = [moment.why_away] if moment.why_away else []
    return "THE GUARD IS NOT RUNNING: nobody watches your limits.", [f"{seen} {advice}", *why]


def _blind(moment: Moment) -> tuple[str, list[str]] | None:
    hubs = moment.status.connection
    if not moment.is_blind:
        return None
    ago = f" for {times.since(hubs.lost_since, moment.now)}" if hubs.lost_since is not None else ""
    if not hubs.user_hub and not hubs.market_hub:
        return (
            f"OFFLINE{ago}: the guard has no line to the broker.",
            ["It keeps trying. Nothing can be closed from here; stops that lie at the broker still work."],
        )
    if not hubs.user_hub:
        return (
            f"BLIND{ago}: the guard does not hear of your orders and fills.",
            ["It keeps trying and reads the account in between. Open nothing until it is back."],
        )
    return (
        f"BLIND{ago}: the guard gets no prices.",
        ["Open P&L below is old; limits that hang on it are judged by the last price. Keep your stops in."],
    )


def _unlocked(moment: Moment) -> tuple[Tone, str, list[str]]:
    account = moment.account
    if account.is_asleep:
        return Tone.CAUTION, "THIS ACCOUNT HAS NOT BEEN READ YET.", ["Shown is what was known before the start."]
    if account.can_trade is False:
        return Tone.BAD, "THE BROKER DOES NOT LET THIS ACCOUNT TRADE.", ["Ask the broker; the guard cannot change it."]
    if not moment.status.is_saved:
        said = "After a restart the guard would forget what happened since. Is the disk full?"
        return Tone.BAD, "NOTHING CAN BE SAVED.", [said]
    return _near(moment)


def _near(moment: Moment) -> tuple[Tone, str, list[str]]:
    """What happens next if nothing is done: a position without a stop, a limit that nears; else that all is well."""
    account, nearest = moment.account, rules.nearest(moment)
    bare = positions.without_stop(moment)
    close = [_limit(nearest)] if nearest is not None and rules.is_near(nearest) else []
    if bare and bare[0].grace_until is not None:
        rest = [f"{len(bare) - 1} more have no stop."] if len(bare) > 1 else []
        return Tone.CAUTION, f"NO STOP: {positions.grace(bare[0], moment)}", [*rest, *close]
    if nearest is None:
        if not (account.rule_details or account.rules):
            return Tone.CAUTION, "NO RULE IS ON: nothing is limited.", ["Limits belong into risk_config.yaml."]
        return Tone.GOOD, "You may trade.", []
    if close:
        return Tone.CAUTION, f"NEAR A LIMIT: {rules.left(nearest.gauge)}.", close
    used = f"{int((nearest.gauge.share or 0) * 100)} % used"
    return Tone.GOOD, "You may trade.", [f"Nearest limit: {nearest.gauge.label}, {rules.left(nearest.gauge)} ({used})."]


def _limit(one: rules.Measured) -> str:
    return f"{one.gauge.label}: {one.gauge.says} Then: {one.gauge.then}"
