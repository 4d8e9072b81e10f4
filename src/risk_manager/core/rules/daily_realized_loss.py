"""RULE-003 daily_realized_loss: the day may not lose more than this.

Watches: realized P&L of the day, and open P&L too unless that is off; each closing order where that has a limit.
Breached: when the limit is reached (<=).
Then: closes everything and locks the account.
Ends: at the next reset of the rule's own day.
Blind: the last known mark serves; a position without any price is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.core import booking, gauge, pnl, trade_counts, trading_day
from risk_manager.core.calm import ANY, Bounds, by_pnl
from risk_manager.core.gauge import Gauge
from risk_manager.core.model import OrderId, Position
from risk_manager.core.pnl import usd
from risk_manager.core.rule import Finding, Rule, Topic
from risk_manager.core.rules import consequence
from risk_manager.core.settings import Action, Defaults, Loss, ResetTime, WallTime, ZoneName
from risk_manager.core.sight import Sight

ID = "RULE-003"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    limit: Loss
    single_trade_limit: Loss | None = None
    include_unrealized: bool = True
    include_fees: bool = True
    reset_time: WallTime | None = None
    timezone: ZoneName | None = None
    action: Action = Action.CLOSE_ALL_AND_LOCKOUT


class Memory(msgspec.Struct, frozen=True):
    """The closing orders of the day, and those that have reached `single_trade_limit`, as of a revision."""

    revision: int
    since: datetime
    orders: tuple[tuple[OrderId, Decimal], ...]
    arrival: int = 0
    results: dict[OrderId, Decimal] = {}


def reset_of(config: Config, defaults: Defaults) -> ResetTime:
    """The rule's own day."""
    return consequence.own_reset(config.reset_time, config.timezone, defaults)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked on trades and positions, and on quotes where the open P&L counts."""
    reset = reset_of(config, sight.settings.defaults)
    realized = pnl.realized_in(sight.account, reset, include_fees=config.include_fees)
    unrealized = sight.unrealized() if config.include_unrealized else pnl.ZERO
    value = realized + unrealized
    if value <= config.limit:
        parts = f" (realized {usd(realized)}, open {usd(unrealized)})" if config.include_unrealized else ""
        why = f"Daily loss {usd(value)} reached the limit {usd(config.limit)}{parts}"
        yield consequence.about_account(config.action, why, reset, sight.now, value=value, limit=config.limit)
    known, limit = sight.account.memory.get(ID), config.single_trade_limit
    if limit is not None and known is not None:
        for order, result in known.orders:
            why = f"Order {order} lost {usd(result)}, the limit for one trade is {usd(limit)}"
            yield consequence.about_account(
                config.action, why, reset, sight.now, about=f"order {order}", value=result, limit=limit
            )


def calm(sight: Sight, config: Config, position: Position) -> Bounds | None:
    """Until the day's loss could reach the limit."""
    if not config.include_unrealized:
        return ANY
    reset = reset_of(config, sight.settings.defaults)
    value = pnl.realized_in(sight.account, reset, include_fees=config.include_fees) + sight.unrealized()
    return by_pnl(sight, position, down=value - config.limit, up=None)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """The day against its limit, and what one order may lose."""
    reset = reset_of(config, sight.settings.defaults)
    value = pnl.realized_in(sight.account, reset, include_fees=config.include_fees)
    value += sight.unrealized() if config.include_unrealized else pnl.ZERO
    yield gauge.of_money("Loss of the day", value, config.limit, consequence.then(config.action, reset))
    yield from gauge.of_one_order(config.single_trade_limit, consequence.then(config.action, reset))


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory | None:
    """Add up the closing orders of the day when the trades have changed."""
    if config.single_trade_limit is None:
        return None
    account = sight.account
    day = account.days[trading_day.key(reset_of(config, sight.settings.defaults))]
    known = known if known is not None and known.since == day.start else Memory(-1, day.start, ())
    if known.revision == account.revision:
        return known
    new = trade_counts.newest(account, ID, known.revision, known.arrival)
    base, trades = ({}, sight.trades(ID)) if new is None else (known.results, [new])
    results = trade_counts.results_by_order(booking.in_day(trades, day), base)
    orders = trade_counts.down_to(results, config.single_trade_limit, new, known.orders)
    return Memory(account.revision, day.start, orders, account.arrivals, results)


EXAMPLE = """\
daily_realized_loss:
  limit: -500
  single_trade_limit: -100            # optional
  include_unrealized: true
  include_fees: true
  reset_time: "17:00"
  timezone: America/Chicago
"""

RULE = Rule(
    id=ID,
    key="daily_realized_loss",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.TRADES | Topic.POSITIONS | Topic.QUOTES,
    actions=(Action.CLOSE_ALL_AND_LOCKOUT,),
    calm=calm,
    remember=remember,
    memory=Memory | None,
    reset_of=reset_of,
    gauges=gauges,
    single_fills=True,
)
