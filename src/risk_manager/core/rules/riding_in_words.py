"""What trade_management does for each position, as a trader is told: its stop, its breakeven, where it trails from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from risk_manager.core import stop_prices, stops
from risk_manager.core.gauge import Gauge, plain
from risk_manager.core.instants import seconds
from risk_manager.core.model import Contract, Position
from risk_manager.core.rules.riding import ID, Config, Memory, Ride
from risk_manager.core.sight import Sight

_THEN = "Stops are placed and moved, only in the position's favour; nothing is closed."


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """What is done for each position: its stop, its breakeven, from where its stop trails."""
    rides: Memory = sight.account.memory.get(ID) or {}
    is_flat = True
    for position in sight.positions():
        is_flat = False
        symbol, contract = sight.symbol(position.contract), sight.contract(position.contract)
        parts, ends_at = ["its tick size is not known yet"], None
        if contract is not None:
            ride = rides.get(position.contract, Ride(position.first_seen_at))
            due = _due(sight, config, position)
            ends_at = due if due is not None and due > sight.now else None
            parts = [_stop(sight, config, position), *_moves(config, position, contract, ride)]
        says = f"{symbol}: {'; '.join(parts)}."
        yield Gauge(label=f"Help with {symbol}", says=says, then=_THEN, ends_at=ends_at, symbol=symbol)
    if is_flat:
        yield Gauge(label="Help", says=f"Nothing is open. {_plan(config)}.", then=_THEN)


def _due(sight: Sight, config: Config, position: Position) -> datetime | None:
    """When a stop of ours is placed, or was; None where none is missing, or none of ours is wanted."""
    since = sight.account.unprotected.get(position.contract)
    return None if since is None or config.stop_loss is None else since + seconds(config.stop_loss.after_seconds)


def _stop(sight: Sight, config: Config, position: Position) -> str:
    there = sorted(one.stop_price for one in stops.of(sight, position) if one.stop_price is not None)
    prices = " and ".join(map(plain, there))
    if position.contract in sight.account.unprotected:
        missing = f"stop at {prices}, not for all of it" if there else "no stop"
        return missing if config.stop_loss is None else f"{missing}, the guard places one"
    ours = stops.own(sight, position)
    return f"stop at {prices}, placed by the guard" if ours is not None and len(there) == 1 else f"stop at {prices}"


def _moves(config: Config, position: Position, contract: Contract, ride: Ride) -> Iterator[str]:
    breakeven, trailing = config.breakeven, config.trailing
    if breakeven is not None:
        level = plain(stop_prices.breakeven_level(position, contract, breakeven.offset_ticks))
        trigger = plain(stop_prices.breakeven_level(position, contract, breakeven.profit_trigger_ticks))
        done = f"breakeven at {level} done" if ride.is_breakeven_done else f"breakeven at {level} is due"
        yield done if ride.is_triggered else f"breakeven at {level} from {trigger} on"
    if trailing is not None:
        best, ticks = ride.best, trailing.trail_distance_ticks
        if best is not None and stop_prices.gains(position, contract, best, trailing.activation_ticks):
            yield f"trails {ticks} ticks behind {plain(best)}"
        else:
            start = stop_prices.breakeven_level(position, contract, trailing.activation_ticks)
            yield f"trails from {plain(start)} on"


def _plan(config: Config) -> str:
    parts = []
    if config.stop_loss is not None:
        after = plain(config.stop_loss.after_seconds)
        parts.append(f"a stop {config.stop_loss.distance_ticks} ticks from its entry after {after} s")
    if config.breakeven is not None:
        parts.append(f"breakeven at {config.breakeven.profit_trigger_ticks} ticks of profit")
    if config.trailing is not None:
        parts.append(f"a trailing stop from {config.trailing.activation_ticks} ticks on")
    return f"A position gets {', '.join(parts)}" if parts else "None of its parts is on"
