"""RULE-006 trade_frequency_limit: not more trades than this in a minute, an hour, a session.

Watches: fills. One item is an order with an entry fill, a fill, or an order with an exit fill, as configured.
Breached: when a counted item leaves a count at or above its limit: the N-th trade is allowed and starts the cooldown.
Then: a cooldown from the item's own time (or the same time as a hard lock); or only an alert.
Ends: when the time is over. Each further item begins it again; several at once: the longest.
Blind: an item that is heard of late is judged at its own time; a cooldown that would be over by now does not begin.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from risk_manager.core import trade_counts
from risk_manager.core.model import Trade
from risk_manager.core.rule import CloseAll, Finding, LockKind, LockWish, Rule, Topic
from risk_manager.core.settings import Action, Count, Duration
from risk_manager.core.sight import Sight, seconds
from risk_manager.core.state import Day

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
    """The item of each window whose cooldown lasts longest, and the last trade that has been looked at.

    What only a void brings about begins nothing and prolongs nothing: it is no new trade.
    """

    arrival: int = 0
    reached: dict[str, Reached] = {}


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory:
    """Note what the new trades have brought about."""
    known = known if known is not None else Memory()
    account = sight.account
    if account.arrivals == known.arrival:
        return known
    trades = trade_counts.counting(account, ID)
    session = account.days[account.own_day]
    before = _reached(config, _items(config, [t for t in trades if t.arrival <= known.arrival]), session)
    after = _reached(config, _items(config, trades), session)
    reached = dict(known.reached)
    for name, item in after.items():
        earlier = before.get(name)
        is_new = earlier is None or item.at > earlier.at
        held = reached.get(name)
        if is_new and (held is None or item.at > held.at):
            reached[name] = item
    return Memory(account.arrivals, reached)


def _items(config: Config, trades: list[Trade]) -> list[datetime]:
    """The times of what counts, in order."""
    if config.count is Counted.EXECUTIONS:
        return [trade.at for trade in trades]
    is_exit = config.count is Counted.ROUND_TURNS
    return list(trade_counts.first_fills(trade for trade in trades if trade.is_exit is is_exit).values())


def _reached(config: Config, items: list[datetime], session: Day) -> dict[str, Reached]:
    """The last item of each window that has left the count at or above the limit."""
    reached: dict[str, Reached] = {}
    for name, limit, _ in config.windows():
        if limit is None:
            continue
        window = _WINDOWS.get(name)
        for index in range(len(items) - 1, limit - 2, -1):
            at = items[index]
            if window is None:
                if not session.start <= at < session.end:
                    continue
                first = bisect_right(items, session.start - timedelta(microseconds=1))
            else:
                first = bisect_right(items, at - window)
            count = bisect_right(items, at) - first
            if count >= limit:
                reached[name] = Reached(at, count)
                break
    return reached


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
    session = sight.account.days[sight.account.own_day]
    items = _items(config, trade_counts.counting(sight.account, ID))
    for name, limit, _ in config.windows():
        window = _WINDOWS.get(name)
        since = sight.now - window if window is not None else session.start - timedelta(microseconds=1)
        count = len(items) - bisect_right(items, since)
        if limit is not None and count >= limit:
            why = _why(config, name, count, limit)
            yield Finding(about=name, why=why, value=Decimal(count), limit=Decimal(limit))


def _why(config: Config, name: str, count: int, limit: int) -> str:
    what = config.count.value.replace("_", " ")
    return (
        f"{count} {what} in the last {name} reached the limit of {limit}"
        if name != "session"
        else (f"{count} {what} in this session reached the limit of {limit}")
    )


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
    single_fills=True,
)
