"""RULE-012 trade_management: help, not a limit. It never closes, never locks and is never recorded as a breach.

Watches: positions, their stops, and the best mark since each position was opened.
Breached: never.
Then: places a stop where one is missing, moves stops to breakeven, lets stops trail; only in the position's favour.
Ends: with the position; a stop of ours that is left over is cancelled.
Blind: a position without any price gets its stop, and no stop is moved for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from risk_manager.core import stop_prices, stops
from risk_manager.core.calm import Bounds
from risk_manager.core.instants import seconds, soonest
from risk_manager.core.model import Contract, Order, Position, Side
from risk_manager.core.rule import CancelOrder, ChangeStop, Finding, Rule, SetStop, Topic, Wish
from risk_manager.core.rules.riding import ID, AutoBreakeven, AutoStopLoss, Config, Memory, Ride
from risk_manager.core.rules.riding_in_words import gauges
from risk_manager.core.sight import Sight


def remember(sight: Sight, config: Config, known: Memory | None) -> Memory:
    """Note the best mark of each position, and whether its breakeven is done."""
    rides: Memory = {}
    for contract, position in sight.account.positions.items():
        ride = known.get(contract) if known else None
        if ride is None or ride.opened != position.first_seen_at:
            ride = Ride(position.first_seen_at)
        rides[contract] = _ridden(sight, config, position, ride)
    return rides


def _ridden(sight: Sight, config: Config, position: Position, ride: Ride) -> Ride:
    mark, contract = sight.mark(position), sight.contract(position.contract)
    if mark is None or contract is None:
        return ride
    best = mark if ride.best is None or (mark - ride.best) * position.sign > 0 else ride.best
    triggered, done = ride.is_triggered, ride.is_breakeven_done
    breakeven = config.breakeven
    if breakeven is not None and not done:
        triggered = triggered or stop_prices.gains(position, contract, mark, breakeven.profit_trigger_ticks)
        done = triggered and _is_at_breakeven(sight, position, contract, breakeven)
    if best is ride.best and triggered == ride.is_triggered and done == ride.is_breakeven_done:
        return ride
    return Ride(ride.opened, best, triggered, done)


def _is_at_breakeven(sight: Sight, position: Position, contract: Contract, breakeven: AutoBreakeven) -> bool:
    """True where there are stops that may be moved, and none of them would be better at breakeven."""
    movable = stops.movable(sight, position)
    level = stop_prices.breakeven_level(position, contract, breakeven.offset_ticks)
    return bool(movable) and not any(stop_prices.is_better(position, level, order) for order in movable)


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked last, so that what is being closed is left alone."""
    rides: Memory = sight.account.memory.get(ID) or {}
    auto = config.stop_loss
    ours_to_see_to = stops.to_see_to(sight, seconds(auto.after_seconds)) if auto is not None else frozenset()
    for position in sight.positions():
        contract, ride = sight.contract(position.contract), rides.get(position.contract)
        if contract is None:
            continue
        if position.contract not in ours_to_see_to and not _may_move(config, position, contract, ride):
            continue
        if sight.closing_by_us(position.contract) >= position.size:
            continue
        ours = stops.own(sight, position) if config.stop_loss is not None else None
        sizes = stops.resized(sight, position, ours) if ours is not None else {}
        for order in stops.movable(sight, position, also=frozenset(sizes)):
            target = _better_price(sight, config, position, contract, order, ride)
            size = sizes.get(order.id)
            if size == 0:
                yield _help(f"order {order.id}", f"other stops protect all of {contract.symbol}", CancelOrder(order.id))
            elif target is not None or size is not None:
                price = target if target is not None else order.stop_price
                if price is not None:
                    why = f"the stop of {contract.symbol} follows its position"
                    yield _help(f"order {order.id}", why, ChangeStop(order.id, price, size))
        if config.stop_loss is not None and ours is None:
            yield from _missing(sight, config.stop_loss, position, contract)


def _may_move(config: Config, position: Position, contract: Contract, ride: Ride | None) -> bool:
    """False where no profit moves a stop."""
    if ride is None or ride.best is None:
        return False
    trailing = config.trailing
    return (config.breakeven is not None and ride.is_triggered and not ride.is_breakeven_done) or (
        trailing is not None and stop_prices.gains(position, contract, ride.best, trailing.activation_ticks)
    )


def _help(about: str, why: str, wish: Wish) -> Finding:
    return Finding(about=about, why=why, wishes=(wish,), is_breach=False)


