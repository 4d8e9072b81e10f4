"""RULE-004 daily_unrealized_loss: what is open may not be down more than this.

Watches: open P&L, of the account or of each position by itself.
Breached: when the limit is reached (<=).
Then: closes everything and locks the account (`scope: account`), or closes the position at fault (`scope: position`).
Ends: the lock at the next reset of the rule's own day.
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
from risk_manager.core.settings import Action, Defaults, Loss, ResetTime, WallTime, ZoneName
from risk_manager.core.sight import Sight


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    limit: Loss
    scope: Scope = Scope.ACCOUNT
    action: Action | None = None
    """None: `close_all_and_lockout` for the account, `close_position` for a position."""
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
        if value <= config.limit:
            why = f"Open loss {usd(value)} reached the limit {usd(config.limit)}"
            yield consequence.about_account(
                config.action or Action.CLOSE_ALL_AND_LOCKOUT,
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
        if result is not None and result <= config.limit:
            why = f"Open loss of {symbol} {usd(result)} reached the limit {usd(config.limit)}"
            yield consequence.about_contract(position.contract, symbol, why, result, config.limit)


def calm(sight: Sight, config: Config, position: Position) -> Bounds | None:
    """Until the open loss could reach the limit."""
    if config.scope is Scope.ACCOUNT:
        value = sight.unrealized()
        return by_pnl(sight, position, down=value - config.limit, up=None)
    value = sight.open_pnl(position) or ZERO
    return by_pnl(sight, position, down=value - config.limit, up=None, shared=False)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """What is open against the limit: all of it, or each position."""
    if config.scope is Scope.ACCOUNT:
        then = consequence.then(
            config.action or Action.CLOSE_ALL_AND_LOCKOUT, reset_of(config, sight.settings.defaults)
        )
        yield gauge.of_money("Open loss", sight.unrealized(), config.limit, then)
        return
    then = consequence.then(Action.CLOSE_POSITION, sight.settings.defaults.reset)
    for position in sight.positions():
        symbol = sight.symbol(position.contract)
        yield gauge.of_money(f"Open loss of {symbol}", sight.open_pnl(position), config.limit, then, symbol=symbol)


EXAMPLE = """\
daily_unrealized_loss:
  enabled: true
  limit: -300
  scope: account
  enforcement: close_all_and_lockout
  reset_time: "17:00"
"""

RULE = Rule(
    id="RULE-004",
    key="daily_unrealized_loss",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.TRADES | Topic.QUOTES,
    actions=(Action.CLOSE_ALL_AND_LOCKOUT, Action.CLOSE_ALL, Action.CLOSE_POSITION),
    calm=calm,
    reset_of=reset_of,
    gauges=gauges,
)
