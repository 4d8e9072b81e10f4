"""RULE-006 trade_frequency_limit: not more trades than this in a minute, an hour, a session.

Watches: fills. One item is an order with an entry fill, a fill, or an order with an exit fill, as configured.
Breached: when a counted item leaves a count at or above its limit: the N-th trade is allowed and starts the cooldown.
Then: a cooldown from the item's own time (or the same time as a hard lock); or only an alert.
Ends: when the time is over. Each further item begins it again; several at once: the longest.
Blind: an item that is heard of late is judged at its own time; a cooldown that would be over by now does not begin.
"""

from __future__ import annotations

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from risk_manager.core import gauge, trade_counts, trading_day
from risk_manager.core.gauge import Gauge, Unit
from risk_manager.core.instants import seconds, soonest
from risk_manager.core.model import Trade
from risk_manager.core.rule import CloseAll, Finding, LockKind, LockWish, Rule, Topic
from risk_manager.core.settings import Action, Count, Duration, ResetTime
from risk_manager.core.sight import Sight

ID = "RULE-006"
_WINDOWS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


class Counted(enum.Enum):
    """What counts as one."""

    ENTRIES = "entries"
    EXECUTIONS = "executions"
    ROUND_TURNS = "round_turns"


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many are allowed; each is optional."""

    per_minute: Count | None = None
    per_hour: Count | None = None
    per_session: Count | None = None


class Cooldowns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to cool down, in seconds. With `enabled: false` the rule only alerts."""

    enabled: bool = True
    per_minute_breach: Duration = Decimal(60)
    per_hour_breach: Duration = Decimal(1800)
    per_session_breach: Duration = Decimal(3600)


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    limits: Limits
    count: Counted = Counted.ENTRIES
    cooldown_on_breach: Cooldowns = Cooldowns()
    action: Action = Action.COOLDOWN

    def __post_init__(self) -> None:
        if not any(limit is not None for _, limit, _ in self.windows()):
            raise ValueError("limits: none is set. At least one of per_minute, per_hour, per_session is needed")

    def windows(self) -> tuple[tuple[str, int | None, timedelta], ...]:
        """Name, limit and cooldown of each window."""
        limits, cooldowns = self.limits, self.cooldown_on_breach
        return (
            ("minute", limits.per_minute, seconds(cooldowns.per_minute_breach)),
            ("hour", limits.per_hour, seconds(cooldowns.per_hour_breach)),
            ("session", limits.per_session, seconds(cooldowns.per_session_breach)),
        )


class Reached(msgspec.Struct, frozen=True):
    """A limit that an item has reached."""

    at: datetime
    count: int


class Memory(msgspec.Struct, frozen=True):
    """The item of each window whose cooldown lasts longest, and what the trades have been seen to bring about."""

    arrival: int = 0
    revision: int = -1
    reached: dict[str, Reached] = {}
    seen: dict[str, datetime] = {}
    """The time of the last item of each window that has reached its limit, cooling or not."""
    items: dict[int, datetime] = {}
    """When each item that counts happened, in that order; by order, or by fill where fills are counted."""


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory:
    """Note what the trades have brought about since the last look.

    What only a void brings about is seen and, while a lock of this rule stands, begins and prolongs nothing.
    """
    known = known if known is not None else Memory()
    account = sight.account
    if account.revision == known.revision:
        return known
    new = trade_counts.newest(account, ID, known.revision, known.arrival)
    items = _items(config, sight.trades(ID)) if new is None else _items(config, [new], known.items)
    after = _reached(config, list(items.values()), sight.settings.defaults.reset, sight.now)
    counts = account.arrivals != known.arrival or not any(lock.rule == ID for lock in account.locks)
    reached = dict(known.reached)
    for name, item in after.items():
        seen, held = known.seen.get(name), reached.get(name)
        if counts and (seen is None or item.at > seen) and (held is None or item.at > held.at):
            reached[name] = item
    return Memory(account.arrivals, account.revision, reached, {name: item.at for name, item in after.items()}, items)


def _items(config: Config, trades: list[Trade], known: dict[int, datetime] | None = None) -> dict[int, datetime]:
    """When each item that counts happened, in that order, on top of what is `known`."""
    if config.count is Counted.EXECUTIONS:
        return {**(known or {}), **{trade.id: trade.at for trade in trades}}
    is_exit = config.count is Counted.ROUND_TURNS
    return trade_counts.first_fills((trade for trade in trades if trade.is_exit is is_exit), known)