def _missing(sight: Sight, auto: AutoStopLoss, position: Position, contract: Contract) -> Iterator[Finding]:
    """Our own stop for what has been unprotected long enough."""
    since = sight.account.unprotected.get(position.contract)
    if since is None or sight.now < since + seconds(auto.after_seconds):
        return
    size = stops.size_to_protect(sight, position) - stops.protecting(sight, position)
    if size > 0:
        price = stop_prices.behind_entry(position, contract, auto.distance_ticks, sight.mark(position))
        side = Side.SELL if position.sign > 0 else Side.BUY
        wish = SetStop(position.contract, side, size, price)
        yield _help(f"stop {position.contract}", f"{size} {contract.symbol} without a stop", wish)


def _better_price(
    sight: Sight, config: Config, position: Position, contract: Contract, order: Order, ride: Ride | None
) -> Decimal | None:
    """The best price that breakeven and trailing have for a stop; None where it stays."""
    mark = sight.mark(position)
    if mark is None or ride is None:
        return None
    sign = position.sign
    prices: list[Decimal] = []
    breakeven = config.breakeven
    if breakeven is not None and ride.is_triggered and not ride.is_breakeven_done:
        # A move that was refused or lost at the trigger is asked for again below it, while it is still valid.
        is_asked_for = order.id in sight.account.changes
        if is_asked_for or stop_prices.gains(position, contract, mark, breakeven.profit_trigger_ticks):
            prices.append(stop_prices.breakeven_level(position, contract, breakeven.offset_ticks))
    trailed = _trailed(config, position, contract, order, ride)
    if trailed is not None:
        prices.append(trailed)
    # A stop at the market or beyond it would be refused for ever.
    valid = [price for price in prices if stop_prices.is_better(position, price, order) and (mark - price) * sign > 0]
    return max(valid, key=lambda price: price * sign, default=None)


def _trailed(config: Config, position: Position, contract: Contract, order: Order, ride: Ride) -> Decimal | None:
    """Where a stop has trailed to; None where it stays."""
    trailing = config.trailing
    if trailing is None or ride.best is None or order.stop_price is None:
        return None
    if not stop_prices.gains(position, contract, ride.best, trailing.activation_ticks):
        return None
    return stop_prices.trailing_level(
        position, contract, ride.best, trailing.trail_distance_ticks, trailing.step_ticks, order.stop_price
    )


def calm(sight: Sight, config: Config, position: Position) -> Bounds | None:
    """Until a mark is better than the best so far, or reaches the trigger. Where a stop could be better than it is
    (refused, or not valid yet), every quote counts. The best is kept where nothing trails too: trailing that is
    switched on later goes by the best since the position was opened."""
    contract, mark = sight.contract(position.contract), sight.mark(position)
    ride = (sight.account.memory.get(ID) or {}).get(position.contract)
    if contract is None or mark is None or ride is None or ride.best is None:
        return None
    sign, tick = position.sign, contract.tick_size
    if config.breakeven is not None and not ride.is_breakeven_done:
        if ride.is_triggered or stop_prices.gains(position, contract, mark, config.breakeven.profit_trigger_ticks):
            return None
    for order in stops.movable(sight, position):
        if _trailed(config, position, contract, order, ride) is not None:
            return None
    # A mark that only equals the best is no news; the grid has nothing between it and half a tick further.
    further = ride.best + sign * tick / 2
    return (None, further) if sign > 0 else (further, None)


def next_due(sight: Sight, config: Config) -> datetime | None:
    """When the next position has been unprotected long enough."""
    if config.stop_loss is None or not sight.account.unprotected:
        return None
    after = seconds(config.stop_loss.after_seconds)
    since = soonest(sight.account.unprotected.values(), sight.now - after)  # one sum instead of one for each position
    return since and since + after


EXAMPLE = """\
trade_management:
  enabled: true
  auto_stop_loss: {enabled: true, distance_ticks: 40, after_seconds: 2}
  auto_breakeven: {enabled: true, profit_trigger_ticks: 10, offset_ticks: 0}
  trailing_stop: {enabled: true, activation_ticks: 20, trail_distance_ticks: 10, step_ticks: 1}
"""

RULE = Rule(
    id=ID,
    key="trade_management",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.POSITIONS | Topic.ORDERS | Topic.QUOTES,
    calm=calm,
    remember=remember,
    memory=Memory,
    gauges=gauges,
    keep=lambda memory: memory,
    next_due=next_due,
)
