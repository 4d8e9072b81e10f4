"""What happened while nobody watched: what was believed at the end of the last guard, against the first read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from risk_manager.core import booking, trading_day
from risk_manager.core.differences import TradeDiffers
from risk_manager.core.events import AccountRead
from risk_manager.core.holidays import Calendar
from risk_manager.core.model import AccountId
from risk_manager.core.pnl import usd
from risk_manager.core.record import Severity
from risk_manager.core.rules import session_block_outside
from risk_manager.core.sessions import phase_at
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from risk_manager.core.told_times import dated, named
from risk_manager.daemon.differing import happening
from risk_manager.daemon.ending import Ending, in_words, loudness
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.telling import lock_sentence, name_of
from risk_manager.store import Recovered

_SHOWN_MOST: Final = 40
_CHANGES_MOST: Final = 4
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Absence:
    """The time between two guards, and what it has brought. Says nothing where no guard has been here before."""

    def __init__(
        self,
        found: Recovered,
        settings: Mapping[AccountId, Settings],
        now: datetime,
        say: Callable[[str, Severity], None],
        last_words: Ending | None = None,
        booted_at: datetime = _LONG_AGO,
    ) -> None:
        """`found` is what stood when the last guard ended, `settings` are those of now, `last_words` what it has left,
        `booted_at` when the machine was started."""
        self._known = found.was.accounts if found.was is not None else {}
        self._since = found.gap_since
        self._settings = settings
        self._say = say
        self._told: list[str] = []
        if found.gap_since is not None:
            why = in_words(last_words, found.gap_since, booted_at, was_clean=found.was_clean)
            self._tell(_head(found, found.gap_since, now, why), loudness(last_words, was_clean=found.was_clean))
        elif found.put_back is not None:  # there was one, and nothing is left of it: the store says that aloud
            self._told.append(found.put_back.sentence)

    @property
    def told(self) -> tuple[str, ...]:
        """All that has been said of it, and no more than people read; the log has the rest."""
        more = len(self._told) - _SHOWN_MOST
        return (*self._told[:_SHOWN_MOST], f"... and {more} more, in the log") if more > 0 else tuple(self._told)

    def heard(self, taken: Taken) -> None:
        """Say what the first read of an account shows. A listener of the guard."""
        event = taken.event
        if self._since is None or not isinstance(event, AccountRead) or not event.after_restart:
            return
        known = self._known.get(event.account)
        if known is None or not known.days:
            return
        name = name_of(taken.step.state.accounts[event.account], self._settings.get(event.account))
        who = f"Account {event.account} {name}".rstrip()
        happened = [*self._by_the_clock(known, taken), *self._by_the_broker(taken)]
        for sentence in happened or ["nothing has changed"]:
            self._tell(f"{who}, while nobody watched: {sentence}")

    def _tell(self, sentence: str, loud: Severity = Severity.INFO) -> None:
        self._told.append(sentence)
        self._say(sentence, loud)

    def _by_the_clock(self, known: Account, taken: Taken) -> Iterator[str]:
        """Resets, session windows, and the ends of what had an end."""
        now, settings, since = taken.step.state.now, self._settings[known.id], self._since
        assert since is not None
        for reset in booking.resets_of(settings):
            first, last = trading_day.next_reset(since, reset), trading_day.last_reset(now, reset)
            if first <= now:
                days = named(first) if first == last else f"from {named(first)} to {named(last)}, several times"
                yield f"the trading day ended {days}; what counts per day begins anew"
        yield from _windows(settings, since, now)
        for lock in taken.step.locks:
            if lock.ended and lock.account == known.id:
                at = f", {named(lock.until)}" if lock.until is not None and lock.until <= now else ""
                yield f"{lock_sentence(lock)}{at}"
        for waiver in known.waivers:
            if waiver.until <= now:
                what = f" for {waiver.symbol}" if waiver.symbol else ""
                yield f"the waiver of {waiver.rule}{what} ended {named(waiver.until)}"

    def _by_the_broker(self, taken: Taken) -> Iterator[str]:
        """What was traded, ordered and allowed."""
        assert self._since is not None
        now, differences = taken.step.state.now, taken.step.differences
        for difference in differences:
            yield happening(difference)
        fills = [one.trade for one in differences if isinstance(one, TradeDiffers) and not one.was_known]
        if len(fills) > 1:
            gross = sum((trade.profit_and_loss or Decimal(0) for trade in fills), Decimal(0))
            costs = sum((trade.costs for trade in fills), Decimal(0))
            yield f"{len(fills)} fills in all, realized {usd(gross - costs)} after {usd(costs)} of costs"
        account = getattr(taken.event, "account", None)
        oldest = booking.read_from(self._settings[account], now) if account is not None else now
        if self._since < oldest:
            yield f"fills before {named(oldest)} belong to days that are over, and were not asked for"


def _windows(settings: Settings, since: datetime, now: datetime) -> Iterator[str]:
    armed = settings.armed(session_block_outside.ID)
    if armed is None:
        return
    calendar = Calendar(settings, respects_exchange=armed.config.respect_holidays)
    for symbol, window in armed.config.windows().items():
        changes: list[str] = []
        phase = phase_at(window, calendar, since)
        while phase.until <= now:
            changes.append(f"{'ended' if phase.is_inside else 'began'} {named(phase.until)}")
            phase = phase_at(window, calendar, phase.until)
        more = len(changes) - _CHANGES_MOST
        shown = changes if more <= 0 else [*changes[: _CHANGES_MOST - 1], f"{more} more", changes[-1]]
        if shown:
            yield f"the session{f' of {symbol}' if symbol else ''} {', '.join(shown)}"


def _head(found: Recovered, since: datetime, now: datetime, why: str) -> str:
    long = _long(max(0.0, (now - since).total_seconds()))
    if found.put_back is not None:
        return (
            f"The database is a backup that was put back: of the time since {dated(since)} "
            f"({long}) nothing is known. What happened meanwhile is judged now, as far as the broker tells it."
        )
    return f"Nobody has watched since {dated(since)} ({long}): {why}. What happened meanwhile is judged now."


def _long(seconds: float) -> str:
    whole = int(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
