"""What each `Kind` of the core accepts: the table from a declaration to a check and to an editor's schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from risk_manager.config.problem import did_you_mean
from risk_manager.config.reading import Reading, number, shown, wall_time, whole, words, wrong
from risk_manager.core.contracts import SYMBOLS, symbol_named
from risk_manager.core.settings import Kind

_WILDCARDS: Final = frozenset("*?[")
_INSTANT: Final = Decimal("0.001")
"""A shorter duration is none."""


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(value: Any, right: str) -> str:
    """An IANA time zone that this machine knows."""
    name = words(value, right)
    # The list first: ZoneInfo takes whatever file a name leads to.
    if name not in _zones():
        raise wrong(f"{shown(name)} is not a time zone. {right}.{did_you_mean(name, _zones())}")
    ZoneInfo(name)
    return name


def symbol(value: Any, right: str) -> str:
    """The trader's symbol, from a symbol or a gateway's code in any case."""
    name = words(value, right)
    known = symbol_named(name)
    if known is None:
        raise wrong(f"{shown(name)} is not a known symbol. {right}.{did_you_mean(name, SYMBOLS)}")
    return known


def symbol_pattern(value: Any, right: str) -> str:
    """A symbol, or a shell-style pattern in capital letters."""
    name = words(value, right).strip()
    if not _WILDCARDS.intersection(name):
        return symbol(name, right)
    if not all(character.isalnum() or character in "*?[]!-" for character in name) or not name.isascii():
        raise wrong(f"{shown(name)} is not a pattern of symbols. {right}")
    return name.upper()


def _bounded(
    read: Callable[[Any, str], Any], is_right: Callable[[Any], bool], word: Callable[[Any], str]
) -> Callable[[Any, str], Any]:
    def check(value: Any, right: str) -> Any:
        told = read(value, right)
        if not is_right(told):
            raise wrong(f"{shown(value)} {word(told)}. {right}")
        return told

    return check


def _sign(value: Any) -> str:
    return "is zero" if not value else "is positive" if value > 0 else "is negative"


def _too_small(value: Any) -> str:
    return _sign(value) if value <= 0 else "is too small"


_SIGNED: Final = {"type": "number"}
_CHECKS: Final[Mapping[Kind, tuple[Callable[[Any, str], Any], dict[str, Any]]]] = {
    Kind.LOSS: (_bounded(number, lambda value: value < 0, _sign), {"type": "number", "exclusiveMaximum": 0}),
    Kind.PROFIT: (
        _bounded(number, lambda value: value > 0, _sign),
        {"type": "number", "exclusiveMinimum": 0},
    ),
    Kind.CONTRACTS: (_bounded(whole, lambda value: value >= 0, _sign), {"type": "integer", "minimum": 0}),
    Kind.COUNT: (_bounded(whole, lambda value: value >= 1, _sign), {"type": "integer", "minimum": 1}),
    Kind.SECONDS: (_bounded(number, lambda value: value >= 0, _sign), {"type": "number", "minimum": 0}),
    Kind.DURATION: (
        _bounded(number, lambda value: value >= _INSTANT, _too_small),
        {"type": "number", "exclusiveMinimum": 0},
    ),
    Kind.TICKS: (_bounded(whole, lambda value: value >= 1, _sign), {"type": "integer", "minimum": 1}),
    Kind.OFFSET_TICKS: (whole, {"type": "integer"}),
    Kind.WEIGHT: (
        _bounded(number, lambda value: 0 < value <= 1, lambda value: _sign(value) if value <= 0 else "is too much"),
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    ),
    Kind.SYMBOL: (symbol, {"type": "string"}),
    Kind.SYMBOL_PATTERN: (symbol_pattern, {"type": "string"}),
    Kind.WALL_TIME: (
        wall_time,
        {"type": ["string", "integer"], "pattern": "^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$"},
    ),
    Kind.ZONE: (zone, {"type": "string"}),
    Kind.TEXT: (words, {"type": "string"}),
}


def reading_of(kind: Kind) -> Reading:
    """How a value of this kind is read."""
    check, schema = _CHECKS[kind]
    right = kind.value if kind is not Kind.TEXT else "Write some words"
    return Reading(lambda value: check(value, right), schema, right)
