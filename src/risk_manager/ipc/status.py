"""The state that the daemon publishes for everyone on the machine to read: a small file, replaced atomically.

No secret is in it. Money is written as text with its exact digits.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from risk_manager.core.gauge import Gauge as Gauge  # screens know only the words of ipc
from risk_manager.core.told_times import lock_condition as lock_condition
from risk_manager.ipc import for_everyone

OWN = "the trader's "
"""What the name of a trader's channel begins with. No name that can be written does: it hides none of the admin's."""


class PositionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An open position."""

    contract: str
    symbol: str
    signed_size: int
    average_price: Decimal
    mark: Decimal | None
    """None: no price has been seen."""
    mark_at: datetime | None
    open_pnl: Decimal | None
    unprotected_since: datetime | None
    stopped: int = 0
    """Contracts that working stop orders would close."""
    stop_price: Decimal | None = None
    """The stop that would be reached last; None where there is none with a price."""
    stop_ticks: Decimal | None = None
    """From the mark to that stop, in ticks; negative: the stop is behind the mark. None without either."""
    stop_usd: Decimal | None = None
    """What the position's P&L would be at that stop."""
    grace_until: datetime | None = None
    """When a position without a stop is closed; None: it is protected, or no rule says so."""


class OrderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is alive."""

    id: int
    contract: str
    symbol: str
    side: str
    type: str
    status: str
    size: int
    filled: int
    limit_price: Decimal | None
    stop_price: Decimal | None


class LockStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that stands."""

    rule: str
    symbol: str | None
    kind: str
    since: datetime
    until: datetime | None
    why: str


class RuleStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is on."""

    id: str
    key: str
    gauges: tuple[Gauge, ...]
    """Where it stands; empty for a rule that has nothing to show."""
    is_breached: bool = False
    waived_until: datetime | None = None
    """By the admin's word it is not enforced until then; None: it is, but for the symbols below."""
    waived_symbols: dict[str, datetime] = {}
    """Symbols for which it is not enforced by the admin's word, and until when."""

    def is_waived_for(self, symbol: str | None) -> bool:
        """True where it is not enforced for a symbol; of None: where it is not enforced at all."""
        return self.waived_until is not None or symbol in self.waived_symbols

    def waivers(self) -> list[tuple[str, datetime]]:
        """What is waived, for behind the rule's name (empty: all of it, else ` for RTY`), and until when."""
        every = [("", self.waived_until)] if self.waived_until is not None else []
        return [*every, *((f" for {symbol}", until) for symbol, until in self.waived_symbols.items())]


class TradeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A fill of the account's day."""

    id: int
    order: int
    at: datetime
    symbol: str
    side: str
    size: int
    price: Decimal
    realized_pnl: Decimal | None
    """Gross, of an exit; None for an entry."""
    costs: Decimal


class ActStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the guard has done or has to say, in words."""

    at: datetime
    says: str
    account: int | None = None
    rule: str | None = None
    is_loud: bool = False
    """True for what a trader should not miss: a breach, a lock, a critical alert."""


class CloseStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard has asked to be closed, all at once, and why."""

    at: datetime
    asked: tuple[str, ...]
    """In words, each contract for itself: `close all of MNQ`, `close 2 of ES`."""
    why: str


class ClosingStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A close that has been asked for and that the broker has not confirmed."""

    contract: str
    size: int | None = None
    """Contracts of the position that are to go; None: all of it."""
    is_overdue: bool = False
    """The broker has refused it, or not confirmed it within its time (`confirm_within`), or it was asked for again."""
    refused: str | None = None
    """What the broker said when it refused the last time, empty where it gave no reason; None: it has not."""


class MarketStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The market's clock: the week of CME Globex."""

    is_open: bool
    changes_at: datetime
    """The next close while it is open, the next open while it is not."""
    next_holiday: date | None = None
    """The next weekday, today included, without any session."""
    next_early_close: datetime | None = None
    """The next close that comes before the usual hour."""


class AccountStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One account as the guard believes it to be."""

    id: int
    name: str
    """The admin's word for it, else the broker's."""
    can_trade: bool | None
    balance: Decimal | None
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    net_pnl: Decimal
    is_tradable: bool
    positions: tuple[PositionStatus, ...]
    orders: tuple[OrderStatus, ...]
    locks: tuple[LockStatus, ...]
    waived_rules: tuple[str, ...]
    """Rules of which something is waived: all of it, or one symbol; which of both stands in `rule_details`."""
    rules: tuple[str, ...]
    """The rules that are on, by their YAML keys."""
    rule_details: tuple[RuleStatus, ...] = ()
    day_ends_at: datetime | None = None
    """The account's next reset."""
    trades: tuple[TradeStatus, ...] = ()
    """Of the account's day, in the order of their times; voided ones are left out."""
    is_asleep: bool = False
    """Not read from the gateway since the start: what is shown is what was known before."""
    quote_stale_after: float = 10.0
    """Seconds from which on the price of an open position counts as old while its market is open."""
    closings: tuple[ClosingStatus, ...] = ()
    """What is being closed, wholly or in part; one a contract."""
    last_close: CloseStatus | None = None
    """The last that the guard has asked to be closed, wholly or in part, also before its start; None: nothing yet."""

    def closing(self, contract: str) -> ClosingStatus | None:
        """The close of a contract that is under way; None: there is none."""
        return next((one for one in self.closings if one.contract == contract), None)


class ConnectionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the guard is connected."""

    user_hub: bool
    market_hub: bool
    lost_since: datetime | None
    reconnects: int
    unreadable: int
    """Messages that could not be read."""
    repeated: int = 0
    """Messages that changed nothing: a second copy, or one that came behind newer ones."""
    missed: int = 0
    """Reads that showed something which no message had told of until then."""


class RefusedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration files as they are now do not hold, so that something else is in force."""

    since: datetime
    why: str
    """One sentence, or one a line."""
    is_last_good: bool = False
    """The guard has started so, with the last configuration that held; else it goes on with what it had."""


class GuardStatus(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as of a moment."""

    at: datetime
    started_at: datetime
    version: str
    connection: ConnectionStatus
    accounts: tuple[AccountStatus, ...]
    acts: tuple[ActStatus, ...] = ()
    """What the guard has done lately, newest first, also before its start."""
    market: MarketStatus | None = None
    is_saved: bool = True
    """False while nothing can be saved: a restart would forget."""
    while_away: tuple[str, ...] = ()
    """What happened before this start while nobody watched, in words; empty for the first guard of a home."""
    has_ended: bool = False
    """True in the last word of a guard that has ended in order; of one that was killed only the age tells."""
    waits_for_start: tuple[str, ...] = ()
    """What of the configuration files is not in force before the guard is started again, in words."""
    mute: tuple[str, ...] = ()
    """The channels that take no message now, and why, and why the trader's own file is not read, in words."""
    told: tuple[str, ...] = ()
    """The channels that the guard has people told by, by name; a trader's own begin with `the trader's `."""
    unwatched: tuple[str, ...] = ()
    """The configuration files whose changes the guard does not notice any more; empty in a guard that is well."""
    refused_files: RefusedFiles | None = None
    """Where what the configuration files say is not in force, for it does not hold; None: it is."""
    failing: tuple[str, ...] = ()
    """What does not work of all that is around the guarding (the local door, the logs), and what that means, in words.
    Empty in a guard that is well."""


def write(path: Path, status: GuardStatus) -> None:
    """Replace the published state; a reader sees the old one or the new one, never a part. Everyone may be one. Raises
    OSError."""
    for_everyone.replace(path, msgspec.json.encode(status))


def read(path: Path) -> GuardStatus:
    """The published state. Raises OSError where there is none, msgspec.MsgspecError where it is damaged."""
    return msgspec.json.decode(for_everyone.read(path), type=GuardStatus)
