"""RULE-009 session_block_outside: no trading outside the session windows.

Watches: the time, positions and orders. A symbol with a window of its own follows that one alone, all others the
global one; without any window a symbol is always open.
Breached: at a window's end by what has to be closed or cancelled then, and outside by a new position or an order that
would add. A window's end with nothing to close or cancel is a lock and no breach.
Then: closes and cancels; with `lockout_outside_session` a lock until the next start (a cooldown where positions may
stay).
Ends: at the next start.
Blind: the time is known; prices do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.core import locks, told_times
from risk_manager.core.contracts import symbol_of
from risk_manager.core.gauge import Gauge
from risk_manager.core.holidays import Calendar
from risk_manager.core.instants import seconds, soonest
from risk_manager.core.model import ContractId, Order, Symbol
from risk_manager.core.rule import (
    CancelOrder,
    CloseAll,
    CloseContract,
    CloseSymbol,
    CutOrder,
    Finding,
    LockKind,
    LockWish,
    ReduceContract,
    Rule,
    Topic,
    Wish,
)
from risk_manager.core.sessions import Phase, Window, phase_at
from risk_manager.core.settings import Seconds, SymbolName
from risk_manager.core.sight import Sight

ID = "RULE-009"
_GLOBAL = ""
_FIVE_MINUTES = Decimal(300)


class PerInstrument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Windows of single symbols."""

    enabled: bool = True
    sessions: dict[SymbolName, Window] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    global_session: Window | None = None
    per_instrument_sessions: PerInstrument = PerInstrument()
    close_positions_at_session_end: bool = True
    lockout_outside_session: bool = True
    respect_holidays: bool = True
    warn_before_end: Seconds = _FIVE_MINUTES
    """Seconds; 0 is no warning. Only when something is open or working."""

    def windows(self) -> dict[Symbol, Window]:
        """Every window that counts, by symbol; the global one by the empty text."""
        windows: dict[Symbol, Window] = {}
        if self.global_session is not None and self.global_session.enabled:
            windows[_GLOBAL] = self.global_session
        if self.per_instrument_sessions.enabled:
            windows |= {key: one for key, one in self.per_instrument_sessions.sessions.items() if one.enabled}
        return windows


class Watched(msgspec.Struct, frozen=True):
    """What is remembered of one window: where we are, and outside what may stay."""

    phase: Phase
    kept: dict[ContractId, int] = {}
    is_changed: bool = False
    """True when the settings have changed since: the phase is looked up again, what may stay is still true."""

    def is_settled(self, now: datetime) -> bool:
        """True while inside a window: there is nothing to look up and nothing to keep."""
        return self.phase.is_inside and not self.is_changed and now < self.phase.until


Memory = dict[Symbol, Watched]


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory:
    """Note when a window ends and what is open then; what shrinks may not grow again."""
    if known and all(watched.is_settled(sight.now) for watched in known.values()):
        return known
    memory: Memory = {}
    calendar = Calendar(sight.settings, respects_exchange=config.respect_holidays)
    sizes = locks.sizes_now(sight.account)
    for symbol, window in config.windows().items():
        watched = known.get(symbol) if known else None
        if watched is None:
            watched = Watched(phase_at(window, calendar, sight.now), sizes)
        elif watched.is_changed or watched.phase.until <= sight.now:
            phase = phase_at(window, calendar, sight.now)
            was_outside = watched.is_changed and not watched.phase.is_inside and not phase.is_inside
            kept = _shrunk(watched.kept, sizes) if was_outside else _open_then(sight, sizes, watched.phase.until)
            watched = Watched(phase, kept)
        elif not watched.phase.is_inside:
            watched = Watched(watched.phase, _shrunk(watched.kept, sizes))
        memory[symbol] = watched
    return memory


