"""The trader at the other screen: trades too much, against the guard, and at the worst moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Final

from risk_manager.simulator.exchange import Bracket, Change, Order, OrderType, Side, Ticket
from tests.storm.broker import Asked, Broker
from tests.storm.plan import PRACTICE, PRICES, Plan

_ORDERS_MAX: Final = 5
_TICKS: Final = {"MNQ": Decimal("0.25"), "EP": Decimal("0.25"), "RTY": Decimal("0.1")}


class StormTrader:
    """One human, several accounts."""

    def __init__(self, plan: Plan, broker: Broker, tell: Callable[[str], None]) -> None:
        self._draw = Random(f"{plan.seed}:trader")
        self._plan, self._broker, self._tell = plan, broker, tell
        self._hand = broker.venue.trader
        self.contracts = {root: self._contract(root) for root in PRICES}
        self.orders: set[int] = set()
        self.changed_at: dict[int, datetime] = {}
        """When each order was given another size for the last time."""
        self.is_tired = False
        """True in the calm: nothing is traded any more."""
        self._defies = self._draw.random() < 0.5
        broker.listeners.heard.append(self._provoked)
        for root, price in PRICES.items():
            self._hand.set_price(self.contracts[root], price)

    def _contract(self, root: str) -> str:
        return next(name for name in self._broker.venue.exchange.quoted if name.split(".")[3] == root)

    # Acts

    def act(self) -> None:
        """One act, drawn by the seed."""
        draw = self._draw
        account, root = draw.choice(self._plan.accounts), draw.choice(("MNQ", "MNQ", "EP", "RTY"))
        kinds: tuple[tuple[int, Callable[[int, str], None]], ...] = (
            (10, self._market), (3, self._limit), (3, self._stop), (2, self._bracket), (3, self._close),
            (2, self._reduce), (2, self._cancel), (2, self._modify), (2, self._reverse), (12, self._move),
            (1, self._odd),
        )  # fmt: skip
        kind = draw.choices([act for _, act in kinds], [weight for weight, _ in kinds])[0]
        kind(account, root)

    def _place(self, account: int, root: str, size: int, why: str = "", **more: object) -> None:
        if len(self._hand.working(account)) >= _ORDERS_MAX:
            return
        kind = more.pop("type", OrderType.MARKET)
        ticket = Ticket(
            account_id=account,
            contract_id=self.contracts[root],
            type=int(kind),  # type: ignore[call-overload]
            side=Side.BUY if size > 0 else Side.SELL,
            size=abs(size),
            **more,  # type: ignore[arg-type]
        )
        before = len(self._broker.venue.exchange.ledger.orders)
        placed = self._hand.place(ticket)
        made = list(self._broker.venue.exchange.ledger.orders)[before:]
        self.orders.update(made)
        name = OrderType(ticket.type).name.lower()
        said = "refused" if placed.refusal else f"order {placed.order_id}"
        self._tell(f"{account}: {size:+d} {root} {name} {_prices(ticket)}{why}-> {said}")

    def _size(self) -> int:
        return self._draw.choice((1, 1, 2, 3, 5)) * self._draw.choice((1, -1))

    def _market(self, account: int, root: str, why: str = "") -> None:
        self._place(account, root, self._size(), why)

    def _price(self, root: str, away: int) -> Decimal:
        market = self._hand.price(self.contracts[root])
        return market.on_grid(market.last + away * _TICKS[root])

    def _limit(self, account: int, root: str) -> None:
        size = self._size()
        away = self._draw.randint(1, 30) * (-1 if size > 0 else 1)
        self._place(account, root, size, type=OrderType.LIMIT, limit_price=self._price(root, away))

    def _stop(self, account: int, root: str) -> None:
        held = self._hand.net(account, self.contracts[root])
        size = -held if held and self._draw.random() < 0.8 else self._size()
        away = self._draw.randint(2, 30) * (1 if size > 0 else -1)
        self._place(account, root, size, type=OrderType.STOP, stop_price=self._price(root, away))

    def _bracket(self, account: int, root: str) -> None:
        size = self._size()
        sign = 1 if size > 0 else -1
        stop = Bracket(ticks=-sign * self._draw.randint(8, 40), type=OrderType.STOP)
        target = Bracket(ticks=sign * self._draw.randint(8, 40), type=OrderType.LIMIT)
        self._place(PRACTICE, root, size, stop_loss=stop, take_profit=target)

    def _close(self, account: int, root: str) -> None:
        before = len(self._broker.venue.exchange.ledger.orders)
        refused = self._hand.close(account, self.contracts[root])
        self.orders.update(list(self._broker.venue.exchange.ledger.orders)[before:])
        self._tell(f"{account}: closes {root} by hand{' (refused)' if refused else ''}")

    def _reduce(self, account: int, root: str) -> None:
        before = len(self._broker.venue.exchange.ledger.orders)
        refused = self._hand.reduce(account, self.contracts[root], 1)
        self.orders.update(list(self._broker.venue.exchange.ledger.orders)[before:])
        self._tell(f"{account}: closes 1 {root} by hand{' (refused)' if refused else ''}")

    def _reverse(self, account: int, root: str) -> None:
        held = self._hand.net(account, self.contracts[root])
        if held:
            self._place(account, root, -2 * held, "turns round ")

    def _own(self, account: int) -> Order | None:
        own = [order for order in self._hand.working(account) if order.id in self.orders]
        return self._draw.choice(own) if own else None

    def _cancel(self, account: int, root: str) -> None:
        if order := self._own(account):
            self._hand.cancel(account, order.id)
            self._tell(f"{account}: cancels {order.id}")

    def _modify(self, account: int, root: str) -> None:
        if order := self._own(account):
            size = order.fill_volume + self._draw.randint(1, 4)
            self._hand.modify(account, order.id, Change(size=size))
            self.changed_at[order.id] = self._broker.clock.now()
            self._tell(f"{account}: makes order {order.id} one of {size}")

    def _move(self, account: int, root: str) -> None:
        away = self._draw.choice((-120, -40, -8, -1, 1, 8, 40, 120))
        price = self._price(root, away)
        self._hand.set_price(self.contracts[root], price)
        self._tell(f"the market: {root} {price}")

    def _odd(self, account: int, root: str) -> None:
        match self._draw.randint(0, 2):
            case 0:
                self._tell(f"{account}: the platform liquidates")
                before = len(self._broker.venue.exchange.ledger.orders)
                self._hand.liquidate(account)
                self.orders.update(list(self._broker.venue.exchange.ledger.orders)[before:])
            case 1:
                self._tell(f"{account}: a payout")
                self._hand.set_balance(account, 40_000)
            case _:
                self._tell("the market: a step of all prices")
                self._broker.venue.exchange.tick(self._broker.clock.now())
                self._broker.settle()

    # Against the guard

    def _provoked(self, asked: Asked) -> None:
        """The guard has asked for something: now and then he acts in the very same moment."""
        if self.is_tired or not self._defies or self._draw.random() > 0.35:
            return
        account = _account_of(asked)
        root = self._draw.choice(("MNQ", "EP", "RTY"))
        act = self._draw.choice((self._close, self._market, self._reverse, self._reduce, self._cancel))
        self._broker.loop.call_later(self._draw.choice((0.0, 0.001, 0.01, 0.05, 0.4)), self._defy, act, account, root)

    def _defy(self, act: Callable[[int, str], None], account: int, root: str) -> None:
        if not self.is_tired:
            act(account, root)

    def probe(self, account: int) -> None:
        """Try to trade on an account that should be locked."""
        self._place(account, "MNQ", 1, "tries it on ")
        self._place(account, "MNQ", 1, "tries it on ", type=OrderType.LIMIT, limit_price=self._price("MNQ", -40))


def _prices(ticket: Ticket) -> str:
    prices = [f"at {price} " for price in (ticket.limit_price, ticket.stop_price) if price is not None]
    return "".join(prices) + ("with brackets " if ticket.stop_loss else "")


def _account_of(asked: Asked) -> int:
    body = asked.arrival.body
    digits = body.partition('"accountId":')[2]
    return int("".join(character for character in digits.split(",")[0] if character.isdigit()))
