"""Price history, made up: the same seed, contract and window give the same bars (gateway reference, 4.3)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.spelling import Wire, plain, stored_time

UNIT_SECONDS = {1: 1, 2: 60, 3: 3_600, 4: 86_400, 5: 604_800, 6: 2_592_000}
"""Length of one bar by unit code: second, minute, hour, day, week, and a month of 30 days."""

LIMIT_MAX = 20_000


def make_bars(
    market: Market,
    start: datetime,
    end: datetime,
    *,
    seconds: int,
    limit: int,
    seed: int,
    has_partial: bool = False,
) -> Iterator[Wire]:
    """Bars of the window, newest first, at most `limit`.

    `t` is the start of a bar; a bar that `end` cuts comes only if `has_partial`.
    """
    tick = market.contract.product.tick_size
    close = market.last
    newest = int(end.timestamp()) // seconds - (0 if has_partial else 1)
    oldest = -(-int(start.timestamp()) // seconds)
    for index in range(newest, max(oldest, newest - limit + 1) - 1, -1):
        draw = Random(f"{seed}:{market.contract.id}:{seconds}:{index}")  # noqa: S311 - made-up prices
        opened = close + draw.randint(-12, 12) * tick
        high = max(opened, close) + draw.randint(0, 6) * tick
        low = min(opened, close) - draw.randint(0, 6) * tick
        at = datetime.fromtimestamp(index * seconds, UTC)
        yield _bar(at, opened, high, low, close, draw.randint(1, 900))
        close = opened


def _bar(at: datetime, opened: Decimal, high: Decimal, low: Decimal, close: Decimal, volume: int) -> Wire:
    return {
        "t": stored_time(at),
        "o": plain(opened),
        "h": plain(high),
        "l": plain(low),
        "c": plain(close),
        "v": volume,
    }
