"""What a refusal of the gateway means for what is being pursued: a pause, another way, or none."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from risk_manager.core import market_hours
from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import Refusal
from risk_manager.core.model import ContractId
from risk_manager.core.pursued import Closing
from risk_manager.core.pursuit import pause, put_off, without
from risk_manager.core.state import Account

MARKET_CLOSED_PAUSE = timedelta(seconds=30)
HOPELESS_PAUSE = timedelta(seconds=30)
"""Between tries of what the gateway does not allow on the account at all."""


def refused(account: Account, command: Command, refusal: Refusal, now: datetime) -> Account:
    """The gateway has refused a command: a pause, then the state is judged afresh.

    PENDING is no refusal: it has not been decided yet, and what may still be executed is not asked for again. But a
    cancel is: asked for twice it does no harm, and meanwhile the order may fill.
    """
    if refusal is Refusal.PENDING and not isinstance(command, Cancel):
        return account
    match command:
        case Close() | Reduce():
            closing = account.closings.get(command.contract)
            if closing is None or not closing.is_under_way():
                return account
            if (
                refusal is Refusal.NOT_SUPPORTED
                and (by_order := _as_order(account, command, closing, now)) is not account
            ):
                return by_order
            if not _is_of(command, closing):
                return account
            if isinstance(command, Reduce) and command.side is not None:
                account = _as_close_again(account, command, closing)
            return put_off(account, command.contract, _again_at(refusal, command.contract, closing.tries, now))
        case Cancel() | Resize() | MoveStop():
            change = account.changes.get(command.order)
            if change is None or not change.is_under_way():
                return account
            again_at = _again_at(refusal, None, change.tries, now)
            account = replace(account, changes={**account.changes, command.order: replace(change, again_at=again_at)})
            order = account.orders.get(command.order)
            if refusal is Refusal.NOT_SUPPORTED and change.sweeps and order is not None:
                account = replace(account, stuck={**account.stuck, command.order: order.contract})
            return account
        case PlaceStop():
            placing = account.placings.get(command.contract)
            if placing is None or placing.tag != command.tag:
                return account
            again_at = _again_at(refusal, command.contract, placing.tries, now)
            return replace(
                account, placings={**account.placings, command.contract: replace(placing, again_at=again_at)}
            )
        case Fetch():
            return account


def _is_of(command: Close | Reduce, closing: Closing) -> bool:
    """False for the reduction that a whole close has taken the place of: its refusal says nothing of the close."""
    return closing.is_whole is isinstance(command, Close)


def _as_order(account: Account, command: Close | Reduce, closing: Closing, now: datetime) -> Account:
    """From now on closes of this kind leave as market orders, this one at once, or after its pause where both have been
    tried; the account itself where they do."""
    kind = "close" if isinstance(command, Close) else "reduce"
    if kind in account.by_order or (isinstance(command, Reduce) and command.side is not None):
        return account
    account = replace(account, by_order=(*account.by_order, kind))
    if not _is_of(command, closing):
        return account
    if closing.tries > 1:
        return put_off(account, command.contract, now + pause(closing.tries))
    return replace(account, closings=without(account.closings, command.contract))


def _as_close_again(account: Account, command: Reduce, closing: Closing) -> Account:
    """The market order in place of a close is refused too: next time it is a close again. One of the two refusals was
    of its moment, and nobody knows which."""
    position = account.positions.get(command.contract)
    if position is not None and command.size >= position.size:
        closing = replace(closing, is_whole=True, outstanding=0)
    return replace(account, by_order=(), closings={**account.closings, command.contract: closing})


def _again_at(refusal: Refusal, contract: ContractId | None, tries: int, now: datetime) -> datetime:
    """After a pause; where the market is closed, at its next opening and every 30 s; every 30 s where the account may
    not do it at all. A close is refused without a reason while the market sleeps: that is the reason."""
    if refusal is Refusal.NOT_SUPPORTED:
        return now + HOPELESS_PAUSE
    opens = market_hours.next_open(now) if contract is not None else None
    if refusal is not Refusal.MARKET_CLOSED and opens is None:
        return now + pause(tries)
    return min(now + MARKET_CLOSED_PAUSE, opens) if opens is not None else now + MARKET_CLOSED_PAUSE
