"""The banner: the one thing that matters most now, in capitals, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from risk_manager.interfaces.trader.dashboard import locks, positions, refused, rules, times
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, Tone, line, wrapped

_LINES_MAX = 5


@dataclass(frozen=True)
class Banner:
    """What stands in it, and how grave it is."""

    tone: Tone
    lines: list[Line]


def of(moment: Moment, width: int) -> Banner:
    """The gravest first: nobody watches, half is not seen, locked, near a limit, all is well."""
    tone, headline, sentences = _gravest(moment)
    files = refused.sentence(moment.status, moment.zone)
    if files and tone is not Tone.BAD:  # what is graver has no room for it; the first page has
        tone, sentences = Tone.CAUTION, [*sentences, files]
    text = wrapped(headline, width, tone=Tone.STRONG)
    for sentence in sentences:
        text += wrapped(sentence, width)
    if len(text) > _LINES_MAX:
        text = [*text[: _LINES_MAX - 1], line("More on page 4, Rules.")]
    return Banner(tone, text)


def _gravest(moment: Moment) -> tuple[Tone, str, list[str]]:
    whole, symbols = locks.of_account(moment), locks.of_symbols(moment)
    grave = _away(moment) or _blind(moment)
    if grave is not None:
        standing = dict.fromkeys(f"{locks.headline(one, moment)}." for one in (*whole, *symbols))
        return Tone.BAD, grave[0], [*grave[1], *standing, *grave[2]]
    if whole:
        first, rest = whole[0], [f"Also {locks.told(one, moment)}" for one in (*whole[1:], *symbols)]
        bare = [f"NOT CLOSED YET: {positions.grace(one, moment)}" for one in positions.not_closed(moment)[:1]]
        bare = bare or [positions.grace(one, moment) for one in positions.closing(moment)[:1]]
        if not bare and first.kind != "hard":
            bare = [positions.grace(one, moment) for one in positions.without_stop(moment)[:1]]
        tone = Tone.BAD if first.kind == "hard" else Tone.CAUTION
        told = f"{locks.reason(first, moment)} {locks.advice(first, moment.guarding)}"
        return tone, locks.headline(first, moment), [*bare, told, *rest]
    tone, headline, sentences = _unlocked(moment)
    if symbols and tone in (Tone.GOOD, Tone.PLAIN):
        but = f", but not {', '.join(_names(moment))}." if tone is Tone.GOOD else "."
        tone, headline = Tone.CAUTION, f"{headline.rstrip('.')}{but}"
    return tone, headline, [*sentences, *(locks.told(one, moment) for one in symbols)]


def _names(moment: Moment) -> list[str]:
    """Symbols that are locked or in a cooldown, each once."""
    return list(dict.fromkeys(one.symbol for one in locks.of_symbols(moment) if one.symbol))


def _away(moment: Moment) -> tuple[str, list[str], list[str]] | None:
    """Headline, what to do, and what may be left out."""
    if moment.is_running:
        return None
    seen = f"Shown is what it saw {times.age(moment.age_seconds)} ago."
    advice = f"Start it: {moment.how_to_start}. Until then only stops that lie at the broker protect you."
    why = [moment.why_away] if moment.why_away else []
    return "THE GUARD IS NOT RUNNING: nobody watches your limits.", [f"{seen} {advice}"], why


def _blind(moment: Moment) -> tuple[str, list[str], list[str]] | None:
    hubs = moment.status.connection
    if not moment.is_blind:
        return None
    ago = f" for {times.since(hubs.lost_since, moment.now)}" if hubs.lost_since is not None else ""
    if moment.is_offline:
        headline = f"OFFLINE{ago}: the guard has no line to the broker."
        advice = (
            "It keeps trying, and shows what it saw before. Nothing can be closed from here; stops that lie at the "
            "broker still work."
        )
    elif not hubs.user_hub:
        headline = f"BLIND{ago}: the guard does not hear of your orders and fills."
        advice = "It keeps trying and reads the account in between. Open nothing until it is back."
    else:
        headline = f"BLIND{ago}: the guard gets no prices."
        advice = "Open P&L is old; limits that hang on it are judged by the last price. Keep your stops in."
    return headline, [advice], []


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
    closing = positions.closing(moment)
    if closing:
        first, *others = [positions.grace(one, moment) for one in closing]
        if positions.not_closed(moment):
            return Tone.BAD, f"NOT CLOSED YET: {first}", others
        return Tone.CAUTION, f"CLOSING: {first}", others
    too_many = rules.too_many(moment)
    if too_many:
        return Tone.BAD, f"TOO MANY: {too_many[0].gauge.label}.", [_limit(one) for one in too_many]
    close = [_limit(nearest)] if nearest is not None and rules.is_near(nearest) else []
    if bare and bare[0].grace_until is not None:
        rest = [positions.others_without_stop(bare)] if len(bare) > 1 else []
        return Tone.CAUTION, f"NO STOP: {positions.grace(bare[0], moment)}", [*rest, *close]
    waived = rules.waived(moment)
    if waived:
        return Tone.CAUTION, f"WAIVED: {', '.join(waived)} {'is' if len(waived) == 1 else 'are'} not enforced.", close
    old = _old_prices(moment)
    if old is not None:
        return Tone.CAUTION, old, ["The day and its limits are counted with that.", *close]
    market = moment.status.market
    if market is not None and moment.is_market_closed and not close:
        opens = times.both(market.changes_at, moment.now, moment.zone)
        return (
            Tone.PLAIN,
            f"The market is closed until {opens}.",
            [] if locks.of_symbols(moment) else ["Nothing is locked."],
        )
    if nearest is None:
        if not (account.rule_details or account.rules):
            return Tone.CAUTION, "NO RULE IS ON: nothing is limited.", ["Limits belong into risk_config.yaml."]
        return Tone.GOOD, "You may trade.", []
    if close:
        return Tone.CAUTION, f"NEAR A LIMIT: {rules.left(nearest.gauge)}.", close
    used = f"{int((nearest.gauge.share or 0) * 100)} % used"
    return Tone.GOOD, "You may trade.", [f"Nearest limit: {nearest.gauge.label}, {rules.left(nearest.gauge)} ({used})."]


def _old_prices(moment: Moment) -> str | None:
    """What the open P&L hangs on, where that is not what the market says now."""
    unpriced = [one.symbol for one in moment.account.positions if one.open_pnl is None]
    if unpriced:
        return f"NO PRICE of {', '.join(unpriced)}: it counts as nothing."
    if not moment.has_old_prices:
        return None
    return f"OLD PRICES: the last one is {times.age(moment.oldest_price_seconds or 0)} old."


def _limit(one: rules.Measured) -> str:
    return f"{one.gauge.label}: {one.gauge.says} Then: {one.gauge.then}"
