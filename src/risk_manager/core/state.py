"""What we believe: about each account, and about the market (MOD-009).

All that a restart must bring back, to be written down as it stands. Values are frozen, mappings never changed in place.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from risk_manager.core.events import Hub
from risk_manager.core.model import (
    AccountId,
    Contract,
    ContractId,
    Order,
    OrderId,
    Position,
    Quote,
    Symbol,
    Trade,
    TradeId,
)
from risk_manager.core.pursued import Change, Closing, Placing, Spent
from risk_manager.core.rule import Condition, LockKind


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that stands: of the account, or of one symbol."""

    rule: str
    symbol: Symbol | None
    kind: LockKind
    since: datetime
    until: datetime | None
    """It is gone at this instant; None: open-ended."""
    why: str
    condition: Condition | None = None
    measure: dict[ContractId, int] = {}
    """Of a cooldown: the signed size that each contract may keep; a contract that is missing may have none."""

    def covers(self, symbol: Symbol) -> bool:
        """True where the lock is about this symbol."""
        return self.symbol is None or self.symbol == symbol


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """By the admin's word a rule is recorded and not enforced, until its next reset."""

    rule: str
    symbol: Symbol | None
    until: datetime
    why: str


class Line(msgspec.Struct, frozen=True):
    """An admin's clear: fills before it never count again for the rule."""

    at: datetime
    arrival: int
    """The last trade that had arrived by then."""

    def is_before(self, trade: Trade) -> bool:
        """True for a trade on the near side of the line: it counts."""
        return trade.arrival > self.arrival and trade.at >= self.at


class Standing(msgspec.Struct, frozen=True):
    """A breach that holds since it was recorded."""

    rule: str
    about: str
    waived: bool
    lock: tuple[str, Symbol | None] | None = None
    """The lock that it has set (kind, symbol); its end ends the breach."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A trading day under way, and what has been realized in it."""

    start: datetime
    end: datetime
    gross: Decimal = Decimal(0)
    costs: Decimal = Decimal(0)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a fill that one of its three messages has told and another has not."""

    at: datetime
    quantity: int
    """Signed: what it does to the position."""
    growth: int = 0
    """Of a position's move: how much of it made the position larger."""
    is_turn: bool = False
    """Of a position's move: it came out on the other side. One order that is large enough has done all of it."""
    trade: TradeId = 0
    """Of a trade: its id."""
    is_exit: bool = False
    """Of a trade: it closes contracts."""
    exits: int = 0
    """Of a position's move: how much of it is taken for market exits that were under way."""
    orders: tuple[OrderId, ...] = ()
    """Of a position's move: the orders of its side that were working then, oldest first."""
    until: datetime | None = None
    """Of an order's fill: it is a market exit's, and counts as on its way until then."""
    is_ours: bool = False
    """Of a position's move: a close of ours was under way, and has closed what nobody else explains."""


class Fills(msgspec.Struct, frozen=True, kw_only=True):
    """What the messages of one contract have told of the same fills so far, and wait to hear from each other."""

    trades: tuple[Told, ...] = ()
    """Told by a trade, not yet shown by a position."""
    moves_for_trades: tuple[Told, ...] = ()
    """Shown by a position, its trade not yet told."""
    order_fills: tuple[Told, ...] = ()
    """Told by an order, not yet shown by a position."""
    moves_for_orders: tuple[Told, ...] = ()
    """Shown by a position, its order's message not yet told."""

    @property
    def is_empty(self) -> bool:
        """True when nothing waits."""
        return not (self.trades or self.moves_for_trades or self.order_fills or self.moves_for_orders)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account as we believe it to be."""

    id: AccountId
    name: str = ""
    can_trade: bool | None = None
    balance: Decimal | None = None
    positions: dict[ContractId, Position] = {}
    orders: dict[OrderId, Order] = {}
    """Orders that are alive: working, suspended, or on their way out."""
    trades: dict[TradeId, Trade] = {}
    """Of the days under way and the last hour, in the order of their arrival, voided ones too."""
    days: dict[str, Day] = {}
    """Each trading day that a rule or the account counts in, by `trading_day.key`."""
    own_day: str = ""
    """The key of the account's own day."""
    fills: dict[ContractId, Fills] = {}
    told: dict[ContractId, datetime] = {}
    """When a hub or a read last told of a contract's position, flat ones too."""
    earlier: dict[ContractId, Position] = {}
    """What was held of a contract before its last move; a contract that was flat then has what was held before that."""
    ended: dict[OrderId, datetime] = {}
    """Orders that have ended lately: what is told late of them does not bring them back."""
    locks: tuple[Lock, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    lines: dict[str, Line] = {}
    standing: dict[str, Standing] = {}
    """The breaches that hold, by `rule|about`."""
    closings: dict[ContractId, Closing] = {}
    changes: dict[OrderId, Change] = {}
    placings: dict[ContractId, Placing] = {}
    trims: dict[OrderId, ContractId] = {}
    """Orders that are to be cut to their position, because we have reduced it."""
    stuck: dict[OrderId, ContractId] = {}
    """Orders that had to go and that the gateway does not let us cancel: what they fill is closed."""
    closed: dict[ContractId, datetime] = {}
    """Contracts that are flat by a close of ours, and since when: what was placed before it goes, also when it is told
    of only now."""
    by_order: tuple[str, ...] = ()
    """Kinds of closes (close, reduce) that the gateway refuses on this account: they leave as market orders."""
    unprotected: dict[ContractId, datetime] = {}
    """Since when a position has had less stop than size."""
    memory: dict[str, Any] = {}
    """What each rule must remember, by rule id."""
    arrivals: int = 0  # Trades booked so far.
    latest: datetime | None = None  # The latest time of the trades; None where it is not known.
    revision: int = 0
    """Changes when the trades change: what is computed from them can be kept until then."""
    growths: int = 0
    """Position growths seen so far."""
    tags: int = 0
    """Orders of our own placed so far."""
    spent: dict[ContractId, Spent] = {}
    """Closes of ours that are done although their own market orders have not been told of yet."""
    is_asleep: bool = False
    """Read from the store and not from the gateway yet: nothing is judged on what was believed long ago."""

    def is_locked_hard(self) -> bool:
        """True under a hard lock of the whole account."""
        return any(lock.kind is LockKind.HARD and lock.symbol is None for lock in self.locks)


class Away(msgspec.Struct, frozen=True):
    """A hub that is gone."""

    since: datetime
    why: str
    is_told: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the engine believes."""

    now: datetime
    """The latest time that it was handed; it never runs backwards in here."""
    accounts: dict[AccountId, Account]
    quotes: dict[ContractId, Quote] = {}
    contracts: dict[ContractId, Contract] = {}
    """What the gateway has told of contracts that the catalogue does not have."""
    unsaved: bool = False  # True while nothing can be written: what a restart would forget is not loosened.
    holders: dict[ContractId, tuple[AccountId, ...]] = {}
    """Who holds a contract: the accounts that a quote concerns."""
    due: dict[AccountId, datetime] = {}
    """When each account wants to be looked at again."""
    away: dict[Hub, Away] = {}
    unreadable: int = 0
    deadline: datetime | None = None
    calm: dict[ContractId, Any] = {}
    """Between which prices quotes change nothing (`calm.Calm`); derived, and not written down."""
