"""What a read shows and no message has told: what was believed, and what the gateway says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from risk_manager.core.model import AccountId, ContractId, Order, OrderId, Position, Trade

if TYPE_CHECKING:
    from risk_manager.core.events import AccountRead
    from risk_manager.core.state import Account, State


class _Differs(msgspec.Struct, frozen=True, kw_only=True, tag_field="of"):
    account: AccountId


class PositionDiffers(_Differs, frozen=True, kw_only=True, tag="position"):
    """A contract is held otherwise; None is flat."""

    contract: ContractId
    believed: Position | None
    told: Position | None


class OrderDiffers(_Differs, frozen=True, kw_only=True, tag="order"):
    """An order is otherwise; None was not known, or is not alive any more."""

    order: OrderId
    believed: Order | None
    told: Order | None
    filled: int = 0
    """Contracts of it that fills are known of by now."""


class TradeDiffers(_Differs, frozen=True, kw_only=True, tag="trade"):
    """A fill that nobody had told of, or that has been voided since."""

    trade: Trade
    was_known: bool


class PermissionDiffers(_Differs, frozen=True, kw_only=True, tag="permission"):
    """The account may trade, or may not any more."""

    may_trade: bool


Difference = PositionDiffers | OrderDiffers | TradeDiffers | PermissionDiffers


def shown(before: State, event: AccountRead, after: State) -> tuple[Difference, ...]:
    """How an account that was read differs from what it was believed to be. Nothing for one of which nothing had been
    believed yet.

    Fills come first, in their order: they say why the rest is another.
    """
    known, read = before.accounts.get(event.account), after.accounts.get(event.account)
    if known is None or read is None or not known.days:
        return ()
    return (*_trades(known, read), *_rest(known, read))


def _trades(before: Account, after: Account) -> Iterator[Difference]:
    if after.trades is before.trades:
        return
    known = before.trades
    new = [trade for key, trade in after.trades.items() if key not in known and not trade.voided]
    void = [trade for key, trade in after.trades.items() if trade.voided and key in known and not known[key].voided]
    for trade in sorted([*new, *void], key=lambda trade: (trade.at, trade.id)):
        yield TradeDiffers(account=after.id, trade=trade, was_known=trade.id in known)


def _rest(before: Account, after: Account) -> Iterator[Difference]:
    for contract in [*before.positions, *(key for key in after.positions if key not in before.positions)]:
        held, now = before.positions.get(contract), after.positions.get(contract)
        if _held(held) != _held(now):
            yield PositionDiffers(account=after.id, contract=contract, believed=held, told=now)
    for order in [*before.orders, *(key for key in after.orders if key not in before.orders)]:
        known, told = before.orders.get(order), after.orders.get(order)
        if _terms(known) != _terms(told):
            filled = sum(trade.size for trade in after.trades.values() if trade.order == order and not trade.voided)
            yield OrderDiffers(account=after.id, order=order, believed=known, told=told, filled=filled)
    if before.can_trade is not None and after.can_trade is not None and after.can_trade != before.can_trade:
        yield PermissionDiffers(account=after.id, may_trade=after.can_trade)


def _held(position: Position | None) -> Any:
    """The average is compared by what it comes to: it is a rounded number now and then."""
    return position and (position.signed_size, position.cost)


def _terms(order: Order | None) -> Any:
    return order and (order.status, order.size, order.filled, order.limit_price, order.stop_price)
