"""Every key that a section may have: what it is, and what holds where nothing is written."""

from __future__ import annotations

import ast
import enum
import inspect
import textwrap
import types
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from risk_manager.config.in_short import value_text
from risk_manager.core.settings import Kind

_KINDS: Final[dict[Any, str]] = {
    bool: "`true` or `false`",
    int: "a whole number",
    Decimal: "a number",
    str: "a text",
    date: 'a date, for example "2025-12-25"',
    Any: "sections",
}


class More(msgspec.Struct, frozen=True, kw_only=True):
    """What a list or a table takes more of."""

    name: str = ""
    """What the name of a row is, in words; empty for a list, whose rows have none."""
    means: str
    section: type[msgspec.Struct] | None = None
    """What a row is where it has keys of its own."""
    example: str = ""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a section."""

    way: tuple[str, ...]
    """From the top of the section; rows of lists are counted from 1."""
    means: str
    usual: str = ""
    """What holds where nothing is written."""
    note: str = ""
    example: str = ""
    """A list, a table or a section as it may look, on one line."""
    now: str | None = None
    """What stands in the file, as it would be written on one line; None: nothing."""
    more: More | None = None
    """None: it is one value."""
    rows: int | None = None
    """How many stand in it; None: nothing stands there that could take one more."""


def declared(struct: type[msgspec.Struct], way: tuple[str, ...] = ()) -> Iterator[Key]:
    """The keys that a Struct declares; a section inside it, then what is inside that."""
    hints, told = get_type_hints(struct, include_extras=True), notes(struct)
    for field in msgspec.structs.fields(struct):
        path = (*way, field.name)
        hint = hints[field.name]
        yield Key(way=path, means=kind(hint), usual=usual(field), note=told.get(field.name, ""), more=_more(hint))
        inner = _section(hint)
        if inner is not None:
            yield from declared(inner, path)


def kind(hint: Any) -> str:
    """What a value of this type is, in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        kinds = [one for one in arguments[1:] if isinstance(one, Kind)]
        return kinds[0].value if kinds else kind(arguments[0])
    if origin in (Union, types.UnionType):
        return "; or ".join(kind(one) for one in arguments if one is not type(None))
    if origin is Literal:
        return listed(f"`{one}`" for one in arguments)
    if origin is dict:
        return f"by key: {kind(arguments[0])}. Value: {kind(arguments[1])}"
    if origin in (tuple, frozenset):
        return f"a list: {kind(arguments[0])}"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return listed(f"`{one.value}`" for one in hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"a section: {hint.__name__.lstrip('_')}"
    return _KINDS.get(hint, str(hint))


def usual(field: msgspec.structs.FieldInfo) -> str:
    """What holds where nothing is written."""
    if field.required:
        return "needed"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, enum.Enum):
        return f"`{value.value}`"
    if isinstance(value, tuple) and value and all(isinstance(one, enum.Enum) for one in value):
        return "`[" + ", ".join(one.value for one in value) + "]`"
    if isinstance(value, msgspec.Struct):
        return "as below"
    return f"`{value_text(value)}`" if value not in ((), {}, frozenset(), "") else "empty"


@lru_cache(maxsize=256)
def notes(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The line under each field of a declaration."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(struct))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return {}  # installed without sources
    if not isinstance(tree, ast.ClassDef):
        return {}
    found: dict[str, str] = {}
    for field, note in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
            if isinstance(note.value, ast.Constant) and isinstance(note.value.value, str):
                found[field.target.id] = " ".join(note.value.value.split())
    return found


def listed(texts: Iterable[str]) -> str:
    """`a, b or c`."""
    words = list(texts)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" or {words[-1]}"


def _section(hint: Any) -> type[msgspec.Struct] | None:
    """The Struct that a hint means by itself, also where it may be absent."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [one for one in get_args(hint) if one is not type(None)]
        return _section(inner[0]) if len(inner) == 1 else None
    return hint if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else None


def _more(hint: Any) -> More | None:
    """What a list or a table takes, also where it may be absent."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return next((found for one in arguments if (found := _more(one)) is not None), None)
    if origin is dict:
        return More(name=kind(arguments[0]), means=kind(arguments[1]), section=_section(arguments[1]))
    if origin in (tuple, frozenset):
        return More(means=kind(arguments[0]), section=_section(arguments[0]))
    return None
