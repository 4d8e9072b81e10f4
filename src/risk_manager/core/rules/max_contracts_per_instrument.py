"""RULE-002 max_contracts_per_instrument: no more contracts of one symbol than this, all its expiries together.

Watches: positions and working orders.
Breached: when a symbol's count is greater than its limit. What is not listed is blocked (a limit of 0), free, or has
a limit of its own.
Then: closes the excess, last increased contract first, or the whole of the symbol; an order that could break the
limit is cancelled. Nothing is locked.
Ends: when the symbol is within its limit again.
Blind: sizes are the gateway's last word; prices do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

import msgspec

from risk_manager.core import gauge, pending
from risk_manager.core.contracts import symbol_of
from risk_manager.core.gauge import Gauge, Unit
from risk_manager.core.model import Position, Symbol
from risk_manager.core.rule import CloseSymbol, Finding, ReduceContract, Rule, Topic, Wish
from risk_manager.core.settings import Action, Contracts, Kind, SymbolName
from risk_manager.core.sight import Sight

_BLOCK = "block"
_FREE = "allow_unlimited"
_WITH_LIMIT = "allow_with_limit:"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    limits: dict[SymbolName, Contracts]
    action: Action = Action.REDUCE_TO_LIMIT
    unknown_symbol_action: Annotated[str, Kind.TEXT] = _BLOCK
    """`block`, `allow_unlimited`, or `allow_with_limit:3`: for symbols that are not listed."""
    check_pending_orders: bool = True

    def __post_init__(self) -> None:
        text = self.unknown_symbol_action
        number = text.removeprefix(_WITH_LIMIT).strip()
        if text not in (_BLOCK, _FREE) and not (text.startswith(_WITH_LIMIT) and number.isdecimal()):
            raise ValueError(
                f"unknown_symbol_action: {text!r} is not known. It is block, allow_unlimited or allow_with_limit:3"
            )

    def limit_of(self, symbol: Symbol) -> int | None:
        """The most contracts of a symbol; None where there is no limit."""
        listed = self.limits.get(symbol)
        if listed is not None:
            return listed
        if self.unknown_symbol_action == _FREE:
            return None
        if self.unknown_symbol_action == _BLOCK:
            return 0
        return int(self.unknown_symbol_action.removeprefix(_WITH_LIMIT).strip())


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked of each symbol that is open or working."""
    sizes: dict[Symbol, int] = {}
    for contract, position in sight.account.positions.items():
        symbol = symbol_of(contract)
        sizes[symbol] = sizes.get(symbol, 0) + position.size
    may_add: dict[Symbol, int] = {}
    for order, _, increase in sight.adding():
        symbol = symbol_of(order.contract)
        may_add[symbol] = may_add.get(symbol, 0) + increase
    is_asked = config.check_pending_orders and bool(sight.account.changes)
    held: dict[Symbol, list[Position]] = {}
    for symbol in {**sizes, **may_add} if may_add else sizes:
        limit = config.limit_of(symbol)
        if limit is None or (sizes.get(symbol, 0) + may_add.get(symbol, 0) <= limit and not is_asked):
            continue
        held = held or _held(sight)
        counted = sum(sight.size_left(position.contract) for position in held.get(symbol, ()))
        if counted > limit:
            yield _too_many(sight, config, held[symbol], counted, limit)
            continue
        if sizes.get(symbol, 0) > limit:
            yield Finding(about=symbol, why="still being closed", is_new=False)
        # The worst case of the orders is asked for only where all of them together would be too many.
        if config.check_pending_orders and (sight.account.changes or counted + may_add.get(symbol, 0) > limit):
            yield from pending.over_limit(
                sight, lambda book: pending.gross(sight, book, lambda _: Decimal(1)), limit, symbol=symbol
            )


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """Contracts of each symbol that is listed or open, as reported, against its limit."""
    then = "All of it is closed." if config.action is Action.CLOSE_ALL else "What is too much is closed."
    sizes = dict.fromkeys(config.limits, 0)
    for position in sight.positions():
        symbol = symbol_of(position.contract)
        sizes[symbol] = sizes.get(symbol, 0) + position.size
    for symbol, size in sizes.items():
        limit = config.limit_of(symbol)
        if limit is not None:
            yield gauge.of_count(symbol, Unit.CONTRACTS, Decimal(size), Decimal(limit), then, symbol=symbol)


def _held(sight: Sight) -> dict[Symbol, list[Position]]:
    held: dict[Symbol, list[Position]] = {}
    for position in sight.positions():
        held.setdefault(symbol_of(position.contract), []).append(position)
    return held


def _too_many(sight: Sight, config: Config, positions: list[Position], counted: int, limit: int) -> Finding:
    symbol = symbol_of(positions[0].contract)
    why = f"{counted} {symbol} are more than the limit of {limit}"
    wishes: list[Wish] = []
    if config.action is Action.CLOSE_ALL:
        wishes.append(CloseSymbol(symbol))
    else:
        excess = counted - limit
        reduced: list[Position] = []
        for position in sorted(positions, key=lambda position: -position.increased):
            closing = min(excess, sight.size_left(position.contract))
            if closing > 0:
                wishes.append(ReduceContract(position.contract, closing))
                reduced.append(position)
                excess -= closing
        wishes += pending.adding_to(sight, reduced, symbol_of)
    value, most = Decimal(counted), Decimal(limit)
    return Finding(about=symbol, why=why, wishes=tuple(wishes), symbol=symbol, value=value, limit=most)


EXAMPLE = """\
max_contracts_per_instrument:
  enabled: true
  limits: {MNQ: 2, ES: 1, NQ: 1}
  enforcement: reduce_to_limit        # or close_all: the whole position of that symbol
  unknown_symbol_action: block        # or allow_unlimited, or allow_with_limit:3
  check_pending_orders: true
"""

RULE = Rule(
    id="RULE-002",
    key="max_contracts_per_instrument",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.ORDERS,
    actions=(Action.REDUCE_TO_LIMIT, Action.CLOSE_ALL),
    gauges=gauges,
)
