"""All that we can ask the broker for, in the imperative. Each carries its reason, in the trader's words."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from risk_manager.core.model import AccountId, ContractId, OrderId, Side


class Ask(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What all commands share: the account, and why."""

    account: AccountId
    why: str = ""


class Close(Ask, frozen=True, kw_only=True, tag="close"):
    """Close the whole position of a contract."""

    contract: ContractId


class Reduce(Ask, frozen=True, kw_only=True, tag="reduce"):
    """Close `size` contracts of a position, fewer than it has.

    With a `side` by a market order on that side, for an account on which the gateway refuses to close by API (all of
    the position, too); with None by a partial close.
    """

    contract: ContractId
    size: int
    side: Side | None = None


class Cancel(Ask, frozen=True, kw_only=True, tag="cancel"):
    """Cancel an order."""

    order: OrderId


class Resize(Ask, frozen=True, kw_only=True, tag="resize"):
    """Change an order's total size (filled part included), so that it does no more than get out."""

    order: OrderId
    size: int


class PlaceStop(Ask, frozen=True, kw_only=True, tag="place_stop"):
    """Place a stop order that protects a position. `tag` is its customTag, never used twice."""

    contract: ContractId
    side: Side
    size: int
    price: Decimal
    tag: str


class MoveStop(Ask, frozen=True, kw_only=True, tag="move_stop"):
    """Move a stop order; its size changes only where `size` is given."""

    order: OrderId
    price: Decimal
    size: int | None = None


class Fetch(Ask, frozen=True, kw_only=True, tag="fetch"):
    """Read positions and orders of the account: what we believe may be old."""


Command = Close | Reduce | Cancel | Resize | PlaceStop | MoveStop | Fetch
