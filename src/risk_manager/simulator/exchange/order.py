"""One order in the venue's books."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from risk_manager.simulator.exchange.catalogue import Contract
from risk_manager.simulator.exchange.spelling import Wire, engine_time, plain, stored_time
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType, Side


@dataclass(slots=True, eq=False)
class Order:
    """What was asked for and what became of it. Mutable: the venue changes it in place.

    `ticks` is the signed distance of a bracket child from its entry, or the trailing distance of a trailing
    stop. `sibling_id` is the other child of the same entry, whatever the wire tells about it.
    """

    id: int
    account_id: int
    contract: Contract
    type: OrderType
    side: Side
    size: int
    created: datetime
    updated: datetime
    status: OrderStatus = OrderStatus.PENDING
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    ticks: int | None = None
    custom_tag: str | None = None
    parent_id: int | None = None
    linked_id: int | None = None
    sibling_id: int | None = None
    fill_volume: int = 0
    filled_value: Decimal = Decimal(0)
    closes_position: bool = False
    is_triggered: bool = False

    @property
    def remaining(self) -> int:
        """Contracts that are not filled yet."""
        return self.size - self.fill_volume

    @property
    def filled_price(self) -> Decimal | None:
        """Average price of what is filled; `None` before the first fill."""
        return round(self.filled_value / self.fill_volume, 10) if self.fill_volume else None

    def wire(self, *, straight_from_engine: bool) -> Wire:
        """The order model with nulls (reference, 4.8); what is optional there may be absent."""
        written = engine_time if straight_from_engine else stored_time
        average = self.filled_price
        wire: Wire = {
            "id": self.id,
            "accountId": self.account_id,
            "contractId": self.contract.id,
            "symbolId": self.contract.product.symbol_id,
            "creationTimestamp": written(self.created),
            "updateTimestamp": written(self.updated),
            "status": int(self.status),
            "type": int(self.type),
            "side": int(self.side),
            "size": self.size,
            "limitPrice": None if self.limit_price is None else plain(self.limit_price),
            "stopPrice": None if self.stop_price is None else plain(self.stop_price),
            "fillVolume": self.fill_volume,
            "filledPrice": None if average is None else plain(average),
            "customTag": self.custom_tag,
        }
        if self.ticks is not None:
            wire["trailDistance"] = self.ticks
            wire["trailPrice"] = plain(self.ticks * self.contract.product.tick_size)
        if self.parent_id is not None:
            wire["parentOrderId"] = self.parent_id
        if self.linked_id is not None:
            wire["linkedOrderId"] = self.linked_id
        return wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """A child to make with an entry.

    Signed distance from its fill price in ticks, and the child's order type.
    """

    ticks: int
    type: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What somebody asks for, as asked: numbers are not checked yet. Prices are absolute levels."""

    account_id: int
    contract_id: str
    type: int
    side: int
    size: int
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    custom_tag: str | None = None
    stop_loss: Bracket | None = None
    take_profit: Bracket | None = None
