"""What of the outcome leaves now: not what is under way, not what waits out a pause.

Closes first, reductions next, then everything else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core import exits, fills, pursuit, stops
from risk_manager.core.commands import Cancel, Close, Command, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.contracts import symbol_of
from risk_manager.core.model import ContractId, Order, OrderId
from risk_manager.core.outcome import Outcome, Unwanted
from risk_manager.core.pursuit import LOUD_FROM_TRY
from risk_manager.core.rule import CancelOrder
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, Change, ChangeKind, Closing, Placing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Leaving:
    """Commands that leave in this step, and what must be said loudly about them."""

    __slots__ = ("account", "closes", "loud", "others", "reductions", "sight")

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.account = sight.account
        self.closes: list[Command] = []
        self.reductions: list[Command] = []
        self.others: list[Command] = []
        self.loud: list[str] = []

    def commands(self) -> tuple[Command, ...]:
        """All of them, in the order in which they must leave."""
        return (*self.closes, *self.reductions, *self.others)


def leave(sight: Sight) -> Leaving:
    """Decide on everything that the outcome wants. The account of the result knows what is under way."""
    outcome = sight.outcome
    if sight.account.tags:
        _sweep_own_stops(sight)
    if sight.account.trims:
        _trim(sight)
    leaving = Leaving(sight)
    if outcome.is_empty() and pursuit.is_quiet(sight.account):
        return leaving
    for contract, wanted in outcome.closes.items():
        _close(leaving, contract, wanted.size, wanted.why)
    _keep_sweeping(leaving, outcome)
    for order_id, unwanted in outcome.cancels.items():
        _change(leaving, order_id, ChangeKind.CANCEL, unwanted.why, sweeps=unwanted.sweeps)
    for order_id, (move, why) in outcome.moves.items():
        if order_id not in outcome.cancels:
            _change(leaving, order_id, ChangeKind.MOVE, why, price=move.price, size=move.size)
    for order_id, why in outcome.cuts.items():
        if order_id not in outcome.cancels and order_id not in outcome.moves:
            _cut(leaving, order_id, why)
    for contract in outcome.stops:
        _place(leaving, contract)
    _drop_what_is_right(leaving)
    return leaving


def _sweep_own_stops(sight: Sight) -> None:
    """A stop of ours whose position is gone, or on the other side, would open one: it goes, whatever rule is on."""
    for order in sight.account.orders.values():
        if stops.is_ours(order) and order.is_working and not sight.is_opposite(order):
            sight.outcome.add(CancelOrder(order.id), "RULE-012: the position of this stop is gone")


def _close(leaving: Leaving, contract: ContractId, size: int | None, why: str) -> None:
    account, now, within = leaving.account, leaving.sight.now, leaving.sight.within
    position = account.positions[contract]
    going_out = exits.under_way(account, contract, now, within)
    rest = position.size - going_out
    known = account.closings.get(contract)
    if known is not None and known.is_under_way():
        if known.is_whole or size is not None or rest <= known.outstanding:
            return
        if going_out:
            _reduce_more(leaving, contract, known, rest - known.outstanding, why)
            return
    elif known is not None and _waits(known.again_at, now) and (known.is_whole or size is not None):
        return
    if size is None and rest <= 0:
        return
    is_whole = size is None and not going_out
    outstanding = rest if size is None else size
    tries = known.tries + 1 if known is not None and not known.is_under_way() and known.is_whole == is_whole else 1
    closing = Closing(
        is_whole=is_whole,
        outstanding=0 if is_whole else outstanding,
        size=position.size if is_whole else outstanding,
        tries=tries,
        confirm_by=now + within,
    )
    leaving.account = replace(account, closings={**account.closings, contract: closing})
    if is_whole:
        leaving.closes.append(Close(account=account.id, contract=contract, why=why))
    else:
        leaving.reductions.append(Reduce(account=account.id, contract=contract, size=outstanding, why=why))
    if tries >= LOUD_FROM_TRY:
        leaving.loud.append(
            f"{symbol_of(contract)} is still open: try {tries} to close it. The broker has not confirmed. ({why})"
        )


def _reduce_more(leaving: Leaving, contract: ContractId, known: Closing, size: int, why: str) -> None:
    """The part of a close that is neither on its way by an exit of the trader nor by a reduction of ours."""
    account = leaving.account
    closing = replace(
        known,
        outstanding=known.outstanding + size,
        size=known.size + size,
        confirm_by=leaving.sight.now + leaving.sight.within,
    )
    leaving.account = replace(account, closings={**account.closings, contract: closing})
    leaving.reductions.append(Reduce(account=account.id, contract=contract, size=size, why=why))


def _waits(again_at: datetime | None, now: datetime) -> bool:
    return again_at is not None and now < again_at


def _keep_sweeping(leaving: Leaving, outcome: Outcome) -> None:
    """Orders of a contract that we have closed go on going, until they are gone or the contract is open again."""
    for order_id, change in leaving.account.changes.items():
        order = leaving.account.orders.get(order_id)
        if not change.sweeps or order is None or order_id in outcome.cancels:
            continue
        if order.contract not in leaving.account.positions or order.contract in leaving.account.closings:
            outcome.cancels[order_id] = Unwanted("left over from a position that the guard has closed", sweeps=True)


def _change(
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
        if known.is_under_way() or _waits(known.again_at, now):
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
        confirm_by=now + leaving.sight.within,
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


def _cut(leaving: Leaving, order_id: OrderId, why: str) -> None:
    """No exit is taken from a position: what goes past it is cut off, and only an order without one is cancelled."""
    order = leaving.account.orders.get(order_id)
    if order is None:
        return
    left = fills.left(leaving.account, order)
    keep = _room(leaving, order)
    if keep <= 0:
        _change(leaving, order_id, ChangeKind.CANCEL, why)
    elif left > keep:
        # The gateway's size is the total: what has filled, told or not, and what may stay.
        _change(leaving, order_id, ChangeKind.RESIZE, why, size=order.size - left + keep)


def _room(leaving: Leaving, order: Order) -> int:
    """The position as reported, less what the guard is closing: under way before this step, or by it."""
    position = leaving.account.positions.get(order.contract)
    if position is None:
        return 0
    closing = pursuit.closing_of(leaving.account, order.contract)
    return 0 if closing is None else max(0, position.size - closing)


def _trim(sight: Sight) -> None:
    """After a reduction of ours the orders that get out are cut to what is left."""
    trims = dict(sight.account.trims)
    for order_id, contract in sight.account.trims.items():
        order = sight.account.orders.get(order_id)
        position = sight.account.positions.get(contract)
        is_done = order is None or position is None or order.side.sign == position.sign or not order.is_working
        if is_done or order is None or fills.left(sight.account, order) <= sight.room(order):
            del trims[order_id]
        elif not (stops.is_ours(order) and _manages_stops(sight)):
            sight.outcome.cuts.setdefault(order_id, f"the guard has reduced {symbol_of(contract)}")
    if len(trims) != len(sight.account.trims):
        sight.account = replace(sight.account, trims=trims)


def _manages_stops(sight: Sight) -> bool:
    armed = sight.settings.armed("RULE-012")
    return armed is not None and armed.config.stop_loss is not None


def _place(leaving: Leaving, contract: ContractId) -> None:
    account, now = leaving.account, leaving.sight.now
    wish, why = leaving.sight.outcome.stops[contract]
    known = account.placings.get(contract)
    if known is not None and (known.again_at is None or _waits(known.again_at, now)):
        return
    tries = known.tries + 1 if known is not None else 1
    number = account.tags + 1
    tag = f"{stops.OWN}{account.id}-{_stamp(now)}-{number}"
    placing = Placing(tag=tag, side=wish.side, size=wish.size, tries=tries, confirm_by=now + leaving.sight.within)
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


def _drop_what_is_right(leaving: Leaving) -> None:
    """Forget what nobody wants any more: a pause that is over with nothing wrong left."""
    account, now = leaving.account, leaving.sight.now

    def over(again_at: datetime | None) -> bool:
        return again_at is not None and again_at <= now

    closings = {key: kept for key, kept in account.closings.items() if not over(kept.again_at)}
    changes = {key: kept for key, kept in account.changes.items() if key in account.orders and not over(kept.again_at)}
    placings = {key: kept for key, kept in account.placings.items() if not over(kept.again_at)}
    sizes = (len(closings), len(changes), len(placings))
    if sizes != (len(account.closings), len(account.changes), len(account.placings)):
        leaving.account = replace(account, closings=closings, changes=changes, placings=placings)
