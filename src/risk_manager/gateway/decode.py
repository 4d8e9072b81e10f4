"""Hub records to events: straight into the typed row where the shape is the usual one, row by row where it is
not.

Nothing here raises on what the wire says: a row that cannot be read becomes `Unreadable`, its neighbours are
taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from risk_manager.core.events import AnyEvent, Hub
from risk_manager.gateway import translate
from risk_manager.gateway.unreadable import unreadable
from risk_manager.gateway.wire import (
    AccountWire,
    MarketRecord,
    MarketTradeWire,
    OrderWire,
    PositionWire,
    QuoteWire,
    TradeWire,
    UserRecord,
    Wrapped,
)

SEPARATOR: Final = b"\x1e"
UNREADABLE: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError, TypeError)
"""All that decoding may raise on hostile input: wrong types, broken UTF-8, exponents beyond reason,
nesting."""
_PREFIX: Final = b'{"type":1,"target":"'
_NESTING_MAX: Final = 4
_ROWS_MAX: Final = 10_000
_INVOCATION: Final = 1

W = TypeVar("W")
Lane = Callable[[bytes], list[AnyEvent]]
"""How the records of one target are read."""


class Invocation(msgspec.Struct):
    """The part of a record that says what it is."""

    type: int
    target: str | None = None


_sniff: Final = msgspec.json.Decoder(Invocation)
_encode: Final = msgspec.json.Encoder(decimal_format="number")


def user_lane(target: str, wire: type[W], event: Callable[[W, int | None], AnyEvent]) -> Lane:
    """How one target of the user hub is read.

    Recorded traffic has `{action, data}`; the published page and some clients show the bare row; others guard
    against lists of either. All are taken.
    """
    wrapped = msgspec.json.Decoder(UserRecord[Wrapped[wire]], float_hook=Decimal)  # type: ignore[valid-type]
    bare = msgspec.json.Decoder(UserRecord[wire], float_hook=Decimal)  # type: ignore[valid-type]
    single = msgspec.json.Decoder(wire, float_hook=Decimal)

    def read(record: bytes) -> list[AnyEvent]:
        try:
            message = wrapped.decode(record).arguments[0]
            return [event(message.data, message.action)]
        except UNREADABLE:
            pass
        try:
            return [event(bare.decode(record).arguments[0], None)]
        except UNREADABLE:
            return _row_by_row(target, record, 0, lambda _, row, action: event(single.decode(row), action))

    return read


def market_lane(target: str, wire: type[W], event: Callable[[str, W], AnyEvent]) -> Lane:
    """How one target of the market hub is read: the contract, then a row or a list of rows."""
    usual = msgspec.json.Decoder(MarketRecord[wire], float_hook=Decimal)  # type: ignore[valid-type]
    single = msgspec.json.Decoder(wire, float_hook=Decimal)

    def read(record: bytes) -> list[AnyEvent]:
        try:
            contract, row = usual.decode(record).arguments
            return [event(contract, row)]
        except UNREADABLE:
            return _row_by_row(target, record, 1, lambda contract, row, _: event(contract, single.decode(row)))

    return read


def _nothing(_record: bytes) -> list[AnyEvent]:
    return []


LANES: Final[dict[Hub, dict[bytes, Lane]]] = {
    Hub.USER: {
        b"GatewayUserPosition": user_lane("GatewayUserPosition", PositionWire, translate.position_seen),
        b"GatewayUserOrder": user_lane("GatewayUserOrder", OrderWire, lambda row, _: translate.order_seen(row)),
        b"GatewayUserTrade": user_lane("GatewayUserTrade", TradeWire, lambda row, _: translate.trade_seen(row)),
        b"GatewayUserAccount": user_lane("GatewayUserAccount", AccountWire, lambda row, _: translate.account_seen(row)),
    },
    Hub.MARKET: {
        b"GatewayQuote": market_lane("GatewayQuote", QuoteWire, translate.quote_seen),
        b"GatewayTrade": market_lane("GatewayTrade", MarketTradeWire, translate.market_trade_seen),
        b"GatewayDepth": _nothing,
    },
}


def target_of(record: bytes) -> bytes | None:
    """The method that a record invokes; None where it is no invocation. Raises one of `UNREADABLE`.

    ASP.NET writes type and target first, which spares reading the record twice; others may write as they
    like.
    """
    if record.startswith(_PREFIX):
        return record[len(_PREFIX) : record.find(b'"', len(_PREFIX))]
    told = _sniff.decode(record)
    if told.type != _INVOCATION:
        return None
    return (told.target or "").encode("utf-8", "replace")


def decode_record(record: bytes, hub: Hub) -> list[AnyEvent]:
    """The events of one record of `hub`. Empty for what is not the gateway's news (pings, completions, other
    targets)."""
    try:
        target = target_of(record)
    except UNREADABLE as error:
        return [unreadable(f"{hub.value} hub", f"The record is not JSON of the hub protocol: {error}", record)]
    lane = None if target is None else LANES[hub].get(target)
    return [] if lane is None else lane(record)


def decode_frame(frame: bytes | str, hub: Hub) -> list[AnyEvent]:
    """The events of one whole frame, in order. For tools: the hub's own loop also joins records split over
    frames."""
    if isinstance(frame, str):
        frame = frame.encode("utf-8", "backslashreplace")
    return [event for record in frame.split(SEPARATOR) if record for event in decode_record(record, hub)]


def position_event(payload: bytes) -> list[AnyEvent]:
    """The events of one `GatewayUserPosition` argument: wrapped, bare, or a list of either. Likewise the
    others."""
    return _user_event(b"GatewayUserPosition", payload)


def order_event(payload: bytes) -> list[AnyEvent]:
    """The events of one `GatewayUserOrder` argument."""
    return _user_event(b"GatewayUserOrder", payload)


def trade_event(payload: bytes) -> list[AnyEvent]:
    """The events of one `GatewayUserTrade` argument."""
    return _user_event(b"GatewayUserTrade", payload)


def account_event(payload: bytes) -> list[AnyEvent]:
    """The events of one `GatewayUserAccount` argument."""
    return _user_event(b"GatewayUserAccount", payload)


def quote_event(contract: str, payload: bytes) -> list[AnyEvent]:
    """The events of one `GatewayQuote`: its contract and its second argument."""
    arguments = msgspec.json.encode(contract) + b"," + payload
    return decode_record(_PREFIX + b'GatewayQuote","arguments":[' + arguments + b"]}", Hub.MARKET)


def _user_event(target: bytes, payload: bytes) -> list[AnyEvent]:
    return decode_record(_PREFIX + target + b'","arguments":[' + payload + b"]}", Hub.USER)


def _row_by_row(
    source: str, record: bytes, leading: int, event: Callable[[str, bytes, int | None], AnyEvent]
) -> list[AnyEvent]:
    """Read an odd record: each row on its own, so that one bad row takes no other with it."""
    try:
        told = lenient(record)
        arguments = told["arguments"]
        contract = arguments[0] if leading else ""
        rows = list(_rows(arguments[leading:], None, 0))
    except (*UNREADABLE, LookupError) as error:
        return [unreadable(source, f"The message cannot be read: {error}", record)]
    if not isinstance(contract, str) or not rows:
        return [unreadable(source, "The arguments are not what this message has.", record)]
    events: list[AnyEvent] = []
    for row, action in rows[:_ROWS_MAX]:
        try:
            encoded = _encode.encode(row)
        except UNREADABLE:
            events.append(unreadable(source, "The row holds text that is not Unicode.", record))
            continue
        try:
            events.append(event(contract, encoded, action))
        except UNREADABLE as error:
            events.append(unreadable(source, str(error), encoded))
    return events


def lenient(document: bytes) -> Any:
    """`document` read as leniently as Python can: `NaN` is taken (as text, and refused where a number must
    be)."""
    return json.loads(document, parse_float=Decimal, parse_constant=str)


def _rows(value: object, action: int | None, depth: int) -> Iterator[tuple[object, int | None]]:
    if depth > _NESTING_MAX:
        raise ValueError("It is nested deeper than any message of the gateway.")
    if isinstance(value, list):
        for element in value:
            yield from _rows(element, action, depth + 1)
    elif isinstance(value, dict) and isinstance(value.get("data"), dict | list):
        told = value.get("action")
        yield from _rows(value["data"], told if type(told) is int else None, depth + 1)
    else:
        yield value, action
