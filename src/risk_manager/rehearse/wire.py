"""The gateway's messages as bytes, and through the real decoding as events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from risk_manager.core.events import AnyEvent, OrderSeen, PositionSeen, Unreadable
from risk_manager.core.model import Trade
from risk_manager.gateway import decode, replies

Message = Mapping[str, Any]
"""One message of the gateway: its own field names, exact numbers."""
R = TypeVar("R")

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_USER: Final[Mapping[str, Callable[[bytes], list[AnyEvent]]]] = {
    "position": decode.position_event,
    "order": decode.order_event,
    "trade": decode.trade_event,
    "account": decode.account_event,
}


class UnreadableMessageError(Exception):
    """A message of a story that the gateway decoding cannot read: why, in a sentence."""


def events_of(kind: str, message: Message) -> list[AnyEvent]:
    """The events of one hub message. Nulls are left out, as the hubs do; user messages come wrapped."""
    fields = {key: value for key, value in message.items() if value is not None}
    if kind == "quote":
        contract = fields.pop("contractId", None)
        if not isinstance(contract, str):
            raise UnreadableMessageError("A quote names its contract as contractId")
        return _readable(decode.quote_event(contract, _encode(fields)), kind)
    return _readable(_USER[kind](_encode({"action": 1, "data": fields})), kind)


def _readable(events: list[AnyEvent], kind: str) -> list[AnyEvent]:
    for event in events:
        if isinstance(event, Unreadable):
            raise UnreadableMessageError(f"The {kind} is no message that the gateway sends: {event.why}")
    return events


def positions_read(rows: Iterable[Message]) -> tuple[PositionSeen, ...]:
    """The positions of a REST reply."""
    return _complete(replies.positions_from_reply(_reply("positions", rows)), "positions")


def orders_read(rows: Iterable[Message]) -> tuple[OrderSeen, ...]:
    """The orders of a REST reply."""
    return _complete(replies.orders_from_reply(_reply("orders", rows)), "orders")


def trades_read(rows: Iterable[Message]) -> tuple[Trade, ...]:
    """The trades of a REST reply."""
    return _complete(replies.trades_from_reply(_reply("trades", rows)), "trades")


def check_rows(kind: str, rows: Sequence[Message]) -> None:
    """Raise where a row of a list is none that the gateway sends. A row of a list names its contract."""
    if any(row.get("contractId") is None for row in rows):
        raise UnreadableMessageError(f"Each {kind} of a list names its contract as contractId")
    {"position": positions_read, "order": orders_read, "trade": trades_read}[kind](rows)


def _reply(field: str, rows: Iterable[Message]) -> bytes:
    return _encode({field: list(rows), "success": True, "errorCode": 0, "errorMessage": None})


def _complete(told: replies.Rows[R], field: str) -> tuple[R, ...]:
    if not told.is_complete:
        raise UnreadableMessageError(f"One of the {field} is no row that the gateway sends: {told.unreadable[0].why}")
    return told.rows
