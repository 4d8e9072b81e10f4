"""From belief and event to belief: what time does to an account, and what each event does."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_never

from msgspec.structs import replace

from risk_manager.core import booking, disagreement, fills, hearing, locks, pursuit, reading, refusing
from risk_manager.core.commands import PlaceStop
from risk_manager.core.events import (
    AccountRead,
    AccountSeen,
    AdminActed,
    AnyEvent,
    Cleared,
    CommandAccepted,
    CommandHeld,
    CommandLost,
    CommandRefused,
    ContractSeen,
    HubBack,
    HubLost,
    LoginRefused,
    OrderSeen,
    PositionSeen,
    QuoteSeen,
    Refusal,
    Reloaded,
    ReloadRefused,
    StoreBack,
    StoreLost,
    TimePassed,
    TradeSeen,
    Unreadable,
)
from risk_manager.core.model import OrderStatus, Quote
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, Lock

_ANSWERS = (CommandAccepted, CommandLost)


def advance(account: Account, settings: Settings, now: datetime) -> tuple[Account, list[Lock], str]:
    """Let time do what is due: resets, the ends of locks and waivers, confirmations that did not come.

    The last of the result is why the account should be read; empty where it need not.
    """
    if not account.days:
        account = booking.open_days(account, settings, now)
    elif any(day.end <= now for day in account.days.values()):
        account = booking.turn_days(account, settings, now)
    account, ended = locks.run_out(account, now)
    account, why = forget_fills(account, settings, now)
    account, is_late = pursuit.run_out(account, now)
    return account, ended, "a command has not been confirmed" if is_late else why


def quoted(known: Quote | None, event: QuoteSeen, now: datetime) -> Quote:
    """The prices of a contract. What a quote does not tell stays as it was."""
    if known is None:
        return Quote(last=event.last, bid=event.bid, ask=event.ask, told_at=now)
    return Quote(
        last=event.last if event.last is not None else known.last,
        bid=event.bid if event.bid is not None else known.bid,
        ask=event.ask if event.ask is not None else known.ask,
        told_at=now,
    )


def changes_nothing(event: AnyEvent) -> bool:
    """True for an answer after which the same is believed as before: nothing has to be judged for it."""
    return isinstance(event, _ANSWERS)


def forget_fills(account: Account, settings: Settings, now: datetime, why: str = "") -> tuple[Account, str]:
    """Let go of messages whose counterpart has not come in time: they have nothing to do with what comes later.

    Why the account should be read then, unless there is another reason (`why`): one of them was lost, or is late.
    """
    before = now - settings.within
    if not disagreement.waits_in_vain(account, before):
        return account, why
    for contract, waiting in account.fills.items():
        kept = fills.forget(waiting, before)
        if kept != waiting:
            account = fills.put(account, contract, kept)
    return account, why or disagreement.IN_VAIN


def hear(
    account: Account, event: AnyEvent, settings: Settings, now: datetime, *, may_loosen: bool = True
) -> tuple[Account, list[Lock]]:
    """What an event changes in what we believe of an account, and the locks that an admin has cleared: none, unless we
    `may_loosen` what stands."""
    within = settings.within
    match event:
        case PositionSeen():
            if not disagreement.is_of_the_past(account, event):
                account = hearing.position_seen(account, event, now, within)
        case OrderSeen():
            account = hearing.order_seen(account, event, now, within)
        case TradeSeen():
            account = hearing.trade_seen(account, event, now, within)
        case AccountSeen():
            account = hearing.account_seen(account, event)
        case AccountRead():
            account = reading.account_read(account, event, now, within)
        case CommandRefused():
            account = _refused(account, event, settings, now)
        case CommandHeld():
            account = refusing.refused(account, event.command, Refusal.OTHER, now)
        case Cleared():
            return locks.clear(account, settings, event, now) if may_loosen else (account, [])
        case Reloaded():
            account = _reloaded(account, event, settings, now)
        case CommandAccepted() | CommandLost() | QuoteSeen() | TimePassed():
            pass
        case HubLost() | HubBack() | ReloadRefused() | LoginRefused() | AdminActed() | Unreadable() | ContractSeen():
            pass
        case StoreLost() | StoreBack():
            pass
        case _:
            assert_never(event)
    return account, []


def hear_asleep(
    account: Account, event: AnyEvent, settings: Settings, now: datetime, *, may_loosen: bool
) -> tuple[Account, list[Lock]]:
    """The same for an account that has not been read since the start: what the admin decides, and nothing else."""
    if isinstance(event, Reloaded):
        return hear(account, event, settings, now)
    if isinstance(event, Cleared):
        # A lock whose time has run out meanwhile holds nothing: clearing it must not waive the rule.
        left, over = locks.run_out(account, now)
        left, gone = hear(left, event, settings, now, may_loosen=may_loosen)
        return (left, [*over, *gone]) if gone else (account, [])
    return account, []


def _refused(account: Account, event: CommandRefused, settings: Settings, now: datetime) -> Account:
    """A refusal ends a try. Where it says that nothing is there to act on, that is believed until the next read."""
    command, within = event.command, settings.within
    account = refusing.refused(account, command, event.refusal, now)
    contract = getattr(command, "contract", None)
    order = getattr(command, "order", None)
    if event.refusal is Refusal.NOTHING_OPEN and contract in account.positions and not isinstance(command, PlaceStop):
        flat = PositionSeen(account=account.id, contract=contract, signed_size=0, average_price=Decimal(0))
        account = hearing.position_seen(account, flat, now, within)
    if event.refusal is Refusal.ORDER_GONE and order in account.orders:
        gone = OrderSeen(account=account.id, order=order, status=OrderStatus.CANCELLED)
        account = hearing.order_seen(account, gone, now, within, from_read=True)
    return account


def _reloaded(account: Account, event: Reloaded, settings: Settings, now: datetime) -> Account:
    """New settings: the days they count in, no waiver and no memory of a rule that has changed."""
    account = booking.open_days(account, settings, now)
    account = locks.end_waivers(account, [waiver for waiver in account.waivers if waiver.rule in event.changed])
    armed = {one.rule.id: one.rule for one in settings.rules}
    memory = {}
    for key, known in account.memory.items():
        rule = armed.get(key)
        if key not in event.changed:
            memory[key] = known
        elif rule is not None and rule.keep is not None:
            memory[key] = rule.keep(known)
    standing = {key: held for key, held in account.standing.items() if held.rule in armed or held.rule == "BLIND"}
    return replace(account, memory=memory, standing=standing)
