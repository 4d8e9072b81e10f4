"""Working orders that could break a contract limit: the worst case, and which of them must go.

Exposure-increasing orders of the side at fault go, newest first, whole orders, until the worst case fits. Of an
order that gets out before it gets in only the part past zero goes. Protective orders are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from risk_manager.core.contracts import symbol_of
from risk_manager.core.model import Adding, ContractId, Position, Side, Symbol
from risk_manager.core.rule import CancelOrder, CutOrder, Finding, Wish
from risk_manager.core.sight import Sight

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Book:
    """The orders that would add, oldest first."""

    lines: tuple[Adding, ...]
    symbol: Symbol | None
    """The symbol that it is about; None: the whole account."""

    def buys(self) -> tuple[Adding, ...]:
        """Those that buy."""
        return tuple(line for line in self.lines if line.order.side is Side.BUY)

    def sells(self) -> tuple[Adding, ...]:
        """Those that sell."""
        return tuple(line for line in self.lines if line.order.side is Side.SELL)

    def without(self, line: Adding) -> Book:
        """The book when one of them is gone."""
        return Book(tuple(kept for kept in self.lines if kept is not line), self.symbol)


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst case, and the orders that make it."""

    count: Decimal
    at_fault: tuple[Adding, ...]


def book_of(sight: Sight, symbol: Symbol | None) -> Book:
    """The working orders of the account, or of one symbol, that would add something."""
    lines = [line for line in sight.adding() if symbol is None or symbol_of(line.order.contract) == symbol]
    lines.sort(key=lambda line: (line.order.created_at, line.order.id))
    return Book(tuple(lines), symbol)


def over_limit(
    sight: Sight, worst_of: Callable[[Book], Worst], limit: int, symbol: Symbol | None = None
) -> Iterator[Finding]:
    """A finding for each order that must go so that the worst case is within the limit."""
    if sight.account.changes:
        yield from _being_changed(sight)
    book = book_of(sight, symbol)
    if not book.lines:
        return
    worst = worst_of(book)
    while worst.count > limit and worst.at_fault:
        # What we have asked to be cancelled before goes before what is newer and may fit without it.
        asked = [line for line in worst.at_fault if line.order.id in sight.account.changes]
        line = asked[-1] if asked else worst.at_fault[-1]
        order = line.order
        name = symbol_of(order.contract)
        wish: Wish = CutOrder(order.id) if sight.is_opposite(order) else CancelOrder(order.id)
        yield Finding(
            about=f"order {order.id}",
            why=(
                f"{order.side.name.lower()} order {order.id} of {name} could make it "
                f"{worst.count.normalize():f} contracts, more than the limit of {limit}"
            ),
            wishes=(wish,),
            symbol=symbol,
            value=worst.count,
            limit=Decimal(limit),
        )
        book = book.without(line)
        worst = worst_of(book)


def _being_changed(sight: Sight) -> Iterator[Finding]:
    """Orders that we are cancelling or cutting: recorded already, and not over before the broker has said so."""
    for order_id in sight.account.changes:
        yield Finding(about=f"order {order_id}", why="still being cancelled", is_new=False)


def gross(sight: Sight, book: Book, weight_of: Callable[[ContractId], Decimal]) -> Worst:
    """Per contract the worse of its two sides, added up; at fault are the orders of the worse sides."""
    lines: dict[ContractId, list[Adding]] = {}
    for line in book.lines:
        lines.setdefault(line.order.contract, []).append(line)
    total = _ZERO
    at_fault: list[Adding] = []
    for contract in dict.fromkeys([*lines, *sight.account.positions]):
        if book.symbol is not None and symbol_of(contract) != book.symbol:
            continue
        position = sight.account.positions.get(contract)
        left = sight.size_left(contract)
        long = left if position is not None and position.sign > 0 else 0
        short = left if position is not None and position.sign < 0 else 0
        buys = [line for line in lines.get(contract, ()) if line.order.side is Side.BUY]
        sells = [line for line in lines.get(contract, ()) if line.order.side is Side.SELL]
        up = long + sum(line.increase for line in buys)
        down = short + sum(line.increase for line in sells)
        total += max(up, down) * weight_of(contract)
        at_fault += buys if up >= down else []
        at_fault += sells if down >= up else []
    at_fault.sort(key=lambda line: (line.order.created_at, line.order.id))
    return Worst(total, tuple(at_fault))


def adding_to(sight: Sight, reduced: list[Position], symbol_of_contract: Callable[[ContractId], Symbol]) -> list[Wish]:
    """Cancels for the working orders of the reduced symbols that would add to the side at fault."""
    sides = {(symbol_of_contract(position.contract), position.sign) for position in reduced}
    wishes: list[Wish] = []
    for order, _, _ in sight.adding():
        if not sight.is_opposite(order) and (symbol_of_contract(order.contract), order.side.sign) in sides:
            wishes.append(CancelOrder(order.id))
    return wishes
