"""RULE-013 daily_realized_profit: when the day has made this much, it is over.

Watches: realized P&L of the day net of fees, and the open P&L too where that is asked for.
Breached: when the target is reached (>=).
Then: closes everything and locks the account, or only tells.
Ends: at the next reset of the rule's own day.
Blind: where the open P&L counts, the last known mark serves; a position without any price is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from risk_manager.core import gauge, pnl
from risk_manager.core.calm import ANY, Bounds, by_pnl
from risk_manager.core.gauge import Gauge
from risk_manager.core.model import Position
from risk_manager.core.pnl import usd
from risk_manager.core.rule import Finding, Rule, Topic
from risk_manager.core.rules import consequence
from risk_manager.core.settings import Action, Defaults, Kind, Profit, ResetTime, WallTime, ZoneName
from risk_manager.core.sight import Sight


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    target: Profit
    include_unrealized: bool = False
    action: Action = Action.CLOSE_ALL_AND_LOCKOUT
    reset_time: WallTime | None = None
    timezone: ZoneName | None = None
    message: Annotated[str, Kind.TEXT] | None = None
    """A sentence of the admin's own that goes with the reason."""


def reset_of(config: Config, defaults: Defaults) -> ResetTime:
    """The rule's own day."""
    return consequence.own_reset(config.reset_time, config.timezone, defaults)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked on trades, and on positions and quotes where the open P&L counts."""
    reset = reset_of(config, sight.settings.defaults)
    realized = pnl.realized_in(sight.account, reset)
    unrealized = sight.unrealized() if config.include_unrealized else pnl.ZERO
    value = realized + unrealized
    if value >= config.target:
        parts = f" (realized {usd(realized)}, open {usd(unrealized)})" if config.include_unrealized else ""
        why = f"Daily profit {usd(value)} reached the target {usd(config.target)}{parts}"
        if config.message:
            why += f". {config.message}"
        yield consequence.about_account(config.action, why, reset, sight.now, value=value, limit=config.target)


def calm(sight: Sight, config: Config, position: Position) -> Bounds | None:
    """Until the day's profit could reach the target."""
    if not config.include_unrealized:
        return ANY
    value = pnl.realized_in(sight.account, reset_of(config, sight.settings.defaults)) + sight.unrealized()
    return by_pnl(sight, position, down=None, up=config.target - value)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """The day against its target."""
    reset = reset_of(config, sight.settings.defaults)
    value = pnl.realized_in(sight.account, reset)
    value += sight.unrealized() if config.include_unrealized else pnl.ZERO
    yield gauge.of_money("Profit of the day", value, config.target, consequence.then(config.action, reset))


EXAMPLE = """\
daily_realized_profit:
  enabled: true
  target: 1000
  include_unrealized: false
  enforcement: close_all_and_lockout
  reset_time: "17:00"
  timezone: America/Chicago
  message: "Well done. Tomorrow is another day."             # optional
"""

RULE = Rule(
    id="RULE-013",
    key="daily_realized_profit",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.TRADES | Topic.POSITIONS | Topic.QUOTES,
    actions=(Action.CLOSE_ALL_AND_LOCKOUT, Action.ALERT),
    calm=calm,
    reset_of=reset_of,
    gauges=gauges,
)
