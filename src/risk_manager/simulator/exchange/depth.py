"""Market depth: rows of GatewayDepth (gateway reference, 6 and 10.2), made up around the best prices."""

from datetime import datetime

from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.spelling import Wire, engine_time, plain

ASK, BID, BEST_ASK, BEST_BID, RESET = 1, 2, 3, 4, 6
_LEVELS = 60
_BEFORE_TIME = "0001-01-01T00:00:00+00:00"


def depth_snapshot(market: Market) -> list[Wire]:
    """The whole ladder after a Reset row.

    Its rows carry the year 1, and its frame is more than 10 KB long.
    """
    tick = market.contract.product.tick_size
    rows: list[Wire] = [_row(_BEFORE_TIME, RESET, plain(market.last), 0)]
    for level in range(_LEVELS):
        size = 2 + (level * 7) % 23
        rows.append(_row(_BEFORE_TIME, BID, plain(market.bid - level * tick), size))
        rows.append(_row(_BEFORE_TIME, ASK, plain(market.ask + level * tick), size))
    return rows


def depth_change(market: Market, at: datetime) -> list[Wire]:
    """New best prices, as one small message after a move."""
    stamp = engine_time(at)
    return [_row(stamp, BEST_BID, plain(market.bid), 3), _row(stamp, BEST_ASK, plain(market.ask), 4)]


def _row(stamp: str, kind: int, price: object, volume: int) -> Wire:
    return {"timestamp": stamp, "type": kind, "price": price, "volume": volume, "currentVolume": volume}
