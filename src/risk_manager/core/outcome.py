"""Many breaches, one outcome: what one step wants done, each thing once, the widest close of a contract.

Filled while locks and rules are asked; then `plan.py` decides what of it leaves now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from risk_manager.core import exits
from risk_manager.core.contracts import symbol_of
from risk_manager.core.model import ContractId, Order, OrderId, Symbol
from risk_manager.core.rule import (
    CancelOrder,
    ChangeStop,
    CloseAll,
    CloseContract,
    CloseSymbol,
    CutOrder,
    ReduceContract,
    SetStop,
    Wish,
)
from risk_manager.core.state import Account


@dataclass(slots=True)
class Wanted:
    """A close or a reduction of a contract, and why."""

    size: int | None
    """None: the whole position."""
    why: str


@dataclass(slots=True)
class Unwanted:
    """An order that is to go, and why."""

    why: str
    sweeps: bool
    """True where its contract is closed, or its account locked: it goes whatever the rule says later."""


@dataclass(slots=True)
class Outcome:
    """The work that a step wants done."""

    account: Account
    closes: dict[ContractId, Wanted] = field(default_factory=dict)
    cancels: dict[OrderId, Unwanted] = field(default_factory=dict)
    cuts: dict[OrderId, str] = field(default_factory=dict)
    stops: dict[ContractId, tuple[SetStop, str]] = field(default_factory=dict)
    moves: dict[OrderId, tuple[ChangeStop, str]] = field(default_factory=dict)
    version: int = 0
    """Counts what has been added."""

    def is_empty(self) -> bool:
        """True when nothing is wanted."""
        return not (self.closes or self.cancels or self.cuts or self.stops or self.moves)

    def orders_planned(self) -> tuple[int, int, int]:
        """Another one where what is planned for orders has changed. A cut goes by what is left of its position."""
        return len(self.cancels), len(self.cuts), self.version if self.cuts else 0

    def closing(self, contract: ContractId) -> int | None:
        """Contracts that are planned to be closed: a number, None for the whole position."""
        wanted = self.closes.get(contract)
        return 0 if wanted is None else wanted.size

    def add(self, wish: Wish, why: str) -> None:
        """Take up one wish."""
        self.version += 1
        match wish:
            case CloseAll():
                self._close_all(None, why)
            case CloseSymbol():
                self._close_all(wish.symbol, why)
            case CloseContract():
                self._close(wish.contract, self._orders_of(wish.contract), why)
            case ReduceContract():
                self._reduce(wish.contract, wish.size, why)
            case CancelOrder():
                self._cancel(wish.order, why)
            case CutOrder():
                self.cuts.setdefault(wish.order, why)
            case SetStop():
                self.stops.setdefault(wish.contract, (wish, why))
            case ChangeStop():
                self.moves.setdefault(wish.order, (wish, why))

    def _close_all(self, symbol: Symbol | None, why: str) -> None:
        orders: dict[ContractId, list[Order]] = {contract: [] for contract in self.account.positions}
        others: list[Order] = []
        for order in self.account.orders.values():
            orders.get(order.contract, others).append(order)
        for contract, own in orders.items():
            if symbol is None or symbol_of(contract) == symbol:
                self._close(contract, own, why)
        for order in others:
            if symbol is None or symbol_of(order.contract) == symbol:
                self._sweep(order, why)

    def _close(self, contract: ContractId, orders: Iterable[Order], why: str) -> None:
        if contract in self.account.positions:
            known = self.closes.get(contract)
            if known is None or known.size is not None:
                self.closes[contract] = Wanted(None, why)
        for order in orders:
            self._sweep(order, why)

    def _orders_of(self, contract: ContractId) -> list[Order]:
        return [order for order in self.account.orders.values() if order.contract == contract]

    def _reduce(self, contract: ContractId, size: int, why: str) -> None:
        position = self.account.positions.get(contract)
        known = self.closes.get(contract)
        if position is None or size <= 0 or (known is not None and known.size is None):
            return
        total = size + (known.size or 0 if known is not None else 0)
        if total >= position.size:
            self._close(contract, self._orders_of(contract), why)
        else:
            self.closes[contract] = Wanted(total, known.why if known is not None else why)

    def _sweep(self, order: Order, why: str) -> None:
        """A working or suspended order goes with its position; an exit under way is left alone, and so is one that has
        told of all its fills and not of its end."""
        is_alive = (order.is_working and (order.remaining or not order.filled)) or order.is_suspended
        if is_alive and not exits.only_reduces(self.account, order):
            known = self.cancels.get(order.id)
            self.cancels[order.id] = Unwanted(known.why if known is not None else why, sweeps=True)

    def _cancel(self, order_id: OrderId, why: str) -> None:
        order = self.account.orders.get(order_id)
        if order is not None and not exits.only_reduces(self.account, order):
            self.cancels.setdefault(order_id, Unwanted(why, sweeps=False))