def _open_then(sight: Sight, sizes: dict[ContractId, int], end: datetime) -> dict[ContractId, int]:
    """What is open now, without what the gateway says was opened after the window's end."""
    kept: dict[ContractId, int] = {}
    for contract, size in sizes.items():
        position = sight.account.positions.get(contract)
        if position is None or position.opened_at is None or position.opened_at <= end:
            kept[contract] = size
    return kept


def keep(memory: Memory) -> Memory:
    """New settings do not change what was open when a window ended."""
    return {symbol: Watched(watched.phase, watched.kept, is_changed=True) for symbol, watched in memory.items()}


def prolongs(sight: Sight, config: Config) -> Iterator[LockWish]:
    """A later start makes the lock that stands longer."""
    del config
    memory: Memory = sight.account.memory.get(ID) or {}
    for lock in sight.account.locks:
        watched = memory.get(lock.symbol or _GLOBAL) or memory.get(_GLOBAL)
        if lock.rule == ID and watched is not None and not watched.phase.is_inside:
            yield LockWish(kind=lock.kind, until=watched.phase.until, symbol=lock.symbol)


def _shrunk(kept: dict[ContractId, int], sizes: dict[ContractId, int]) -> dict[ContractId, int]:
    shrunk: dict[ContractId, int] = {}
    for contract, size in kept.items():
        now = sizes.get(contract, 0)
        if now and (now > 0) == (size > 0):
            shrunk[contract] = min(abs(now), abs(size)) * (1 if now > 0 else -1)
    return shrunk


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked when positions or orders move, and at each start and end of a window."""
    memory: Memory = sight.account.memory.get(ID) or {}
    warning = seconds(config.warn_before_end)
    for symbol, watched in memory.items():
        if watched.phase.is_inside:
            if warning and sight.now >= watched.phase.until - warning:
                yield from _warning(sight, memory, symbol, watched)
        elif symbol != _GLOBAL:
            yield from _outside(sight, config, watched, symbol, at_once=True)
        elif all(other == _GLOBAL for other in memory):
            yield from _outside(sight, config, watched, None, at_once=True)
        else:
            for other in _symbols(sight, memory):
                yield from _outside(sight, config, watched, other, at_once=False)


def _symbols(sight: Sight, memory: Memory) -> list[Symbol]:
    """The symbols that are open or working and follow the global window."""
    contracts = [position.contract for position in sight.positions()]
    contracts += [order.contract for order in sight.account.orders.values() if order.is_working or order.is_suspended]
    return [symbol for symbol in dict.fromkeys(map(symbol_of, contracts)) if symbol not in memory]


def _outside(
    sight: Sight, config: Config, watched: Watched, symbol: Symbol | None, *, at_once: bool
) -> Iterator[Finding]:
    """Outside a window: the lock where there is one to be, else each offence by itself."""
    if symbol is not None and sight.is_symbol_locked(symbol):
        return
    if any(lock.rule == ID and lock.symbol == symbol for lock in sight.account.locks):
        return
    name = symbol if symbol is not None else "the account"
    why = f"Outside the session of {name}, which begins again {told_times.named(watched.phase.until)}"
    if not config.lockout_outside_session:
        yield from _offences(sight, config, watched, symbol, why)
        return
    closes = config.close_positions_at_session_end
    kept = {key: size for key, size in watched.kept.items() if symbol is None or symbol_of(key) == symbol}
    is_breach = any(True for _ in _offences(sight, config, watched, symbol, why))
    if not at_once and not is_breach and (closes or not kept):
        return
    wishes: tuple[Wish, ...] = ()
    if closes and is_breach:
        wishes = (CloseAll(),) if symbol is None else (CloseSymbol(symbol),)
    yield Finding(
        about=symbol or "session",
        why=why,
        wishes=wishes,
        symbol=symbol,
        is_breach=is_breach,
        lock=LockWish(
            kind=LockKind.HARD if closes else LockKind.COOLDOWN,
            until=watched.phase.until,
            symbol=symbol,
            measure=None if closes else kept,
        ),
    )


def _offences(sight: Sight, config: Config, watched: Watched, symbol: Symbol | None, why: str) -> Iterator[Finding]:
    """What may not be outside: a position (beyond what was open at the end, where that may stay), an order that would
    add."""
    for position in sight.positions():
        if symbol is not None and symbol_of(position.contract) != symbol:
            continue
        kept = 0 if config.close_positions_at_session_end else watched.kept.get(position.contract, 0)
        may = abs(kept) if (kept > 0) == (position.signed_size > 0) else 0
        excess = sight.size_left(position.contract) - may
        undo: Wish = ReduceContract(position.contract, excess) if may else CloseContract(position.contract)
        if position.size > may:
            yield Finding(
                about=position.contract,
                why=f"{why}: {symbol_of(position.contract)} is open",
                wishes=(undo,) if excess > 0 else (),
                symbol=symbol_of(position.contract),
            )
    if config.close_positions_at_session_end:
        for order in sight.account.orders.values():
            if order.is_suspended and (symbol is None or symbol_of(order.contract) == symbol):
                yield _order_finding(order, why, CancelOrder(order.id))
    for order, _, _ in sight.adding():
        if symbol is None or symbol_of(order.contract) == symbol:
            wish = CutOrder(order.id) if sight.is_opposite(order) else CancelOrder(order.id)
            yield _order_finding(order, why, wish)


def _order_finding(order: Order, why: str, wish: Wish) -> Finding:
    symbol = symbol_of(order.contract)
    return Finding(
        about=f"order {order.id}", why=f"{why}: order {order.id} of {symbol} would add", wishes=(wish,), symbol=symbol
    )


def _warning(sight: Sight, memory: Memory, symbol: Symbol, watched: Watched) -> Iterator[Finding]:
    """A warning before the end, when something is open or working."""
    end = watched.phase.until
    contracts = [position.contract for position in sight.positions()]
    contracts += [order.contract for order in sight.account.orders.values() if order.is_working]
    mine = [name for name in map(symbol_of, contracts) if (name == symbol if symbol else name not in memory)]
    if mine:
        names = ", ".join(sorted(set(mine)))
        why = f"The session of {names} ends {told_times.named(end)}"
        yield Finding(about=f"warning {symbol} {end:%Y-%m-%dT%H:%M}", why=why, is_breach=False, warning=True)


def next_due(sight: Sight, config: Config) -> datetime | None:
    """The next start, end, or warning."""
    memory: Memory = sight.account.memory.get(ID) or {}
    times: list[datetime] = []
    warning = seconds(config.warn_before_end)
    for watched in memory.values():
        phase = watched.phase
        times.append(phase.until)
        if warning and phase.is_inside:
            times.append(phase.until - warning)
    return soonest(times, sight.now)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """Each window: inside or outside, and until when."""
    then = "Everything is closed." if config.close_positions_at_session_end else "What is open may only get smaller."
    for symbol, watched in (sight.account.memory.get(ID) or {}).items():
        says = "Inside the session." if watched.phase.is_inside else "Outside the session."
        yield Gauge(
            label=f"Session {symbol}".strip(), says=says, then=then, ends_at=watched.phase.until, symbol=symbol or None
        )


EXAMPLE = """\
session_block_outside:
  enabled: true
  global_session: {enabled: true, start: "09:30", end: "16:00", timezone: America/New_York, days: [mon, tue, wed, fri]}
  per_instrument_sessions:
    enabled: true
    sessions:
      ES: {start: "17:00", end: "16:00", timezone: America/Chicago}
  close_positions_at_session_end: true
  lockout_outside_session: true
  respect_holidays: true
  warn_before_end: 300                # seconds; 0 is no warning
"""

RULE = Rule(
    id=ID,
    key="session_block_outside",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.ORDERS,
    remember=remember,
    memory=Memory,
    gauges=gauges,
    keep=keep,
    prolongs=prolongs,
    next_due=next_due,
    uses_calendar=True,
)