def _reached(config: Config, items: list[datetime], reset: ResetTime, now: datetime) -> dict[str, Reached]:
    """The last item of each window that has left the count at or above the limit, counted at its own time. Items
    whose cooldown would be over are not looked at."""
    reached: dict[str, Reached] = {}
    for name, limit, duration in config.windows():
        if limit is None:
            continue
        for index in range(len(items) - 1, limit - 2, -1):
            at = items[index]
            if at + duration <= now:
                break
            count = bisect_right(items, at) - _first(items, name, at, reset)
            if count >= limit:
                reached[name] = Reached(at, count)
                break
    return reached


def _first(items: list[datetime], name: str, at: datetime, reset: ResetTime) -> int:
    """The index of the first item that is in the window which ends at `at`."""
    window = _WINDOWS.get(name)
    if window is not None:
        return bisect_right(items, at - window)
    return bisect_left(items, trading_day.last_reset(at, reset))


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked on trades. A window is at fault while its cooldown runs; without cooldowns, while its count is reached."""
    known = sight.account.memory.get(ID) or Memory()
    if not config.cooldown_on_breach.enabled:
        yield from _only_told(sight, config)
        return
    for name, limit, duration in config.windows():
        item = known.reached.get(name)
        if limit is None or item is None or item.at + duration <= sight.now:
            continue
        is_hard = config.action is Action.CLOSE_ALL_AND_LOCKOUT
        yield Finding(
            about=name,
            why=_why(config, name, item.count, limit),
            wishes=(CloseAll(),) if is_hard else (),
            lock=LockWish(kind=LockKind.HARD if is_hard else LockKind.COOLDOWN, until=item.at + duration),
            value=Decimal(item.count),
            limit=Decimal(limit),
        )


def _only_told(sight: Sight, config: Config) -> Iterator[Finding]:
    items = list(_items(config, sight.trades(ID)).values())
    for name, limit, _ in config.windows():
        count = len(items) - _first(items, name, sight.now, sight.settings.defaults.reset)
        if limit is not None and count >= limit:
            why = _why(config, name, count, limit)
            yield Finding(about=name, why=why, value=Decimal(count), limit=Decimal(limit))


def next_due(sight: Sight, config: Config) -> datetime | None:
    """Where the rule only tells: when a count falls below its limit, so that the next breach is a new one."""
    if config.cooldown_on_breach.enabled:
        return None
    items = list(_items(config, sight.trades(ID)).values())
    times = [
        items[-limit] + _WINDOWS[name]
        for name, limit, _ in config.windows()
        if limit is not None and name in _WINDOWS and len(items) >= limit
    ]
    return soonest(times, sight.now)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """What has been counted in each window against its limit."""
    items = list(_items(config, sight.trades(ID)).values())
    for name, limit, duration in config.windows():
        if limit is not None:
            count = len(items) - _first(items, name, sight.now, sight.settings.defaults.reset)
            label = f"Trades in {'an' if name == 'hour' else 'a'} {name}"
            yield gauge.of_count(label, Unit.TRADES, Decimal(count), Decimal(limit), _then(config, duration))


def _then(config: Config, duration: timedelta) -> str:
    if not config.cooldown_on_breach.enabled:
        return "You are told."
    is_hard = config.action is Action.CLOSE_ALL_AND_LOCKOUT
    return f"{'Everything is closed and locked for' if is_hard else 'A pause of'} {gauge.lasting(duration)}."


def _why(config: Config, name: str, count: int, limit: int) -> str:
    where = "in this session" if name == "session" else f"in the last {name}"
    return f"{count} {config.count.value.replace('_', ' ')} {where} reached the limit of {limit}"


EXAMPLE = """\
trade_frequency_limit:
  enabled: true
  limits: {per_minute: 3, per_hour: 10, per_session: 50}     # each optional
  count: entries                      # or executions, or round_turns
  cooldown_on_breach: {enabled: true, per_minute_breach: 60, per_hour_breach: 1800, per_session_breach: 3600}
  action: cooldown                    # or close_all_and_lockout: the same times as a hard lock
"""

RULE = Rule(
    id=ID,
    key="trade_frequency_limit",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.TRADES,
    actions=(Action.COOLDOWN, Action.CLOSE_ALL_AND_LOCKOUT),
    remember=remember,
    memory=Memory,
    next_due=next_due,
    gauges=gauges,
    single_fills=True,
)
