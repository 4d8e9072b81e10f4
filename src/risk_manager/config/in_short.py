"""What a section says, in one line: the keys whose values are not what they would be anyway."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import time
from typing import Any

import msgspec


def in_short(config: msgspec.Struct) -> str:
    """`limit -500, include_unrealized false`; empty where everything is as it would be anyway."""
    return ", ".join(f"{name} {value_text(value)}" for name, value in _own(config))


def value_text(value: Any) -> str:
    """A value as it would stand in a file, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    if isinstance(value, msgspec.Struct):
        return "{" + ", ".join(f"{name}: {value_text(one)}" for name, one in _own(value)) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{value_text(key)}: {value_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple | list | set | frozenset):
        rows = sorted(map(value_text, value)) if isinstance(value, set | frozenset) else map(value_text, value)
        return "[" + ", ".join(rows) + "]"
    return "none" if value is None else str(value)


def _own(config: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    """The fields that are not at their defaults."""
    for field in msgspec.structs.fields(config):
        value = getattr(config, field.name)
        usual = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
        if value != usual:
            yield field.name, value
