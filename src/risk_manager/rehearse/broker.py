"""The broker of a story: obeys at once, or is silent; refuses what it was told to refuse.

Obedient: a close or a reduction is an exit trade at the contract's mark (no fees), then the position's update, and
nothing else; a cancel is the order with status 3; a stop becomes a working order, numbered from 9001; a moved or
resized order comes back changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.contracts import contract_known
from risk_manager.core.events import AccountRead, AnyEvent, CommandAccepted, CommandRefused, Refusal
from risk_manager.core.model import OrderStatus, OrderType, Side
from risk_manager.core.pnl import cost_of
from risk_manager.rehearse.books import Books
from risk_manager.rehearse.expectation import command_told
from risk_manager.rehearse.scenario import BrokerKind
from risk_manager.rehearse.wire import Message, events_of, orders_read, positions_read

_LONG, _FLAT = 1, 0
_MILLIONTH = Decimal("0.000001")


class Broker:
    """Answers commands from its books."""

    def __init__(self, books: Books, kind: BrokerKind) -> None:
        self.books = books
        self._kind = kind
        self._refuses: dict[str, int] = {}

    def refuse(self, counts: Mapping[str, int]) -> None:
        """Refuse the next commands of these kinds."""
        for verb, count in counts.items():
            self._refuses[verb] = self._refuses.get(verb, 0) + count

    def answer(self, command: Command, now: datetime) -> Iterator[AnyEvent]:
        """What comes back for a command, in order. Nothing from a silent broker, unless it was told to refuse."""
        verb = next(iter(command_told(command) or {}), "")
        if self._refuses.get(verb):
            self._refuses[verb] -= 1
            yield self._refusal(command, Refusal.OTHER, "The broker of the story refuses it")
        elif self._kind is BrokerKind.OBEDIENT:
            yield from self._obey(command, now)

    def _obey(self, command: Command, now: datetime) -> Iterator[AnyEvent]:
        match command:
            case Fetch():
                yield self._read(now)
            case Close() | Reduce():
                yield from self._get_out(command, now)
            case PlaceStop():
                yield from self._place(command, now)
            case Cancel() | Resize() | MoveStop():
                yield from self._change(command, now)

    def _read(self, now: datetime) -> AccountRead:
        return AccountRead(
            account=self.books.account,
            asked_at=now,
            can_trade=self.books.can_trade,
            positions=positions_read(self.books.positions.values()),
            orders=orders_read(self.books.orders.values()),
        )

    def _get_out(self, command: Close | Reduce, now: datetime) -> Iterator[AnyEvent]:
        position = self.books.positions.get(command.contract)
        if position is None:
            yield self._refusal(command, Refusal.NOTHING_OPEN, "The contract has no position")
            return
        whole = int(position["size"])
        size = min(command.size, whole) if isinstance(command, Reduce) else whole
        side = Side.SELL if position["type"] == _LONG else Side.BUY
        price = self.books.closing_price(command.contract)
        trade = {
            "contractId": command.contract,
            "price": price,
            "side": int(side),
            "size": size,
            "profitAndLoss": _result(position, price, size),
        }
        left = whole - size
        update = {**position, "size": left, "type": position["type"] if left else _FLAT}
        yield CommandAccepted(account=command.account, command=command)
        yield from self._tell("trade", trade, now)
        yield from self._tell("position", update, now)

    def _place(self, command: PlaceStop, now: datetime) -> Iterator[AnyEvent]:
        order = self.books.numbers.stop()
        yield CommandAccepted(account=command.account, command=command, order=order)
        message = {
            "id": order,
            "contractId": command.contract,
            "type": int(OrderType.STOP),
            "side": int(command.side),
            "size": command.size,
            "fillVolume": 0,
            "stopPrice": command.price,
            "customTag": command.tag,
        }
        yield from self._tell("order", message, now)

    def _change(self, command: Cancel | Resize | MoveStop, now: datetime) -> Iterator[AnyEvent]:
        order = self.books.orders.get(command.order)
        if order is None:
            yield self._refusal(command, Refusal.ORDER_GONE, "There is no such order")
            return
        changed = {**order, "updateTimestamp": now.isoformat()}
        match command:
            case Cancel():
                changed["status"] = int(OrderStatus.CANCELLED)
            case Resize():
                changed["size"] = command.size
            case MoveStop():
                changed["stopPrice"] = command.price
                changed["size"] = command.size if command.size is not None else order["size"]
        yield CommandAccepted(account=command.account, command=command)
        yield from self._tell("order", changed, now)

    def _tell(self, kind: str, message: Mapping[str, object], now: datetime) -> list[AnyEvent]:
        complete = self.books.filled_in(kind, message, now)
        self.books.note(kind, complete)
        return events_of(kind, complete)

    def _refusal(self, command: Command, refusal: Refusal, why: str) -> CommandRefused:
        return CommandRefused(account=command.account, command=command, refusal=refusal, why=why)


def _result(position: Message, price: Decimal, size: int) -> Decimal:
    """Dollars that closing `size` contracts of a position brings; 0 for a product that is not in the catalogue."""
    known = contract_known(position["contractId"])
    if known is None:
        return Decimal(0)
    held = int(position["size"])
    cost = cost_of(Decimal(position["averagePrice"]), held, known.tick_size) * size / held
    worth = (price * size - cost) * known.point_value * (1 if position["type"] == _LONG else -1)
    rounded = worth.quantize(_MILLIONTH)
    return worth if worth == rounded else rounded
