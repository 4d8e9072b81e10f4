"""Accounts and what is theirs: positions and trades."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from risk_manager.simulator.exchange.catalogue import Contract
from risk_manager.simulator.exchange.spelling import Wire, engine_time, plain, stored_time
from risk_manager.simulator.exchange.terms import PositionType, Side


@dataclass(slots=True, eq=False)
class Account:
    """One trading account of a login.

    `brackets` is the platform's bracket mode: `position` (its default) refuses bracket objects, `auto-oco`
    makes children. `size_max` is the number of contracts that the platform lets a net position grow to;
    `None` means no limit.
    """

    id: int
    name: str
    balance: Decimal = Decimal(50_000)
    can_trade: bool = True
    is_visible: bool = True
    is_simulated: bool = True
    is_follower: bool = False
    brackets: Literal["position", "auto-oco"] = "position"
    size_max: int | None = None
    owner: str = "trader"
    used_tags: set[str] = field(default_factory=set)

    def wire(self) -> Wire:
        """The account model (gateway reference, section 4.1). Open P&L is not in the balance."""
        return {
            "id": self.id,
            "name": self.name,
            "balance": plain(self.balance),
            "canTrade": self.can_trade,
            "isVisible": self.is_visible,
            "simulated": self.is_simulated,
        }


@dataclass(slots=True, eq=False)
class Position:
    """What an account holds of one contract. `signed_size` is positive for long; 0 means closed."""

    id: int
    account_id: int
    contract: Contract
    opened: datetime
    signed_size: int
    average_price: Decimal

    def wire(self) -> Wire:
        """The position model (section 4.9). A closed one says type 0, size 0 and still its entry average."""
        direction = PositionType.LONG if self.signed_size > 0 else PositionType.SHORT
        return {
            "id": self.id,
            "accountId": self.account_id,
            "contractId": self.contract.id,
            "contractDisplayName": self.contract.display_name,
            "creationTimestamp": stored_time(self.opened),
            "type": int(direction if self.signed_size else PositionType.UNDEFINED),
            "size": abs(self.signed_size),
            "averagePrice": plain(round(self.average_price, 10)),
        }


@dataclass(slots=True, eq=False)
class Trade:
    """One half-turn. `profit` is gross, and `None` for the half that opens; costs are positive."""

    id: int
    order_id: int
    account_id: int
    contract: Contract
    at: datetime
    side: Side
    size: int
    price: Decimal
    profit: Decimal | None
    fees: Decimal
    commissions: Decimal
    is_voided: bool = False

    def wire(self, *, straight_from_engine: bool) -> Wire:
        """The trade model with nulls (section 4.10)."""
        return {
            "id": self.id,
            "accountId": self.account_id,
            "contractId": self.contract.id,
            "creationTimestamp": (engine_time if straight_from_engine else stored_time)(self.at),
            "price": plain(self.price),
            "profitAndLoss": None if self.profit is None else plain(self.profit),
            "fees": plain(self.fees),
            "commissions": plain(self.commissions),
            "side": int(self.side),
            "size": self.size,
            "voided": self.is_voided,
            "orderId": self.order_id,
        }
