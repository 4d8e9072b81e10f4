"""Lockouts, cooldowns, waivers (MOD-002): how they begin, what they undo, how they end.

Several stand at once, each ends on its own. Nothing shortens one but an admin.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from risk_manager.core import exits, fills, trading_day
from risk_manager.core.contracts import symbol_named, symbol_of
from risk_manager.core.events import Cleared
from risk_manager.core.model import ContractId, Symbol
from risk_manager.core.outcome import Outcome
from risk_manager.core.rule import (
    CancelOrder,
    CloseAll,
    CloseSymbol,
    Condition,
    CutOrder,
    LockKind,
    LockWish,
    ReduceContract,
)
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, Line, Lock, Waiver


def set_lock(account: Account, rule: str, wish: LockWish, why: str, now: datetime) -> tuple[Account, Lock, bool]:
    """The account with a lock that somebody wishes for; an equal one that stands keeps the later end.

    The flag says whether it is new or has been prolonged.
    """
    for index, known in enumerate(account.locks):
        if known.rule == rule and known.symbol == wish.symbol and known.kind is wish.kind:
            if known.until is None or (wish.until is not None and wish.until <= known.until):
                return account, known, False
            lock = replace(known, until=wish.until)
            return replace(account, locks=(*account.locks[:index], lock, *account.locks[index + 1 :])), lock, True
    lock = Lock(
        rule=rule,
        symbol=wish.symbol,
        kind=wish.kind,
        since=now,
        until=wish.until,
        why=why,
        condition=wish.condition,
        measure=_measure(account, wish) if wish.kind is LockKind.COOLDOWN else {},
    )
    return replace(account, locks=(*account.locks, lock)), lock, True


def _measure(account: Account, wish: LockWish) -> dict[ContractId, int]:
    return wish.measure if wish.measure is not None else sizes_now(account)


def sizes_now(account: Account) -> dict[ContractId, int]:
    """The signed sizes that stand, the fills that are on their way to the positions included."""
    contracts = dict.fromkeys([*account.positions, *account.fills])
    sizes: dict[ContractId, int] = {}
    for contract in contracts:
        position = account.positions.get(contract)
        size = (position.signed_size if position is not None else 0) + fills.waiting_trades(account, contract)
        if size:
            sizes[contract] = size
    return sizes


def enforce(lock: Lock, sight: Sight, outcome: Outcome) -> None:
    """Wish for whatever a standing lock demands of what is there now."""
    how = "locked" if lock.kind is LockKind.HARD else "cooling down"
    why = f"{lock.symbol or 'the account'} is {how} by {lock.rule} ({lock.why})"
    if lock.kind is LockKind.HARD:
        outcome.add(CloseAll() if lock.symbol is None else CloseSymbol(lock.symbol), why)
        return
    for position in list(sight.positions()):
        if not lock.covers(symbol_of(position.contract)):
            continue
        allowed = lock.measure.get(position.contract, 0)
        may = abs(allowed) if (allowed > 0) == (position.signed_size > 0) else 0
        # What an exit trade has closed is gone, though its position message is still on its way; its order may have
        # told of the same fill.
        traded = fills.closed_by_trades(sight.account, position.contract, position.sign)
        closed = max(0, traded - exits.filled(sight.account, position, sight.now))
        excess = sight.size_left(position.contract) - closed - may
        if excess > 0:
            outcome.add(ReduceContract(position.contract, excess), why)
    for order, _, _ in sight.adding():
        if lock.covers(symbol_of(order.contract)):
            outcome.add(CutOrder(order.id) if sight.is_opposite(order) else CancelOrder(order.id), why)


def measured(account: Account, contract: ContractId) -> Account:
    """Let the measure of each cooldown shrink with the position: what is gone may not come back."""
    if not account.locks:
        return account
    symbol = symbol_of(contract)
    if not any(lock.kind is LockKind.COOLDOWN and lock.covers(symbol) for lock in account.locks):
        return account
    position = account.positions.get(contract)
    size = (position.signed_size if position is not None else 0) + fills.waiting_trades(account, contract)
    kept = []
    for lock in account.locks:
        allowed = lock.measure.get(contract, 0)
        if lock.kind is LockKind.COOLDOWN and lock.covers(symbol) and allowed:
            may = 0 if (size > 0) != (allowed > 0) else min(abs(allowed), abs(size)) * (1 if size > 0 else -1)
            if may != allowed:
                lock = replace(lock, measure={**lock.measure, contract: may})
        kept.append(lock)
    return replace(account, locks=tuple(kept))


def end_locks(account: Account, ended: list[Lock]) -> Account:
    """The account without these locks. The end of a lock ends the breaches that set it."""
    if not ended:
        return account
    marks = {(lock.rule, lock.kind.value, lock.symbol) for lock in ended}
    standing = {
        key: held
        for key, held in account.standing.items()
        if held.lock is None or (held.rule, held.lock[0], held.lock[1]) not in marks
    }
    return replace(account, locks=tuple(lock for lock in account.locks if lock not in ended), standing=standing)


def run_out(account: Account, now: datetime) -> tuple[Account, list[Lock]]:
    """End the locks and waivers whose time has come; what a waiver has covered is judged anew."""
    ended = [lock for lock in account.locks if lock.until is not None and lock.until <= now]
    account = end_locks(account, ended)
    over = [waiver for waiver in account.waivers if waiver.until <= now]
    return end_waivers(account, over), ended


def end_waivers(account: Account, over: list[Waiver]) -> Account:
    """The account without these waivers, and without the record of what they have covered."""
    if not over:
        return account
    rules = {waiver.rule for waiver in over}
    standing = {key: held for key, held in account.standing.items() if not (held.waived and held.rule in rules)}
    return replace(
        account, waivers=tuple(waiver for waiver in account.waivers if waiver not in over), standing=standing
    )


def is_waived(account: Account, rule: str, symbol: Symbol | None) -> bool:
    """True where the admin has waived the rule, for the account or for this symbol."""
    if not account.waivers:
        return False
    return any(waiver.rule == rule and (waiver.symbol is None or waiver.symbol == symbol) for waiver in account.waivers)


def meant(account: Account, event: Cleared) -> list[Lock]:
    """The locks that a clear is about; a symbol may be written as the gateway writes it, in either case."""
    symbol = symbol_named(event.symbol) or event.symbol if event.symbol is not None else None
    its = [lock for lock in account.locks if lock.rule == event.rule and symbol in (None, lock.symbol)]
    return [lock for lock in its if lock.symbol is None] if event.whole_account else its


def clear(account: Account, settings: Settings, event: Cleared, now: datetime) -> tuple[Account, list[Lock]]:
    """The admin's clear: the locks that are meant go, and the rule is waived for as much until its next reset, unless
    it is kept. Clearing a rule that holds no lock does nothing.

    For rules about single fills a clear draws a line: earlier fills never count for them again.
    """
    rule = event.rule
    gone = meant(account, event)
    if not gone:
        return account, []
    account = end_locks(account, gone)
    armed = settings.armed(rule)
    if armed is not None and armed.rule.single_fills:
        memory = {key: kept for key, kept in account.memory.items() if key != rule}
        account = replace(account, lines={**account.lines, rule: Line(now, account.arrivals)}, memory=memory)
    if event.keep_rule:
        return account, gone
    reset = settings.defaults.reset
    if armed is not None and armed.rule.reset_of is not None:
        reset = armed.rule.reset_of(armed.config, settings.defaults)
    until = trading_day.next_reset(now, reset)
    symbols = dict.fromkeys(lock.symbol for lock in gone)
    kept_waivers = [waiver for waiver in account.waivers if waiver.rule != rule or waiver.symbol not in symbols]
    new = [Waiver(rule=rule, symbol=symbol, until=until, why=event.why) for symbol in symbols]
    return replace(account, waivers=(*kept_waivers, *new)), gone


def end_conditions(sight: Sight) -> tuple[Account, list[Lock]]:
    """End the open-ended locks whose condition has ended."""
    if not sight.account.locks:
        return sight.account, []
    over = [lock for lock in sight.account.locks if lock.condition is not None and _is_over(sight, lock)]
    return end_locks(sight.account, over), over


def _is_over(sight: Sight, lock: Lock) -> bool:
    if lock.condition is Condition.MAY_NOT_TRADE:
        return sight.account.can_trade is True
    armed = sight.settings.armed(lock.rule)
    if armed is None or armed.rule.lists is None:
        return True
    return lock.symbol is not None and not armed.rule.lists(armed.config, lock.symbol)
