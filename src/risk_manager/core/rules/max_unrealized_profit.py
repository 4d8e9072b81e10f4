"""RULE-005 max_unrealized_profit: an open profit of this much is taken.

Watches: open P&L, of the account or of each position by itself.
Breached: when the limit is reached (>=).
Then: closes everything (`scope: account`; with a lock where that is asked for), or the position (`scope: position`).
Ends: a lock at the next reset of the rule's own day.
Blind: the last known mark serves; a position without any price is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from risk_manager.core import gauge
from risk_manager.core.calm import Bounds, by_pnl
from risk_manager.core.gauge import Gauge
from risk_manager.core.model import Position
from risk_manager.core.pnl import ZERO, usd
from risk_manager.core.rule import Finding, Rule, Topic
from risk_manager.core.rules import consequence
from risk_manager.core.rules.scope import Scope
from risk_manager.core.settings import Action, Defaults, Profit, ResetTime, WallTime, ZoneName
from risk_manager.core.sight import Sight


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    limit: Profit
    scope: Scope = Scope.ACCOUNT
    action: Action | None = None
    """None: `close_all` for the account, `close_position` for a position."""
    reset_time: WallTime | None = None
    timezone: ZoneName | None = None

    def __post_init__(self) -> None:
        self.scope.check(self.action)


def reset_of(config: Config, defaults: Defaults) -> ResetTime:
    """The rule's own day."""
    return consequence.own_reset(config.reset_time, config.timezone, defaults)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked on positions, trades and quotes."""
    if config.scope is Scope.ACCOUNT:
        value = sight.unrealized()
        if value >= config.limit:
            why = f"Open profit {usd(value)} reached the limit {usd(config.limit)}"
            yield consequence.about_account(
                config.action or Action.CLOSE_ALL,
                why,
                reset_of(config, sight.settings.defaults),
                sight.now,
                value=value,
                limit=config.limit,
            )
        return
    for position in sight.positions():
        symbol = sight.symbol(position.contract)
        result = None if sight.is_symbol_locked(symbol) else sight.open_pnl(position)
        if result is not None and result >= config.limit:
            why = f"Open profit of {symbol} {usd(result)} reached the limit {usd(config.limit)}"
            yield consequence.about_contract(position.contract, symbol, why, result, config.limit)


def calm(sight: Sight, config: Config, position: Position) -> Bounds | None:
    """Until the open profit could reach the limit."""
    if config.scope is Scope.ACCOUNT:
        value = sight.unrealized()
        return by_pnl(sight, position, up=config.limit - value, down=None)
    value = sight.open_pnl(position) or ZERO
    return by_pnl(sight, position, up=config.limit - value, down=None, shared=False)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """What is open against the limit: all of it, or each position."""
    if config.scope is Scope.ACCOUNT:
        then = consequence.then(config.action or Action.CLOSE_ALL, reset_of(config, sight.settings.defaults))
        yield gauge.of_money("Open profit", sight.unrealized(), config.limit, then)
        return
    then = consequence.then(Action.CLOSE_POSITION, sight.settings.defaults.reset)
    for position in sight.positions():
        symbol = sight.symbol(position.contract)
        yield gauge.of_money(f"Open profit of {symbol}", sight.open_pnl(position), config.limit, then, symbol=symbol)


EXAMPLE = """\
max_unrealized_profit: {enabled: true, limit: 1000, scope: account, enforcement: close_all}
"""

RULE = Rule(
    id="RULE-005",
    key="max_unrealized_profit",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.TRADES | Topic.QUOTES,
    actions=(Action.CLOSE_ALL, Action.CLOSE_ALL_AND_LOCKOUT, Action.CLOSE_POSITION),
    calm=calm,
    reset_of=reset_of,
    gauges=gauges,
)
