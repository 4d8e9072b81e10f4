"""RULE-008 no_stop_loss_grace: a position without a stop for all of it is closed when the grace is over.

Watches: positions and the working stop orders on their contracts, on the opposite side, at any price.
Breached: at the end of the grace, exactly. It runs from the moment at which the stops are less than the position;
growth does not begin it again, a reversal does.
Then: closes the position, or everything. No lock.
Ends: when the position is protected or gone.
Blind: one second before the end the working orders are read afresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from risk_manager.core import protection
from risk_manager.core.gauge import Gauge
from risk_manager.core.instants import seconds, soonest
from risk_manager.core.model import Position
from risk_manager.core.rule import CloseAll, CloseContract, Finding, Rule, Topic
from risk_manager.core.settings import Action, Duration
from risk_manager.core.sight import Sight

READ_BEFORE_END = timedelta(seconds=1)


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    grace_period_seconds: Duration
    action: Action = Action.CLOSE_POSITION


def _end(sight: Sight, config: Config, position: Position) -> datetime | None:
    since = sight.account.unprotected.get(position.contract)
    return None if since is None else since + seconds(config.grace_period_seconds)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked when orders or positions move, and at the end of each grace."""
    unprotected = sight.account.unprotected
    over_since = sight.now - seconds(config.grace_period_seconds)
    for position in sight.positions() if unprotected else ():
        since = unprotected.get(position.contract)
        if since is None or since > over_since:
            continue
        symbol = sight.symbol(position.contract)
        if sight.is_symbol_locked(symbol):
            continue
        stopped = protection.stopped(sight.account, position.contract)
        yield Finding(
            about=position.contract,
            why=(
                f"{position.size} {symbol} without a stop for all of it ({stopped} of {position.size} protected) "
                f"for {config.grace_period_seconds} s"
            ),
            wishes=(CloseAll() if config.action is Action.CLOSE_ALL else CloseContract(position.contract),),
            symbol=symbol,
        )


def next_due(sight: Sight, config: Config) -> datetime | None:
    """The end of the next grace, or the moment at which the orders are to be read before it."""
    unprotected = sight.account.unprotected
    if not unprotected:
        return None
    # Looked for among the beginnings: many positions may be waiting, and only two ends count.
    grace = seconds(config.grace_period_seconds)
    since = [unprotected[contract] for contract in sight.account.positions if contract in unprotected]
    ends = soonest(since, sight.now - grace)
    reads = soonest(since, sight.now - grace + READ_BEFORE_END)
    return soonest([ends and ends + grace, reads and reads + grace - READ_BEFORE_END], sight.now)


def reads(sight: Sight, config: Config) -> bool:
    """True at the moments at which the working orders are to be read before a grace ends."""
    ends = (_end(sight, config, position) for position in sight.positions())
    return any(end is not None and end - READ_BEFORE_END == sight.now for end in ends)


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """Whether each position has a stop for all of it, and how long one without may stay."""
    then = "Everything is closed." if config.action is Action.CLOSE_ALL else "The position is closed."
    open_ones = [(sight.symbol(one.contract), _end(sight, config, one)) for one in sight.positions()]
    for symbol, end in open_ones:
        says = "protected by a stop." if end is None else "no stop for all of it."
        yield Gauge(label=f"Stop of {symbol}", says=f"{symbol}: {says}", then=then, ends_at=end, symbol=symbol)
    if not open_ones:
        says = f"Nothing is open. A position needs a stop within {config.grace_period_seconds} s."
        yield Gauge(label="Stop", says=says, then=then)


EXAMPLE = """\
no_stop_loss_grace: {enabled: true, grace_period_seconds: 10, enforcement: close_position}
"""

RULE = Rule(
    id="RULE-008",
    key="no_stop_loss_grace",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.ORDERS,
    actions=(Action.CLOSE_POSITION, Action.CLOSE_ALL),
    next_due=next_due,
    reads=reads,
    gauges=gauges,
)
