"""RULE-011 symbol_blocks: these symbols are not traded.

Watches: positions and working orders of blocked symbols.
Breached: by any position, and by any order that would add.
Then: closes the symbol and locks it, open-ended. With `lock_at_start` symbols without wildcards are locked at once.
Ends: when the symbol leaves the list, or the rule is switched off.
Blind: sizes are the gateway's last word; prices do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

from risk_manager.core.contracts import symbol_named, symbol_of
from risk_manager.core.gauge import Gauge
from risk_manager.core.model import Symbol
from risk_manager.core.rule import CloseSymbol, Condition, Finding, LockKind, LockWish, Rule, Topic
from risk_manager.core.settings import Action, SymbolPattern
from risk_manager.core.sight import Sight

_WILDCARDS = frozenset("*?[")


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    blocked_symbols: tuple[SymbolPattern, ...]
    """Shell-style patterns on the trader's symbol; one without wildcards may be the gateway's code."""
    action: Action = Action.CLOSE_SYMBOL_AND_LOCKOUT
    lock_at_start: bool = False

    def named(self) -> Iterator[Symbol]:
        """The entries without wildcards."""
        return _named(self.blocked_symbols)

    def lists(self, symbol: Symbol) -> bool:
        """True for a symbol that is on the list."""
        return _lists(self.blocked_symbols, symbol)


def _named(patterns: tuple[str, ...]) -> Iterator[Symbol]:
    for pattern in patterns:
        if not _WILDCARDS & set(pattern):
            yield symbol_named(pattern) or pattern.upper()


@lru_cache(maxsize=1024)
def _lists(patterns: tuple[str, ...], symbol: Symbol) -> bool:
    return symbol in _named(patterns) or any(fnmatchcase(symbol, pattern.upper()) for pattern in patterns)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked of each symbol that is open or would be opened, once; then its lock stands."""
    if config.lock_at_start:
        for symbol in config.named():
            if not sight.is_symbol_locked(symbol):
                yield Finding(
                    about=f"start {symbol}",
                    why=f"{symbol} is blocked",
                    lock=_lock(symbol),
                    symbol=symbol,
                    is_breach=False,
                )
    offences: dict[Symbol, str] = {}
    for position in sight.positions():
        symbol = symbol_of(position.contract)
        if config.lists(symbol):
            offences.setdefault(symbol, "a position of it is open")
    for order, _, _ in sight.adding():
        symbol = symbol_of(order.contract)
        if config.lists(symbol):
            offences.setdefault(symbol, f"order {order.id} would open it")
    for symbol, offence in offences.items():
        if not sight.is_symbol_locked(symbol):
            yield Finding(
                about=symbol,
                why=f"{symbol} is blocked, and {offence}",
                wishes=(CloseSymbol(symbol),),
                lock=_lock(symbol),
                symbol=symbol,
            )


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """What is blocked."""
    del sight
    says = f"Blocked: {', '.join(config.blocked_symbols)}."
    yield Gauge(label="Blocked symbols", says=says, then="The symbol is closed, its orders go, and it is locked.")


def _lock(symbol: Symbol) -> LockWish:
    return LockWish(kind=LockKind.HARD, until=None, symbol=symbol, condition=Condition.LISTED)


EXAMPLE = """\
symbol_blocks:
  enabled: true
  blocked_symbols: [RTY, "M*"]
  enforcement: close_symbol_and_lockout
  lock_at_start: false
"""

RULE = Rule(
    id="RULE-011",
    key="symbol_blocks",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.ORDERS,
    actions=(Action.CLOSE_SYMBOL_AND_LOCKOUT,),
    gauges=gauges,
    lists=lambda config, symbol: config.lists(symbol),
)
