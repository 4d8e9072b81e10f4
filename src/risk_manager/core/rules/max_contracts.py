"""RULE-001 max_contracts: no more contracts than this over all instruments of the account.

Watches: positions and working orders.
Breached: when the count is greater than the limit (the limit itself is allowed; a limit of 0 is too).
Then: closes everything, or only the excess; an order that could break the limit is cancelled. Nothing is locked.
Ends: when the count is within the limit again.
Blind: sizes are the gateway's last word; prices do not matter.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

import msgspec

from risk_manager.core import gauge, pending
from risk_manager.core.contracts import is_micro, symbol_of
from risk_manager.core.gauge import Gauge, Unit
from risk_manager.core.model import ContractId, Position
from risk_manager.core.rule import CloseAll, Finding, ReduceContract, Rule, Topic, Wish
from risk_manager.core.settings import Action, Contracts, Weight
from risk_manager.core.sight import Sight

_ONE = Decimal(1)


class CountType(enum.Enum):
    """How contracts add up."""

    NET = "net"
    """Longs less shorts, without sign."""
    GROSS = "gross"
    """Longs and shorts together."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    limit: Contracts
    count_type: CountType = CountType.NET
    close_all: bool = True
    reduce_to_limit: bool = False
    check_pending_orders: bool = True
    micro_weight: Weight = _ONE
    """What one micro counts: 0.1 counts ten MNQ as one NQ."""
    action: Action | None = None

    def __post_init__(self) -> None:
        if not self.close_all and not self.reduces:
            raise ValueError("close_all and reduce_to_limit are both false: one of them must say what a breach does")

    @property
    def reduces(self) -> bool:
        """True where only the excess is closed."""
        return self.reduce_to_limit or self.action is Action.REDUCE_TO_LIMIT


def weight_of(contract: ContractId, config: Config) -> Decimal:
    """What one contract counts."""
    return config.micro_weight if is_micro(contract) else _ONE


def count(sight: Sight, config: Config) -> tuple[Decimal, Decimal]:
    """The count without what is being closed already, and the count as reported; both signed under net."""
    is_net = config.count_type is CountType.NET
    signed = [(position, position.sign if is_net else 1) for position in sight.positions()]
    left = [(position.contract, sign * sight.size_left(position.contract)) for position, sign in signed]
    reported = [(position.contract, sign * position.size) for position, sign in signed]
    return _weighed(left, config), _weighed(reported, config)


def _weighed(sizes: list[tuple[ContractId, int]], config: Config) -> Decimal:
    contracts = micros = 0
    for contract, size in sizes:
        if is_micro(contract):
            micros += size
        else:
            contracts += size
    return contracts + micros * config.micro_weight if micros else Decimal(contracts)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked of the positions first, and of the orders where those are within the limit."""
    if not sight.account.changes and _at_most(sight, config) <= config.limit:
        return
    counted, reported = count(sight, config)
    if abs(counted) > config.limit:
        yield _too_many(sight, config, counted)
    else:
        if abs(reported) > config.limit:
            yield Finding(about="positions", why="still being closed", is_new=False)
        if config.check_pending_orders:
            yield from pending.over_limit(sight, lambda book: _worst(sight, config, counted, book), config.limit)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """Contracts that are open, as reported, against the limit."""
    then = "What is too much is closed." if config.reduces else "Everything is closed."
    value = abs(count(sight, config)[1])
    yield gauge.of_count(f"Contracts ({config.count_type.value})", Unit.CONTRACTS, value, Decimal(config.limit), then)


def _at_most(sight: Sight, config: Config) -> Decimal:
    """No count of any kind is larger: all that is open and could be added, on whichever side, closed by us or not."""
    sizes = [(contract, position.size) for contract, position in sight.account.positions.items()]
    return _weighed(sizes + [(order.contract, left) for order, left, _ in sight.adding()], config)


def _too_many(sight: Sight, config: Config, counted: Decimal) -> Finding:
    kind = config.count_type.value
    why = f"{gauge.plain(abs(counted))} contracts ({kind}) are more than the limit of {config.limit}"
    if not config.reduces:
        wishes: list[Wish] = [CloseAll()]
    else:
        wishes = _reduction(sight, config, counted)
    return Finding(about="positions", why=why, wishes=tuple(wishes), value=abs(counted), limit=Decimal(config.limit))


def _reduction(sight: Sight, config: Config, counted: Decimal) -> list[Wish]:
    """The excess, last increased contract first, only on the side that makes the count; whole contracts."""
    wishes: list[Wish] = []
    excess = abs(counted) - config.limit
    side = None if config.count_type is CountType.GROSS else (1 if counted > 0 else -1)
    reduced: list[Position] = []
    for position in sorted(sight.positions(), key=lambda position: -position.increased):
        size = sight.size_left(position.contract)
        if excess <= 0 or not size or (side is not None and position.sign != side):
            continue
        weight = weight_of(position.contract, config)
        closing = min(size, int((excess / weight).to_integral_value(rounding=ROUND_CEILING)))
        wishes.append(ReduceContract(position.contract, closing))
        reduced.append(position)
        excess -= closing * weight
    wishes += pending.adding_to(sight, reduced, symbol_of)
    return wishes


def _worst(sight: Sight, config: Config, counted: Decimal, book: pending.Book) -> pending.Worst:
    """The worst case of what is open and what is working, and the orders at fault."""
    if config.count_type is CountType.NET:
        # The whole of an order that goes past zero: what it takes off first is in the net already.
        up = counted + sum(line.left * weight_of(line.order.contract, config) for line in book.buys())
        down = counted - sum(line.left * weight_of(line.order.contract, config) for line in book.sells())
        return pending.Worst(abs(up), book.buys()) if abs(up) >= abs(down) else pending.Worst(abs(down), book.sells())
    return pending.gross(sight, book, lambda contract: weight_of(contract, config))


EXAMPLE = """\
max_contracts:
  enabled: true
  limit: 5
  count_type: net
  close_all: true
  reduce_to_limit: false
  check_pending_orders: true
  micro_weight: 1
"""

RULE = Rule(
    id="RULE-001",
    key="max_contracts",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.ORDERS,
    actions=(Action.CLOSE_ALL, Action.REDUCE_TO_LIMIT),
    gauges=gauges,
)
