"""RULE-007 cooldown_after_loss: after a loss there is a pause.

Watches: the exit fills of each closing order, added up, fees left out; and the row of losing orders of the day.
Breached: when an order's loss reaches a threshold (<=; the deepest that is reached counts), or when that many losing
orders in a row are reached.
Then: a cooldown from the fill's own time; a deeper threshold adds its own.
Ends: when the time is over.
Blind: a fill that is heard of late is judged at its own time; a cooldown that would be over by now does not begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from risk_manager.core import trade_counts
from risk_manager.core.model import OrderId, Trade
from risk_manager.core.pnl import usd
from risk_manager.core.rule import Finding, LockKind, LockWish, Rule, Topic
from risk_manager.core.settings import Action, Count, Duration, Loss
from risk_manager.core.sight import Sight, seconds

ID = "RULE-007"
_ZERO = Decimal(0)


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A loss, and how long to cool down for it (seconds)."""

    loss_amount: Loss
    cooldown_duration: Duration


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many losing orders in a row, and how long to cool down for them (seconds)."""

    count: Count
    cooldown_duration: Duration


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    loss_thresholds: tuple[Threshold, ...] = ()
    """In any order."""
    consecutive_losses: Row | None = None
    action: Action = Action.COOLDOWN

    def __post_init__(self) -> None:
        if not self.loss_thresholds and self.consecutive_losses is None:
            raise ValueError("neither loss_thresholds nor consecutive_losses is set: the rule would watch nothing")

    def deepest(self, result: Decimal) -> Threshold | None:
        """The deepest threshold that a result reaches."""
        reached = [threshold for threshold in self.loss_thresholds if result <= threshold.loss_amount]
        return min(reached, key=lambda threshold: threshold.loss_amount, default=None)


class Cooling(msgspec.Struct, frozen=True):
    """A cooldown that a fill has begun."""

    about: str
    until: datetime
    why: str


class Memory(msgspec.Struct, frozen=True):
    """What cools, and the last trade that has been looked at.

    What only a void brings about begins nothing and prolongs nothing: it is no new trade.
    """

    arrival: int = 0
    cooling: tuple[Cooling, ...] = ()


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory:
    """Note what the new trades have brought about."""
    known = known if known is not None else Memory()
    account = sight.account
    if account.arrivals == known.arrival:
        return known
    trades = trade_counts.counting(account, ID, account.days[account.own_day])
    before = _cooling(config, [trade for trade in trades if trade.arrival <= known.arrival])
    after = _cooling(config, trades)
    cooling = {one.about: one for one in known.cooling if one.until > sight.now}
    for about, one in after.items():
        earlier, held = before.get(about), cooling.get(about)
        is_new = earlier is None or one.until > earlier.until
        if is_new and one.until > sight.now and (held is None or one.until > held.until):
            cooling[about] = one
    return Memory(account.arrivals, tuple(cooling.values()))


def _cooling(config: Config, trades: list[Trade]) -> dict[str, Cooling]:
    """All cooldowns that these fills begin, each with its latest end. The fills are in the order of their times."""
    results: dict[OrderId, Decimal] = {}
    cooling: dict[str, Cooling] = {}
    for trade in trades:
        if trade.profit_and_loss is None:
            continue
        before = results.get(trade.order, _ZERO)
        result = before + trade.profit_and_loss
        results[trade.order] = result
        deepest, held = config.deepest(result), config.deepest(before)
        if deepest is not None and (held is None or deepest.loss_amount < held.loss_amount):
            _add(cooling, _after_loss(trade, result, deepest))
        row = config.consecutive_losses
        if row is not None and before >= 0 > result:
            losers = _row(results)
            if losers >= row.count:
                _add(cooling, _after_row(trade, losers, row))
    return cooling


def _row(results: dict[OrderId, Decimal]) -> int:
    """Losing orders since the last winner; a scratch does not end the row."""
    losers = 0
    for result in reversed(results.values()):
        if result > 0:
            break
        losers += result < 0
    return losers


def _after_loss(trade: Trade, result: Decimal, threshold: Threshold) -> Cooling:
    return Cooling(
        f"order {trade.order}",
        trade.at + seconds(threshold.cooldown_duration),
        f"Order {trade.order} lost {usd(result)}, which reached {usd(threshold.loss_amount)}: "
        f"{_minutes(seconds(threshold.cooldown_duration))} of pause",
    )


def _after_row(trade: Trade, losers: int, row: Row) -> Cooling:
    return Cooling(
        f"row {trade.order}",
        trade.at + seconds(row.cooldown_duration),
        f"{losers} losing orders in a row: {_minutes(seconds(row.cooldown_duration))} of pause",
    )


def _minutes(duration: timedelta) -> str:
    total = duration // timedelta(seconds=1)
    return f"{total // 60} min" if total % 60 == 0 and total >= 60 else f"{total} s"


def _add(cooling: dict[str, Cooling], one: Cooling) -> None:
    held = cooling.get(one.about)
    if held is None or one.until > held.until:
        cooling[one.about] = one


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked on trades. An order is at fault while its cooldown runs."""
    del config
    known = sight.account.memory.get(ID)
    for one in known.cooling if known is not None else ():
        if one.until > sight.now:
            yield Finding(about=one.about, why=one.why, lock=LockWish(kind=LockKind.COOLDOWN, until=one.until))


EXAMPLE = """\
cooldown_after_loss:
  enabled: true
  loss_thresholds:
    - {loss_amount: -100, cooldown_duration: 300}
    - {loss_amount: -200, cooldown_duration: 900}
  consecutive_losses: {count: 3, cooldown_duration: 1800}    # optional
"""

RULE = Rule(
    id=ID,
    key="cooldown_after_loss",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.TRADES,
    actions=(Action.COOLDOWN,),
    remember=remember,
    memory=Memory,
    single_fills=True,
)
