"""How a single value is read: what is taken, and the sentence for what is not."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from pydantic_core import PydanticCustomError

from risk_manager.config.problem import did_you_mean, listed

NUMBER_MAX: Final = Decimal(10**9)
"""No limit, count or duration of a trader is larger; and none may be so large that arithmetic gives up."""
_MINUTES_OF_DAY: Final = 24 * 60
_YES: Final = frozenset({"yes", "on", "true"})
_NO: Final = frozenset({"no", "off", "false"})
_WALL_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A kind of value: `read` gives what is meant or raises `wrong(...)`; `schema` is for editors."""

    read: Callable[[Any], Any]
    schema: dict[str, Any] = field(default_factory=dict)
    right: str = ""
    """The sentence that says what would be right, for a value that is missing."""


def wrong(text: str) -> PydanticCustomError:
    """The refusal of a value, as a sentence."""
    return PydanticCustomError("wrong", "{text}", {"text": text})


def shown(value: Any) -> str:
    """A value as a sentence quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    text = text if len(text) <= 40 else f"{text[:37]}..."
    return f'"{text}"' if isinstance(value, str) else text


def sort_of(value: Any) -> str:
    """What kind of value this is, without showing it: it may be a secret at the wrong place."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"


def number(value: Any, right: str) -> Decimal:
    """An exact, finite number of a reasonable size."""
    if value is None:
        raise wrong(f"nothing is written here. {right}")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        kind = "yes or no" if isinstance(value, bool) else "text" if isinstance(value, str) else ""
        raise wrong(f"{shown(value)} is {f'{kind}, ' if kind else ''}not a number. {right}")
    exact = Decimal(value)
    if not exact.is_finite():
        raise wrong(f"{shown(value)} is not a number that can be compared. {right}")
    if exact and (not -12 <= exact.adjusted() < 12 or abs(exact) > NUMBER_MAX):  # the size first: abs() may overflow
        raise wrong(f"{shown(value)} is beyond what can be meant. {right}")
    return exact


def whole(value: Any, right: str) -> int:
    """A whole number."""
    exact = number(value, right)
    if exact != exact.to_integral_value():
        raise wrong(f"{shown(value)} is not a whole number. {right}")
    return int(exact)


def words(value: Any, right: str) -> str:
    """Text that says something. A number is taken as it is written."""
    if isinstance(value, str) and value.strip():
        return value
    raise wrong(f"{shown(value) if value != '' else 'nothing'} is not a text. {right}")


def yes_or_no(value: Any) -> bool:
    """true or false, also written yes, no, on, off."""
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word in _YES or word in _NO:
        return word in _YES
    raise wrong(f"{shown(value)} is neither true nor false")


def wall_time(value: Any, right: str) -> time:
    """A time of day. `17:00` without quotation marks reaches us as the number 1020 from readers of YAML 1.1."""
    if isinstance(value, time):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MINUTES_OF_DAY:
        return time(value // 60, value % 60)
    match = _WALL_TIME.fullmatch(value.strip()) if isinstance(value, str) and value.isascii() else None
    if match is not None:
        hour, minute, second = (int(part or 0) for part in match.groups())
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
    raise wrong(f"{shown(value)} is not a time of day. {right}")


def day(value: Any) -> date:
    """A date, `2025-12-25`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date.fromisoformat("")
    except ValueError:
        raise wrong(f'{shown(value)} is not a date. A date is written "2025-12-25"') from None


def choice(kind: type[enum.Enum]) -> Reading:
    """One of the values of an enum."""
    known = {str(member.value): member for member in kind}
    return one_of(known)


def one_of(known: dict[str, Any] | Sequence[str]) -> Reading:
    """One of some words."""
    table: dict[str, Any] = known if isinstance(known, dict) else {word: word for word in known}

    def read(value: Any) -> Any:
        if isinstance(value, enum.Enum) and value in table.values():
            return value
        if isinstance(value, str) and value.lower() in table:
            return table[value.lower()]
        near = did_you_mean(value, table) if isinstance(value, str) else ""
        raise wrong(f"{shown(value)} is not known here. Write {listed(table)}.{near}")

    return Reading(read, {"enum": list(table)}, f"Write {listed(table)}")


FLAG: Final = Reading(yes_or_no, {"type": "boolean"}, "Write true or false")
DAY: Final = Reading(day, {"type": "string", "format": "date"}, 'A date is written "2025-12-25"')
