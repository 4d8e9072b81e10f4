"""How numbers, times and messages are written on the wire (gateway reference, section 3).

Prices and money are `Decimal` inside and JSON numbers outside, with no digit added or lost: 29398.5, never
29398.500000. Times are ISO-8601 with `+00:00` and without trailing zeros.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

Wire: TypeAlias = dict[str, Any]
"""One JSON object in the gateway's spelling."""

_ONE = Decimal(1)
_encoder = msgspec.json.Encoder(decimal_format="number")


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent above zero."""
    short = value.normalize()
    return short if short.same_quantum(_ONE) or short != short.to_integral_value() else short.quantize(_ONE)


def encode(message: object) -> bytes:
    """The message as JSON text. Numbers below a millionth are written out (0.0000005), as .NET does."""
    text = _encoder.encode(message)
    return _encoder.encode(_written_out(message)) if b"E-" in text else text


def _written_out(message: object) -> object:
    match message:
        case dict():
            return {key: _written_out(value) for key, value in message.items()}
        case list() | tuple():
            return [_written_out(value) for value in message]
        case Decimal():
            return msgspec.Raw(format(message, "f").encode())
    return message


def engine_time(at: datetime) -> str:
    """Seven fractional digits, as times look that come straight from the engine.

    A `datetime` ends at microseconds; the seventh digit is made from the others, so that it is always the
    same one.
    """
    digits = f"{at.microsecond:06d}{(at.microsecond * 7 + at.second) % 10}".rstrip("0")
    return f"{at.isoformat(timespec='seconds')[:19]}{'.' if digits else ''}{digits}+00:00"


def stored_time(at: datetime) -> str:
    """Six fractional digits, as times look that were in the venue's database."""
    return _with_fraction(at, f"{at.microsecond:06d}")


def feed_time(at: datetime) -> str:
    """Three fractional digits, as the market data feed stamps its quotes."""
    return _with_fraction(at, f"{at.microsecond // 1000:03d}")


def _with_fraction(at: datetime, digits: str) -> str:
    digits = digits.rstrip("0")
    return f"{at.isoformat(timespec='seconds')[:19]}{'.' if digits else ''}{digits}+00:00"


def without_nulls(wire: Wire) -> Wire:
    """The hub's way of saying null: the key is not there (gateway reference, section 9.2)."""
    return {key: value for key, value in wire.items() if value is not None}
