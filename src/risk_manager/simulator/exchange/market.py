"""The price of one contract.

A seeded random walk on the tick grid that a hand can move, hold or take away.
"""

from datetime import datetime
from decimal import Decimal
from random import Random

from risk_manager.simulator.exchange.catalogue import Contract
from risk_manager.simulator.exchange.spelling import Wire, engine_time, feed_time, plain

_QUOTED = ("lastPrice", "bestBid", "bestAsk", "change", "open", "high", "low")
_CHANGE = _QUOTED.index("change")
_STEPS = (-3, -2, -1, -1, 0, 0, 0, 1, 1, 2, 3)


class Market:
    """Last, bid and ask of one contract, with the session's open, high, low and volume.

    The walk depends on the seed, the contract id and the number of steps alone, so that a second run with the
    same seed sees the same prices whatever other contracts do.
    """

    def __init__(self, contract: Contract, seed: int) -> None:
        self.contract = contract
        self.is_frozen = False
        self.has_price = True
        self.last_side = 0
        self._random = Random(f"{seed}:{contract.id}")  # noqa: S311 - a price walk, not a secret
        self._tick = contract.product.tick_size
        self.last = self.on_grid(contract.product.opening_price * (1 + Decimal(self._random.randint(-50, 50)) / 10000))
        self.bid, self.ask = self.last - self._tick, self.last + self._tick
        self.open = self.high = self.low = self.last
        self.previous_close = self.on_grid(self.last * (1 + Decimal(self._random.randint(-80, 80)) / 10000))
        self.volume = self._random.randint(10_000, 900_000)
        self._published: tuple[Decimal | int, ...] | None = None
        self._symbol_id, self.contract_id = contract.product.symbol_id, contract.id

    def on_grid(self, price: Decimal) -> Decimal:
        """The nearest price on the tick grid."""
        return (price / self._tick).to_integral_value() * self._tick

    def is_aligned(self, price: Decimal) -> bool:
        """Whether the price lies on the tick grid."""
        return price % self._tick == 0

    def walk(self) -> None:
        """One step of the random walk; nothing if the price is frozen or taken away."""
        if self.is_frozen or not self.has_price:
            return
        draw = self._random
        step = draw.choice(_STEPS)
        last = max(self.last + step * self._tick, self._tick * 2)
        self.last_side = 1 if step < 0 else 0
        below = draw.randint(0, 1)
        self.move(last, last - below * self._tick, last + (1 - below) * self._tick, draw.randint(1, 9))

    def move(self, last: Decimal, bid: Decimal | None, ask: Decimal | None, volume: int = 1) -> None:
        """Set the price by hand. A missing bid or ask is one tick away from `last`."""
        self.has_price = True
        self.last = last
        self.bid = last - self._tick if bid is None else bid
        self.ask = last + self._tick if ask is None else ask
        self.high, self.low = max(self.high, last), min(self.low, last)
        self.volume += volume

    def take_away(self) -> None:
        """No price at all any more: orders are refused for want of a quote until the next `move`."""
        self.has_price = False

    def _numbers(self) -> tuple[Decimal, ...]:
        change = self.last - self.previous_close
        return self.last, self.bid, self.ask, change, self.open, self.high, self.low

    def full_quote(self, at: datetime) -> Wire:
        """The snapshot that a new subscriber gets (gateway reference, section 10.2)."""
        return self._quote(at, None)

    def quote_delta(self, at: datetime) -> Wire:
        """What changed since the last delta. A subscriber who had the full quote can merge it."""
        published, self._published = self._published, (*self._numbers(), self.volume)
        return self._quote(at, published)

    def _quote(self, at: datetime, published: tuple[Decimal | int, ...] | None) -> Wire:
        quote: Wire = {"symbol": self._symbol_id}
        if published is None:
            quote["symbolName"] = f"/{self.contract.product.symbol}"
        for index, number in enumerate(self._numbers()):
            if published is None or number != published[index]:
                quote[_QUOTED[index]] = plain(number)
                if index == _CHANGE:
                    quote["changePercent"] = plain(round(number / self.previous_close, 6))
        if published is None or self.volume != published[-1]:
            quote["volume"] = self.volume
        quote["lastUpdated"], quote["timestamp"] = engine_time(at), feed_time(at)
        quote["contract"] = self.contract_id
        return quote

    def tape_row(self, at: datetime) -> Wire:
        """The last trade as GatewayTrade has it; on the wire it comes inside an array."""
        return {
            "symbolId": self._symbol_id,
            "price": plain(self.last),
            "timestamp": feed_time(at),
            "type": self.last_side,
            "volume": 1,
            "contractId": self.contract_id,
        }
