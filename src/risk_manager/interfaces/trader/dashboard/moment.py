"""What is shown: a published state, how it came here, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Protocol

from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.hours import Hours
from risk_manager.interfaces.trader.picture import (
    OLD_AFTER_SECONDS,
    Guarding,
    guarding,
    has_old_price,
    is_market_closed,
    price_age_seconds,
)
from risk_manager.ipc.status import AccountStatus, GuardStatus, PositionStatus


class Source(Protocol):
    """Where states come from."""

    @property
    def status(self) -> GuardStatus | None:
        """The last state; None before the first."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether the guard's door is open."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether nobody is behind the door of which the guard has told."""
        ...

    @property
    def why_away(self) -> str | None:
        """One sentence, while it is not."""
        ...

    def age_seconds(self, now: datetime) -> float | None:
        """How old the last state is."""
        ...

    async def run(self) -> None:
        """Keep it up to date until cancelled."""
        ...


Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One look at one account."""

    status: GuardStatus
    account: AccountStatus
    now: datetime
    zone: tzinfo | None
    """The trader's own; None: that of the machine."""
    is_live: bool = True
    is_gone: bool = False
    """Nobody is behind the guard's door any more."""
    why_away: str | None = None
    age_seconds: float = 0.0
    how_to_start: str = "risk-manager run"
    """The command that starts this home's guard."""
    hours: tuple[Hours, ...] = ()
    """When the trader was clocked in, oldest first; only read for the page that shows it."""

    @property
    def is_running(self) -> bool:
        """True where the guard is there: by its door, or, where that is not dead, because what it published is fresh.

        What is from the future is not fresh: the machine's clock was set back since.
        """
        is_fresh = abs((self.now - self.status.at).total_seconds()) <= OLD_AFTER_SECONDS
        return self.is_live or (is_fresh and not self.status.has_ended and not self.is_gone)

    @property
    def is_blind(self) -> bool:
        """True where the guard runs and a hub is away."""
        hubs = self.status.connection
        return not (hubs.user_hub and hubs.market_hub)

    @property
    def is_offline(self) -> bool:
        """True where the guard runs and hears nothing at all of the broker."""
        hubs = self.status.connection
        return not (hubs.user_hub or hubs.market_hub)

    @property
    def as_of(self) -> str:
        """Of when positions and orders are, to begin a sentence with; empty: of now."""
        if not self.is_running:
            return f"{times.age(self.age_seconds)} ago"
        if self.is_offline:
            return "When the line went"
        return "Before the guard's start" if self.account.is_asleep else ""

    @property
    def guarding(self) -> Guarding:
        """What may be counted on."""
        return guarding(self.status.connection, is_running=self.is_running)

    @property
    def oldest_price_seconds(self) -> float | None:
        """The age of the oldest price that an open position is counted with; None where none is."""
        ages = [price_age_seconds(one, self.now) for one in self.account.positions]
        return max((one for one in ages if one is not None), default=None)

    @property
    def has_old_prices(self) -> bool:
        """True where the open P&L hangs on an old price, and the market is not known to be closed."""
        return any(self.is_old(one) for one in self.account.positions)

    def is_old(self, position: PositionStatus) -> bool:
        """True where the price of one position is old, and the market is not known to be closed."""
        return has_old_price(position, self.account, self.status.market, self.now)

    @property
    def is_market_closed(self) -> bool:
        """True where the market is known to sleep now."""
        return is_market_closed(self.status.market, self.now)

    @property
    def has_unpriced(self) -> bool:
        """True where a position has no price at all: its P&L is not in the sum."""
        return any(one.open_pnl is None for one in self.account.positions)

    def rule_name(self, rule: str | None) -> str:
        """A rule in words, whether it is named by number or by key: `daily realized loss`."""
        for one in self.account.rule_details:
            if rule in (one.id, one.key):
                return one.key.replace("_", " ")
        return (rule or "").replace("_", " ")


def look(source: Source, chosen: int | None, now: datetime, zone: tzinfo | None) -> Moment | None:
    """The chosen account now, or the first where that is not there; None where there is nothing to show."""
    status = source.status
    if status is None or not status.accounts:
        return None
    account = next((one for one in status.accounts if one.id == chosen), status.accounts[0])
    return Moment(
        status=status,
        account=account,
        now=now,
        zone=zone,
        is_live=source.is_live,
        is_gone=source.is_gone,
        why_away=source.why_away,
        age_seconds=source.age_seconds(now) or 0.0,
    )


def total(status: GuardStatus) -> Decimal:
    """The day of all accounts together."""
    return sum((one.net_pnl for one in status.accounts), Decimal(0))
