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

from risk_manager.core import gauge, trade_counts
from risk_manager.core.gauge import Gauge, Unit
from risk_manager.core.instants import seconds
from risk_manager.core.model import OrderId, Trade
from risk_manager.core.pnl import usd
from risk_manager.core.rule import Finding, LockKind, LockWish, Rule, Topic
from risk_manager.core.settings import Action, Count, Duration, Loss
from risk_manager.core.sight import Sight
from risk_manager.core.state import Day

ID = "RULE-007"
_ZERO = Decimal(0)
Results = dict[OrderId, Decimal]


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

    def longest(self) -> timedelta:
        """The longest cooldown that there is."""
        durations = [threshold.cooldown_duration for threshold in self.loss_thresholds]
        if self.consecutive_losses is not None:
            durations.append(self.consecutive_losses.cooldown_duration)
        return seconds(max(durations))

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
    """What cools, and what the trades have been seen to bring about, as of a revision of them."""

    arrival: int = 0
    revision: int = -1
    cooling: tuple[Cooling, ...] = ()
    seen: dict[str, datetime] = {}
    """The ends of all that has been brought about, cooling or not."""
    results: Results = {}
    """What each closing order has brought so far."""
    of_the_day: Results = {}
    """The same, by the fills of the day alone."""


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory:
    """Note what the trades have brought about since the last look.

    What only a void brings about is seen and, while a lock of this rule stands, begins and prolongs nothing.
    """
    known = known if known is not None else Memory()
    account, now = sight.account, sight.now
    if account.revision == known.revision:
        return known
    day = account.days[account.own_day]
    new = trade_counts.newest(account, ID, known.revision, known.arrival)
    base = known if new is not None else Memory()
    results, of_the_day, ends = dict(base.results), dict(base.of_the_day), dict(base.seen)
    trades = sight.trades(ID) if new is None else [new]
    after = _cooling(config, trades, day, now - config.longest(), results, of_the_day)
    counts = account.arrivals != known.arrival or not any(lock.rule == ID for lock in account.locks)
    cooling = {one.about: one for one in known.cooling if one.until > now}
    for about, one in after.items():
        seen, held = known.seen.get(about), cooling.get(about)
        is_new = counts and (seen is None or one.until > seen)
        if is_new and one.until > now and (held is None or one.until > held.until):
            cooling[about] = one
        ends[about] = max(one.until, ends.get(about, one.until))
    seen_ends = {about: until for about, until in ends.items() if until > now}
    return Memory(account.arrivals, account.revision, tuple(cooling.values()), seen_ends, results, of_the_day)


def _cooling(
    config: Config, trades: list[Trade], day: Day, since: datetime, results: Results, of_the_day: Results
) -> dict[str, Cooling]:
    """All cooldowns that fills after `since` begin, each with its latest end. The fills are in the order of their
    times; what began earlier is over. They are added to `results` and `of_the_day`.

    The row is of the day; the loss of one order is not cut by a reset.
    """
    cooling: dict[str, Cooling] = {}
    for trade in trades:
        if trade.profit_and_loss is None:
            continue
        before = results.get(trade.order, _ZERO)
        result = results[trade.order] = before + trade.profit_and_loss
        is_late = trade.at > since
        if is_late and result < before and (deepest := config.deepest(result)) is not None:
            held = config.deepest(before)
            if held is None or deepest.loss_amount < held.loss_amount:
                _add(cooling, _after_loss(trade, result, deepest))
        row = config.consecutive_losses
        if row is None or not day.start <= trade.at < day.end:
            continue
        before = of_the_day.get(trade.order, _ZERO)
        of_the_day[trade.order] = before + trade.profit_and_loss
        if is_late and before >= 0 > of_the_day[trade.order]:
            losers = _row(of_the_day)
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
        f"{gauge.lasting(seconds(threshold.cooldown_duration))} of pause",
    )


def _after_row(trade: Trade, losers: int, row: Row) -> Cooling:
    return Cooling(
        f"row {trade.order}",
        trade.at + seconds(row.cooldown_duration),
        f"{losers} losing orders in a row: {gauge.lasting(seconds(row.cooldown_duration))} of pause",
    )


def _add(cooling: dict[str, Cooling], one: Cooling) -> None:
    held = cooling.get(one.about)
    if held is None or one.until > held.until:
        cooling.pop(one.about, None)  # in the order in which they began, as when the fills are added one by one
        cooling[one.about] = one


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked on trades. An order is at fault while its cooldown runs."""
    del config
    known = sight.account.memory.get(ID)
    for one in known.cooling if known is not None else ():
        if one.until > sight.now:
            yield Finding(about=one.about, why=one.why, lock=LockWish(kind=LockKind.COOLDOWN, until=one.until))


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """Losing orders in a row, and what the loss of one order would bring about."""
    day, row = sight.account.days.get(sight.account.own_day), config.consecutive_losses
    if row is not None and day is not None:
        trades = [trade for trade in sight.trades(ID) if day.start <= trade.at < day.end]
        losers = Decimal(_row(trade_counts.results_by_order(trades)))
        then = f"A pause of {gauge.lasting(seconds(row.cooldown_duration))}."
        yield gauge.of_count("Losing orders in a row", Unit.LOSSES, losers, Decimal(row.count), then)
    for one in config.loss_thresholds:
        then = f"A pause of {gauge.lasting(seconds(one.cooldown_duration))}."
        yield from gauge.of_one_order(one.loss_amount, then)


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
    gauges=gauges,
    single_fills=True,
)
