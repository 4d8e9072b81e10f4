"""A broker that behaves: it nets positions, fills market orders, books trades, numbers what it makes.

One exchange serves one account. What it does it tells by messages, in an order that the story chooses and as late as
the story wants; what the guard asks for it does, refuses or leaves unanswered, as its mood is. It shares nothing with
the engine but the words of events and commands.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import (
    AccountRead,
    AccountSeen,
    AnyEvent,
    CommandAccepted,
    CommandLost,
    CommandRefused,
    OrderSeen,
    PositionSeen,
    Refusal,
    TradeSeen,
)
from risk_manager.core.model import OrderStatus, OrderType, Side, Trade

MNQ: Final = "CON.F.US.MNQ.Z25"
MNQ_NEXT: Final = "CON.F.US.MNQ.H26"
ES: Final = "CON.F.US.EP.Z25"
RTY: Final = "CON.F.US.RTY.Z25"
CONTRACTS: Final = (MNQ, MNQ_NEXT, ES, RTY)

TICK: Final = {MNQ: Decimal("0.25"), MNQ_NEXT: Decimal("0.25"), ES: Decimal("0.25"), RTY: Decimal("0.1")}
POINT: Final = {MNQ: Decimal(2), MNQ_NEXT: Decimal(2), ES: Decimal(50), RTY: Decimal(50)}
PRICE: Final = {MNQ: Decimal(18500), MNQ_NEXT: Decimal(18700), ES: Decimal(6700), RTY: Decimal(2500)}

FEE: Final = Decimal("0.37")
_ORDERS_FIRST = tuple(itertools.permutations(range(3)))


class Mood(enum.Enum):
    """What becomes of a command."""

    OBEYS = "obeys"
    REFUSES = "refuses"
    IS_SILENT = "is silent"
    LOSES_THE_ANSWER = "does it, and the answer is lost"
    IS_LATE = "does it a second later"
    NEVER_GETS_IT = "never gets it, and the guard hears of that"


@dataclass(frozen=True)
class Held:
    """A position at the exchange."""

    signed_size: int
    average_price: Decimal


@dataclass(frozen=True)
class Resting:
    """An order that is alive at the exchange."""

    id: int
    contract: str
    side: Side
    type: OrderType
    size: int
    created_at: datetime
    status: OrderStatus = OrderStatus.OPEN
    filled: int = 0
    price: Decimal | None = None
    tag: str = ""
    is_of_guard: bool = False

    @property
    def remaining(self) -> int:
        """Contracts that may still fill."""
        return self.size - self.filled


@dataclass
class Exchange:
    """The broker's truth of one account, and the messages that are on their way."""

    account: int
    prices: dict[str, Decimal]
    now: datetime
    lag: timedelta = timedelta(0)
    """How late the second and the third message of a fill are."""
    positions: dict[str, Held] = field(default_factory=dict)
    orders: dict[int, Resting] = field(default_factory=dict)
    trades: list[Trade] = field(default_factory=list)
    can_trade: bool = True
    moods: list[Mood] = field(default_factory=list)
    """What becomes of the next commands; when it is empty, all are obeyed."""
    later: list[tuple[datetime, int, AnyEvent]] = field(default_factory=list)
    """Messages on their way."""
    plans: list[tuple[datetime, int, int]] = field(default_factory=list)
    """Market orders that fill later: (when, serial, order)."""
    overdue: list[tuple[datetime, Command]] = field(default_factory=list)
    """Commands that are done late."""
    faults: list[str] = field(default_factory=list)
    """What a guard must never make an exchange do."""
    siblings: dict[int, int] = field(default_factory=dict)  # of each leg of a bracket the other one
    held_back: list[AnyEvent] | None = None  # messages of positions for later; None: told at their time
    is_lost: bool = False
    """True while nobody hears the messages."""
    _last_told: dict[type, datetime] = field(default_factory=dict)
    _serial: int = 0
    _order_id: int = 0
    _trade_id: int = 0

    # What the trader does

    def market(self, contract: str, side: Side, size: int, telling: int = 0) -> None:
        """A market order that is told as pending, and fills at once."""
        order = self.new(contract, side, OrderType.MARKET, size, status=OrderStatus.PENDING)
        self.say(self.order_message(order))
        self.fill(order.id, size, telling)

    def slow_market(self, contract: str, side: Side, size: int, after: timedelta) -> None:
        """A market order that is seen working, and fills later."""
        order = self.new(contract, side, OrderType.MARKET, size)
        self.say(self.order_message(order))
        self._serial += 1
        self.plans.append((self.now + after, self._serial, order.id))

    def place(self, contract: str, side: Side, kind: OrderType, size: int, price: Decimal, status: OrderStatus) -> None:
        """A resting order, or a suspended bracket leg."""
        order = self.new(contract, side, kind, size, price=price, status=status)
        self.say(self.order_message(order))

    def cancel(self, order_id: int) -> None:
        """The order is gone."""
        order = replace(self.orders.pop(order_id), status=OrderStatus.CANCELLED)
        self.say(self.order_message(order))

    def void(self, index: int) -> None:
        """A trade is taken back."""
        if self.trades:
            index %= len(self.trades)
            known = self.trades[index]
            self.trades[index] = Trade(
                id=known.id,
                order=known.order,
                contract=known.contract,
                side=known.side,
                size=known.size,
                price=known.price,
                profit_and_loss=known.profit_and_loss,
                costs=known.costs,
                at=known.at,
                voided=True,
            )
            self.say(TradeSeen(account=self.account, trade=self.trades[index]))

    def repeat(self, index: int) -> None:
        """A trade is told again."""
        if self.trades:
            self.say(TradeSeen(account=self.account, trade=self.trades[index % len(self.trades)]))

    def allow(self, *, can_trade: bool) -> None:
        """The firm lets the account trade, or does not."""
        self.can_trade = can_trade
        self.say(AccountSeen(account=self.account, can_trade=can_trade))

    # What the market does

    def fill(self, order_id: int, size: int, telling: int = 0) -> None:
        """So many contracts of an order trade at its price, or at the market."""
        order = self.orders[order_id]
        size = min(size, order.remaining)
        price = order.price if order.price is not None else self.prices[order.contract]
        trades = self._net(order, size, price)
        order = replace(order, filled=order.filled + size)
        if not order.remaining:
            order = replace(order, status=OrderStatus.FILLED)
            del self.orders[order.id]
        else:
            self.orders[order.id] = order
        parts: list[list[AnyEvent]] = [
            [self.order_message(order)],
            [TradeSeen(account=self.account, trade=trade) for trade in trades],
            [self._position_message(order.contract)],
        ]
        sequence = _ORDERS_FIRST[telling % len(_ORDERS_FIRST)]
        for rank, index in enumerate(sequence):
            for message in parts[index]:
                if self.held_back is not None and isinstance(message, PositionSeen):
                    self.held_back.append(message)
                else:
                    self.say(message, self.lag * rank)
        other = self.siblings.get(order.id)
        if not order.remaining and other in self.orders:
            self.cancel(other)

    def _net(self, order: Resting, size: int, price: Decimal) -> list[Trade]:
        held = self.positions.get(order.contract, Held(0, Decimal(0)))
        sign = order.side.sign
        closing = min(size, abs(held.signed_size)) if held.signed_size * sign < 0 else 0
        if order.is_of_guard and closing < size:
            self.faults.append(f"the guard's order {order.id} opened {size - closing} {order.contract}")
        trades = []
        if closing:
            gain = (price - held.average_price) * closing * -sign * POINT[order.contract]
            trades.append(self._book(order, closing, price, gain.quantize(Decimal("0.01"))))
        opening = size - closing
        if opening:
            trades.append(self._book(order, opening, price, None))
        after = held.signed_size + sign * size
        if not after:
            self.positions.pop(order.contract, None)
        elif closing and opening:
            self.positions[order.contract] = Held(after, price)
        elif opening:
            cost = held.average_price * abs(held.signed_size) + price * size
            self.positions[order.contract] = Held(after, cost / abs(after))
        else:
            self.positions[order.contract] = Held(after, held.average_price)
        return trades

    def _book(self, order: Resting, size: int, price: Decimal, gain: Decimal | None) -> Trade:
        self._trade_id += 1
        trade = Trade(
            id=self.account * 100_000 + self._trade_id,
            order=order.id,
            contract=order.contract,
            side=order.side,
            size=size,
            price=price,
            profit_and_loss=gain,
            costs=FEE * size,
            at=self.now,
        )
        self.trades.append(trade)
        return trade

    # What the guard asks for

    def ask(self, command: Command) -> list[AnyEvent]:
        """Answer a command as the mood is; messages that it brings about are told, the answer is returned."""
        if isinstance(command, Fetch):
            return [self.read()]
        mood = self.moods.pop(0) if self.moods else Mood.OBEYS
        match mood:
            case Mood.OBEYS:
                return [self.carry_out(command)]
            case Mood.REFUSES:
                return [CommandRefused(account=self.account, command=command, refusal=Refusal.OTHER, why="a mood")]
            case Mood.IS_SILENT:
                return []
            case Mood.LOSES_THE_ANSWER:
                self.carry_out(command)
                return [CommandLost(account=self.account, command=command, why="time-out")]
            case Mood.IS_LATE:
                self.overdue.append((self.now + timedelta(seconds=1), command))
                return []
            case Mood.NEVER_GETS_IT:
                return [CommandLost(account=self.account, command=command, why="broken connection")]

    def carry_out(self, command: Command) -> AnyEvent:
        """Do what is asked, or say why not."""
        refusal = self._refusal(command)
        if refusal is not None:
            return CommandRefused(account=self.account, command=command, refusal=refusal)
        made = None
        match command:
            case Close() | Reduce():
                held = self.positions[command.contract]
                size = abs(held.signed_size) if isinstance(command, Close) else command.size
                side = Side.SELL if held.signed_size > 0 else Side.BUY
                order = self.new(
                    command.contract, side, OrderType.MARKET, size, status=OrderStatus.PENDING, is_of_guard=True
                )
                if self._serial % 3:  # now and then it is first heard of when it is filled
                    self.say(self.order_message(order))
                self.fill(order.id, size, telling=self._serial)
            case Cancel():
                self.cancel(command.order)
            case Resize():
                self.change(replace(self.orders[command.order], size=command.size))
            case MoveStop():
                order = replace(self.orders[command.order], price=command.price)
                self.change(replace(order, size=command.size if command.size is not None else order.size))
            case PlaceStop():
                order = self.new(command.contract, command.side, OrderType.STOP, command.size, price=command.price)
                self.orders[order.id] = order = replace(order, tag=command.tag, is_of_guard=True)
                made = order.id
                self.say(self.order_message(order))
            case Fetch():
                pass
        return CommandAccepted(account=self.account, command=command, order=made)

    def _refusal(self, command: Command) -> Refusal | None:
        match command:
            case Close() | Reduce():
                held = self.positions.get(command.contract)
                if held is None:
                    return Refusal.NOTHING_OPEN
                if isinstance(command, Reduce) and command.size > abs(held.signed_size):
                    return Refusal.OTHER
            case Cancel() | Resize() | MoveStop():
                if command.order not in self.orders:
                    return Refusal.ORDER_GONE
                if not isinstance(command, Cancel) and command.size is not None:
                    if command.size <= self.orders[command.order].filled:
                        return Refusal.OTHER
            case _:
                pass
        return None

    def change(self, order: Resting) -> None:
        self.orders[order.id] = order
        self.say(self.order_message(order))

    # What is told

    def due(self) -> datetime | None:
        """When the next message arrives, or something happens by itself."""
        times = [at for at, _, _ in self.later]
        times += [at for at, _, _ in self.plans]
        times += [at for at, _ in self.overdue]
        return min(times, default=None)

    def happen(self) -> None:
        """Do what is due by now."""
        for plan in [plan for plan in self.plans if plan[0] <= self.now]:
            self.plans.remove(plan)
            if plan[2] in self.orders:
                self.fill(plan[2], self.orders[plan[2]].remaining, telling=plan[1])
        for late in [late for late in self.overdue if late[0] <= self.now]:
            self.overdue.remove(late)
            self.carry_out(late[1])

    def arrived(self) -> list[AnyEvent]:
        """The messages that have arrived, in the order of their times."""
        here = sorted((message for message in self.later if message[0] <= self.now), key=lambda one: one[:2])
        self.later = [message for message in self.later if message[0] > self.now]
        return [] if self.is_lost else [event for _, _, event in here]

    def read(self, *, after_restart: bool = False) -> AccountRead:
        """What the gateway answers when it is asked."""
        positions = [self._position_message(contract) for contract in self.positions]
        return AccountRead(
            account=self.account,
            asked_at=self.now,
            can_trade=self.can_trade,
            positions=tuple(positions),
            orders=tuple(self.order_message(order) for order in self.orders.values()),
            trades=tuple(self.trades) if after_restart else None,
            after_restart=after_restart,
        )

    def is_flat_and_quiet(self) -> bool:
        """True without positions and without orders."""
        return not self.positions and not self.orders

    def working(self, *, guards: bool = True) -> Sequence[Resting]:
        """Orders that are alive, oldest first."""
        return [order for order in self.orders.values() if guards or not order.is_of_guard]

    def new(
        self,
        contract: str,
        side: Side,
        kind: OrderType,
        size: int,
        *,
        price: Decimal | None = None,
        status: OrderStatus = OrderStatus.OPEN,
        is_of_guard: bool = False,
    ) -> Resting:
        self._order_id += 1
        order = Resting(
            id=self.account * 100_000 + self._order_id,
            contract=contract,
            side=side,
            type=kind,
            size=size,
            created_at=self.now,
            status=status,
            price=price,
            is_of_guard=is_of_guard,
        )
        self.orders[order.id] = order
        return order

    def say(self, event: AnyEvent, after: timedelta = timedelta(0)) -> None:
        """Messages of one kind never overtake each other."""
        self._serial += 1
        at = max(self.now + after, self._last_told.get(type(event), self.now))
        self._last_told[type(event)] = at
        self.later.append((at, self._serial, event))

    def order_message(self, order: Resting) -> OrderSeen:
        is_stop = order.type in (OrderType.STOP, OrderType.TRAILING_STOP)
        return OrderSeen(
            account=self.account,
            order=order.id,
            contract=order.contract,
            side=order.side,
            type=order.type,
            status=order.status,
            size=order.size,
            filled=order.filled,
            limit_price=None if is_stop else order.price,
            stop_price=order.price if is_stop else None,
            tag=order.tag,
            created_at=order.created_at,
        )

    def _position_message(self, contract: str) -> PositionSeen:
        held = self.positions.get(contract, Held(0, Decimal(0)))
        return PositionSeen(
            account=self.account,
            contract=contract,
            signed_size=held.signed_size,
            average_price=held.average_price,
        )
