"""What a rule or a lock sees: the account, the market, the time, and what is already being done about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from risk_manager.core import exits, fills, pnl, trade_counts
from risk_manager.core.contracts import contract_known, symbol_of
from risk_manager.core.model import (
    STOP_TYPES,
    WORKING,
    Adding,
    Contract,
    ContractId,
    Order,
    OrderId,
    OrderType,
    Position,
    Side,
    Symbol,
    Trade,
)
from risk_manager.core.outcome import Outcome
from risk_manager.core.pursued import ChangeKind
from risk_manager.core.pursuit import closing_of
from risk_manager.core.rule import LockKind
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, State

_MARKET, _BUY = OrderType.MARKET, Side.BUY


class Sight:
    """One account at one instant, with the work that this step has planned so far."""

    __slots__ = (
        "_adding",
        "_exiting",
        "_left",
        "_marks",
        "_open",
        "_planned",
        "_stood",
        "_stops",
        "_taken",
        "_trades",
        "_unrealized",
        "account",
        "now",
        "outcome",
        "settings",
        "state",
        "within",
    )

    def __init__(self, state: State, account: Account, settings: Settings, now: datetime, outcome: Outcome) -> None:
        self.state = state
        self.account = account
        self.settings = settings
        self.now = now
        self.outcome = outcome
        self.within = settings.within
        self._stood = account.locks
        self._unrealized: Decimal | None = None
        self._trades: list[Trade] | None = None
        self._taken: dict[ContractId, dict[OrderId, int]] = {}
        self._planned = (0, 0, 0)
        self._marks: dict[ContractId, Decimal | None] = {}
        self._open: dict[ContractId, Decimal | None] = {}
        self._adding: list[Adding] | None = None
        self._left: dict[ContractId, tuple[int | None, int]] = {}
        self._exiting: set[ContractId] | None = None
        self._stops: dict[ContractId, list[Order]] | None = None

    def stand_on(self, account: Account) -> None:
        """Take an account whose locks have ended by their condition: those do not stand any more."""
        self.account = account
        self._stood = account.locks

    # What is open

    def positions(self) -> Iterable[Position]:
        """Every open position, as the broker has reported it."""
        return self.account.positions.values()

    def size_left(self, contract: ContractId) -> int:
        """Contracts of a position that nobody is closing: less what is under way and what this step has planned."""
        wanted = self.outcome.closes.get(contract)  # as `closing`, written out: asked for each position by many rules
        planned = 0 if wanted is None else wanted.size
        known = self._left.get(contract)
        if known is not None and known[0] == planned:
            return known[1]
        position = self.account.positions.get(contract)
        left = (0 if position is None else position.size) - self.going_out(contract)
        left = max(0, left - (self.closing_by_us(contract) if planned != 0 or contract in self.account.closings else 0))
        self._left[contract] = (planned, left)
        return left

    def closing_by_us(self, contract: ContractId) -> int:
        """Contracts of a position that the guard closes: under way, or planned in this step."""
        position = self.account.positions.get(contract)
        if position is None:
            return 0
        under_way = closing_of(self.account, contract)
        planned = self.outcome.closing(contract)
        if under_way is None or planned is None:
            return position.size
        return min(position.size, under_way + planned)

    def going_out(self, contract: ContractId) -> int:
        """Contracts of a position that market exits are about to close."""
        if self._exiting is None:
            self._exiting = {order.contract for order in self.account.orders.values() if order.type is _MARKET}
        if contract not in self._exiting:
            return exits.told(self.account, contract, self.now)
        return exits.under_way(self.account, contract, self.now, self.within)

    # Orders

    def stops(self, contract: ContractId) -> list[Order]:
        """The working stop orders of a contract, on either side."""
        if self._stops is None:
            self._stops = {}
            for order in self.account.orders.values():
                if order.type in STOP_TYPES and order.is_working:
                    self._stops.setdefault(order.contract, []).append(order)
        return self._stops.get(contract, [])

    def left(self, order: Order) -> int:
        """Contracts of an order that may still fill, less what a position has shown of it already."""
        if order.contract not in self.account.fills:
            return order.remaining
        taken = self._taken.get(order.contract)
        if taken is None:
            taken = self._taken[order.contract] = fills.taken_off(self.account, order.contract)
        return order.remaining - taken.get(order.id, 0) if taken else order.remaining

    def orders(self) -> list[tuple[Order, int]]:
        """Working orders that nobody is cancelling, each with what may still fill. No exits under way."""
        return [(order, left) for order in self.account.orders.values() if (left := self.may_fill(order)) > 0]

    def adding(self) -> list[Adding]:
        """Those of them that would make a position larger, and by how much."""
        planned = self.outcome.orders_planned()
        if self._adding is None or self._planned != planned:
            self._planned, self._adding = planned, []
            for order in self.account.orders.values():
                position = self.account.positions.get(order.contract)
                if position is not None and (order.side is _BUY) is not (position.signed_size > 0):
                    if order.size - order.filled <= abs(position.signed_size):
                        continue  # it protects, as most do: whatever else is known of it makes it smaller
                left = self.may_fill(order)
                if left > 0 and (increase := self.increase(order, left)) > 0:
                    self._adding.append(Adding(order, left, increase))
        return self._adding

    def may_fill(self, order: Order) -> int:
        """Contracts that may still fill of an order; 0 where it does not work, or somebody is cancelling it."""
        is_exit = order.type is _MARKET and exits.only_reduces(self.account, order)
        if order.status not in WORKING or order.id in self.outcome.cancels or is_exit:
            return 0
        left, change = self.left(order), self.account.changes.get(order.id)
        if change is not None and change.is_under_way():
            if change.kind is ChangeKind.CANCEL:
                return 0
            if change.kind is ChangeKind.RESIZE and change.size is not None:
                left = min(left, max(0, change.size - order.filled))
        if order.id in self.outcome.cuts:
            left = min(left, self.room(order))
        return left

    def increase(self, order: Order, left: int) -> int:
        """Contracts by which an order, filled, makes its position larger; past zero, only the part past zero. A
        protective order increases nothing: it is measured against the position as it is reported, or as a fill that
        was told will make it (the stop of a bracket may come first)."""
        position = self.account.positions.get(order.contract)
        if position is None or (order.side is _BUY) is (position.signed_size > 0):
            return left if order.contract not in self.account.fills else fills.beyond_told(self.account, order, left)
        return max(0, left - position.size)

    def is_opposite(self, order: Order) -> bool:
        """True for an order on the other side of an open position: it gets out before it gets in."""
        position = self.account.positions.get(order.contract)
        return position is not None and order.side.sign != position.sign

    def room(self, order: Order) -> int:
        """How many contracts an opposite order may keep: the position as reported, less what the guard closes."""
        position = self.account.positions.get(order.contract)
        return 0 if position is None else max(0, position.size - self.closing_by_us(order.contract))

    # Trades

    def trades(self, rule: str) -> list[Trade]:
        """The trades that count for a rule, in the order of their own times; not those that an admin's clear has put
        behind its line."""
        if self._trades is None:
            self._trades = trade_counts.counting(self.account)
        line = self.account.lines.get(rule)
        return self._trades if line is None else [trade for trade in self._trades if line.is_before(trade)]

    # Prices

    def contract(self, contract: ContractId) -> Contract | None:
        """What the contract is worth; None for an unknown product."""
        return contract_known(contract) or self.state.contracts.get(contract)

    def mark(self, position: Position) -> Decimal | None:
        """The price that a position is worth, None where it is unpriced."""
        contract = position.contract
        if contract not in self._marks:
            self._marks[contract] = pnl.mark(self.state, position, self.settings.defaults)
        return self._marks[contract]

    def open_pnl(self, position: Position) -> Decimal | None:
        """Open P&L of one position, None where it is unpriced."""
        contract = position.contract
        if contract not in self._open:
            mark = self.mark(position)
            self._open[contract] = None if mark is None else pnl.of_position(self.account, position, mark)
        return self._open[contract]

    def unrealized(self) -> Decimal:
        """Open P&L of the account."""
        if self._unrealized is None:
            results = [self.open_pnl(position) for position in self.positions()]
            self._unrealized = sum((result for result in results if result is not None), pnl.ZERO)
        return self._unrealized

    # Locks

    def is_symbol_locked(self, symbol: Symbol) -> bool:
        """True where a hard lock of this symbol stood before this step: no rule is asked of it."""
        return bool(self._stood) and any(lock.kind is LockKind.HARD and lock.symbol == symbol for lock in self._stood)

    def symbol(self, contract: ContractId) -> Symbol:
        """The trader's word for a contract's product."""
        return symbol_of(contract)
