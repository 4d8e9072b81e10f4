"""What leaves about orders: cancels, resizes, moves, and stops of our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core import fills, pursuit, stops
from risk_manager.core.commands import Cancel, Command, MoveStop, PlaceStop, Resize
from risk_manager.core.contracts import symbol_of
from risk_manager.core.leaving import Leaving, waits
from risk_manager.core.model import ContractId, Order, OrderId, OrderType, Trade
from risk_manager.core.outcome import Outcome, Unwanted
from risk_manager.core.pursued import Change, ChangeKind, Placing
from risk_manager.core.pursuit import LOUD_FROM_TRY
from risk_manager.core.rule import CancelOrder, CloseContract, CutOrder
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def keep_sweeping(leaving: Leaving, outcome: Outcome) -> None:
    """Orders of a contract that we have closed, or are closing, go on going, until they are gone or the contract is
    open again. A close that was refused or not confirmed, and that nobody wants any more, takes no order with it."""
    for order_id, change in leaving.account.changes.items():
        order = leaving.account.orders.get(order_id)
        if not change.sweeps or order is None or order_id in outcome.cancels:
            continue
        closing = leaving.account.closings.get(order.contract)
        is_closing = closing is not None and closing.is_under_way()
        if order.contract not in leaving.account.positions or is_closing:
            outcome.cancels[order_id] = Unwanted("left over from a position that the guard has closed", sweeps=True)


def sweep_what_came_late(sight: Sight) -> None:
    """An order that was there before our close, by the gateway's own times, and that was told of only when its contract
    was flat (a stop, a bracket's leg), would open a position: it goes like those that were known."""
    account = sight.account
    for order in account.orders.values():
        flat_at = account.closed.get(order.contract)
        if flat_at is None or order.first_seen_at < flat_at or order.type is OrderType.MARKET:
            continue
        exits = (trade.at for trade in reversed(account.trades.values()) if _closes(trade, order.contract))
        out_at = next(exits, None)
        if (order.is_working or order.is_suspended) and out_at is not None and order.created_at <= out_at:
            sight.outcome.cancels[order.id] = Unwanted(
                "it was placed before the guard closed its position, and told of only now", sweeps=True
            )


def _closes(trade: Trade, contract: ContractId) -> bool:
    return trade.contract == contract and trade.is_exit and not trade.voided


def sweep_own_stops(sight: Sight) -> None:
    """A stop of ours whose position is gone, or on the other side, would open one: it goes, whatever rule is on."""
    for order in sight.account.orders.values():
        if stops.is_ours(order) and order.is_working and not sight.is_opposite(order):
            sight.outcome.add(CancelOrder(order.id), "RULE-012: the position of this stop is gone")


def close_what_is_stuck(sight: Sight) -> None:
    """What an order fills that had to go and could not be cancelled is closed; it is forgotten when it is gone."""
    account, now = sight.account, sight.now
    stuck = dict(account.stuck)
    for order_id, contract in account.stuck.items():
        order, ended_at = account.orders.get(order_id), account.ended.get(order_id)
        told_at = order.told_at if order is not None and order.filled else ended_at
        is_fresh = told_at is not None and told_at + sight.within > now
        if contract in account.positions and (is_fresh or contract in account.closings):
            why = f"order {order_id} has filled, which had to go and could not be cancelled"
            sight.outcome.add(CloseContract(contract), why)
        elif order is None and not is_fresh:
            del stuck[order_id]
    if len(stuck) != len(account.stuck):
        sight.account = replace(account, stuck=stuck)


def trim(sight: Sight) -> None:
    """After a reduction of ours the orders that get out are cut to what is left."""
    trims = dict(sight.account.trims)
    for order_id, contract in sight.account.trims.items():
        order = sight.account.orders.get(order_id)
        position = sight.account.positions.get(contract)
        is_done = order is None or position is None or order.side.sign == position.sign or not order.is_working
        if is_done or order is None or fills.left(sight.account, order) <= sight.room(order):
            del trims[order_id]
        elif not (stops.is_ours(order) and _manages_stops(sight)):
            sight.outcome.add(CutOrder(order_id), f"the guard has reduced {symbol_of(contract)}")
    if len(trims) != len(sight.account.trims):
        sight.account = replace(sight.account, trims=trims)


def _manages_stops(sight: Sight) -> bool:
    armed = sight.settings.armed("RULE-012")
    return armed is not None and armed.config.stop_loss is not None


def change(
    leaving: Leaving,
    order_id: OrderId,
    kind: ChangeKind,
    why: str,
    *,
    size: int | None = None,
    price: Decimal | None = None,
    sweeps: bool = False,
) -> None:
    account, now = leaving.account, leaving.sight.now
    order = account.orders.get(order_id)
    if order is None or (fills.left(account, order) <= 0 and not sweeps):
        return
    known = account.changes.get(order_id)
    if known is not None and (kind is known.kind or kind is not ChangeKind.CANCEL):
        if known.is_under_way() or waits(known.again_at, now):
            if sweeps and not known.sweeps:
                marked = replace(known, sweeps=True)
                leaving.account = replace(account, changes={**account.changes, order_id: marked})
            return
    tries = known.tries + 1 if known is not None and known.kind is kind and not known.is_under_way() else 1
    change = Change(
        kind=kind,
        size=size,
        price=price,
        tries=tries,
        confirm_by=leaving.confirm_by,
        sweeps=sweeps,
    )
    leaving.account = replace(account, changes={**account.changes, order_id: change})
    leaving.others.append(_command(account, order, change, why))
    if tries >= LOUD_FROM_TRY:
        word = {ChangeKind.CANCEL: "cancel", ChangeKind.RESIZE: "resize", ChangeKind.MOVE: "move"}[kind]
        leaving.loud.append(
            f"Order {order_id} ({symbol_of(order.contract)}) still stands as it was: try {tries} to {word} it. "
            f"The broker has not confirmed. ({why})"
        )


def _command(account: Account, order: Order, change: Change, why: str) -> Command:
    if change.kind is ChangeKind.CANCEL:
        return Cancel(account=account.id, order=order.id, why=why)
    if change.kind is ChangeKind.RESIZE:
        assert change.size is not None
        return Resize(account=account.id, order=order.id, size=change.size, why=why)
    assert change.price is not None
    return MoveStop(account=account.id, order=order.id, price=change.price, size=change.size, why=why)


def cut(leaving: Leaving, order_id: OrderId, why: str) -> None:
    """No exit is taken from a position: what goes past it is cut off, and only an order without one is cancelled."""
    order = leaving.account.orders.get(order_id)
    if order is None:
        return
    left = fills.left(leaving.account, order)
    keep = _room(leaving, order)
    if keep <= 0:
        change(leaving, order_id, ChangeKind.CANCEL, why)
    elif left > keep:
        # The gateway's size is the total: what has filled, told or not, and what may stay.
        change(leaving, order_id, ChangeKind.RESIZE, why, size=order.size - left + keep)


def _room(leaving: Leaving, order: Order) -> int:
    """The position as reported, less what the guard is closing: under way before this step, or by it."""
    position = leaving.account.positions.get(order.contract)
    if position is None:
        return 0
    closing = pursuit.closing_of(leaving.account, order.contract)
    return 0 if closing is None else max(0, position.size - closing)


def place(leaving: Leaving, contract: ContractId) -> None:
    account, now = leaving.account, leaving.sight.now
    wish, why = leaving.sight.outcome.stops[contract]
    known = account.placings.get(contract)
    if known is not None and (known.again_at is None or waits(known.again_at, now)):
        return
    tries = known.tries + 1 if known is not None else 1
    number = account.tags + 1
    tag = f"{stops.OWN}{account.id}-{_stamp(now)}-{number}"
    placing = Placing(tag=tag, side=wish.side, size=wish.size, tries=tries, confirm_by=leaving.confirm_by)
    leaving.account = replace(account, placings={**account.placings, contract: placing}, tags=number)
    leaving.others.append(
        PlaceStop(
            account=account.id, contract=contract, side=wish.side, size=wish.size, price=wish.price, tag=tag, why=why
        )
    )
    if tries >= LOUD_FROM_TRY:
        leaving.loud.append(f"{symbol_of(contract)} still has no stop: try {tries} to place one. ({why})")


def _stamp(now: datetime) -> str:
    """Milliseconds, so that a tag is new even where the count of earlier ones has been lost."""
    return f"{(now - _EPOCH) // timedelta(milliseconds=1):x}"
