"""Our commands as the gateway's requests. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple, assert_never

import msgspec

from risk_manager.core.commands import Cancel, Close, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.model import OrderType
from risk_manager.gateway import codes

OrderCommand = Close | Reduce | Cancel | Resize | PlaceStop | MoveStop
"""The commands that are one order request each. A `Fetch` is reads."""
_encode: Final = msgspec.json.Encoder().encode


class Request(NamedTuple):
    """One POST."""

    path: str
    body: bytes


def request_of(command: OrderCommand) -> Request:
    """What to post for `command`. Left-out fields of a modification stay as they are (what all known clients
    rely on).

    closeContract and partialCloseContract are taken, and not an opposite order where they are allowed: they cannot
    open a position, whatever the trader does at the same moment. They send a market order and leave resting orders
    alive (seen live).
    """
    match command:
        case Close():
            return _request(codes.CLOSE, command.account, contractId=command.contract)
        case Reduce():
            return _reduction(command)
        case Cancel():
            return _request(codes.CANCEL, command.account, orderId=command.order)
        case Resize():
            return _request(codes.MODIFY, command.account, orderId=command.order, size=command.size)
        case PlaceStop():
            return _request(
                codes.PLACE,
                command.account,
                contractId=command.contract,
                type=int(OrderType.STOP),
                side=int(command.side),
                size=command.size,
                stopPrice=_price(command),
                customTag=command.tag,
            )
        case MoveStop(size=None):
            return _request(codes.MODIFY, command.account, orderId=command.order, stopPrice=_price(command))
        case MoveStop():
            return _request(
                codes.MODIFY,
                command.account,
                orderId=command.order,
                size=command.size,
                stopPrice=_price(command),
            )
        case _:
            assert_never(command)


def _reduction(command: Reduce) -> Request:
    contract, size = command.contract, command.size
    if command.side is None:
        return _request(codes.CLOSE_PART, command.account, contractId=contract, size=size)
    market, side = int(OrderType.MARKET), int(command.side)
    return _request(codes.PLACE, command.account, contractId=contract, type=market, side=side, size=size)


def _request(path: str, account: int, **fields: object) -> Request:
    return Request(path, _encode({"accountId": account, **fields}))


def _price(command: PlaceStop | MoveStop) -> msgspec.Raw:
    """The price as a JSON number with all its digits and no exponent."""
    return msgspec.Raw(format(command.price, "f").encode())
