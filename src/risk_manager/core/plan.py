"""What of the outcome leaves now: not what is under way, not what waits out a pause.

Closes first, reductions next, then everything else.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from risk_manager.core import changes, exits, pursuit
from risk_manager.core.commands import Close, Reduce
from risk_manager.core.contracts import symbol_of
from risk_manager.core.leaving import Leaving, waits
from risk_manager.core.model import ContractId, Side
from risk_manager.core.pursued import ChangeKind, Closing
from risk_manager.core.pursuit import LOUD_FROM_TRY
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account


def leave(sight: Sight, leaves_at: datetime) -> Leaving:
    """Decide on everything that the outcome wants. The account of the result knows what is under way."""
    outcome = sight.outcome
    if sight.account.tags:
        changes.sweep_own_stops(sight)
    if sight.account.trims:
        changes.trim(sight)
    if sight.account.closed:
        changes.sweep_what_came_late(sight)
    if sight.account.stuck:
        changes.close_what_is_stuck(sight)
    leaving = Leaving(sight, leaves_at)
    if outcome.is_empty() and pursuit.is_quiet(sight.account):
        return leaving
    for contract, wanted in outcome.closes.items():
        _close(leaving, contract, wanted.size, wanted.why)
    changes.keep_sweeping(leaving, outcome)
    for order_id, unwanted in outcome.cancels.items():
        changes.change(leaving, order_id, ChangeKind.CANCEL, unwanted.why, sweeps=unwanted.sweeps)
    for order_id, (move, why) in outcome.moves.items():
        if order_id not in outcome.cancels:
            changes.change(leaving, order_id, ChangeKind.MOVE, why, price=move.price, size=move.size)
    for order_id, why in outcome.cuts.items():
        if order_id not in outcome.cancels and order_id not in outcome.moves:
            changes.cut(leaving, order_id, why)
    for contract in outcome.stops:
        changes.place(leaving, contract)
    _drop_what_is_right(leaving)
    return leaving


def _close(leaving: Leaving, contract: ContractId, size: int | None, why: str) -> None:
    account, now, within = leaving.account, leaving.sight.now, leaving.sight.within
    position = account.positions[contract]
    going_out = exits.under_way(account, contract, now, within)
    rest = position.size - going_out
    known = account.closings.get(contract)
    if known is not None and known.is_under_way():
        if known.is_whole or size is not None or rest <= known.outstanding:
            return
        # The trader gets out by himself; or its own order is at work, seen, or known since it left as an order.
        if going_out or known.claimed or "reduce" in account.by_order:
            _reduce_more(leaving, contract, known, rest - known.outstanding, why)
            return
    if known is None and pursuit.may_still_come(account, position, now):
        return
    is_whole = size is None and not going_out and "close" not in account.by_order
    outstanding = rest if size is None else size
    if known is not None and waits(known.again_at, now) and not _is_wider(known, is_whole, size, outstanding):
        return
    if size is None and rest <= 0:
        return
    is_same = known is not None and (known.is_whole == is_whole or (known.is_whole and "close" in account.by_order))
    tries = known.tries + 1 if known is not None and is_same and not known.is_under_way() else 1
    closing = Closing(
        is_whole=is_whole,
        outstanding=0 if is_whole else outstanding,
        size=position.size if is_whole else outstanding,
        tries=tries,
        confirm_by=leaving.confirm_by,
    )
    leaving.account = replace(account, closings={**account.closings, contract: closing})
    if is_whole:
        leaving.closes.append(Close(account=account.id, contract=contract, why=why))
    else:
        leaving.reductions.append(_reduction(account, contract, outstanding, why))
    if tries >= LOUD_FROM_TRY:
        leaving.loud.append(
            f"{symbol_of(contract)} is still open: try {tries} to close it. The broker has not confirmed. ({why})"
        )


def _is_wider(refused: Closing, is_whole: bool, size: int | None, outstanding: int) -> bool:
    """True where a whole close is wanted, and what was refused was less: that does not wait out the pause. The same
    once more does, or each refusal would be answered by the next request."""
    return size is None and not refused.is_whole and (is_whole or outstanding > refused.outstanding)


def _reduce_more(leaving: Leaving, contract: ContractId, known: Closing, size: int, why: str) -> None:
    """The part of a close that is neither on its way by an exit of the trader nor by a reduction of ours."""
    account = leaving.account
    closing = replace(
        known,
        outstanding=known.outstanding + size,
        size=known.size + size,
        confirm_by=leaving.confirm_by,
    )
    leaving.account = replace(account, closings={**account.closings, contract: closing})
    leaving.reductions.append(_reduction(account, contract, size, why))


def _reduction(account: Account, contract: ContractId, size: int, why: str) -> Reduce:
    position = account.positions[contract]
    is_whole = size >= position.size
    side = Side.SELL if position.sign > 0 else Side.BUY
    by_order = ("close" if is_whole else "reduce") in account.by_order
    return Reduce(account=account.id, contract=contract, size=size, why=why, side=side if by_order else None)


def _drop_what_is_right(leaving: Leaving) -> None:
    """Forget what nobody wants any more: a pause that is over with nothing wrong left."""
    account, now = leaving.account, leaving.sight.now

    def over(again_at: datetime | None) -> bool:
        return again_at is not None and again_at <= now

    closings = {key: kept for key, kept in account.closings.items() if not over(kept.again_at)}
    changed = {key: kept for key, kept in account.changes.items() if not over(kept.again_at)}
    placings = {key: kept for key, kept in account.placings.items() if not over(kept.again_at)}
    sizes = (len(closings), len(changed), len(placings))
    if sizes != (len(account.closings), len(account.changes), len(account.placings)):
        leaving.account = replace(account, closings=closings, changes=changed, placings=placings)
