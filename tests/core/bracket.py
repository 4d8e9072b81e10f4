"""A move of a story: an entry with a stop and a target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from risk_manager.core.model import OrderStatus, OrderType, Side
from tests.core.exchange import CONTRACTS, TICK, Exchange


@dataclass(frozen=True)
class Brackets:
    """The trader buys or sells at the market, with a stop and a target so many ticks away. They begin to work when the
    entry has filled, with `legs_first` before the position is told; when one has filled, the other is cancelled."""

    account: int
    contract: int
    side: Side
    size: int
    ticks: int
    telling: int
    legs_first: bool

    def happen_at(self, exchange: Exchange) -> None:
        """Let an exchange do it."""
        contract = CONTRACTS[self.contract]
        entry = exchange.new(contract, self.side, OrderType.MARKET, self.size, status=OrderStatus.PENDING)
        away = self.ticks * TICK[contract] * self.side.sign
        out = Side.SELL if self.side is Side.BUY else Side.BUY
        price = exchange.prices[contract]
        legs = [
            exchange.new(contract, out, kind, self.size, price=at, status=OrderStatus.SUSPENDED)
            for kind, at in ((OrderType.STOP, price - away), (OrderType.LIMIT, price + away))
        ]
        exchange.siblings |= {legs[0].id: legs[1].id, legs[1].id: legs[0].id}
        for order in (entry, *legs):
            exchange.say(exchange.order_message(order))
        lag = exchange.lag
        if self.legs_first:
            exchange.lag, exchange.held_back = timedelta(0), []
        exchange.fill(entry.id, self.size, self.telling)
        for leg in legs:
            exchange.change(replace(leg, status=OrderStatus.OPEN))
        exchange.lag = lag
        held_back, exchange.held_back = exchange.held_back, None
        for message in held_back or ():
            exchange.say(message, lag)
