"""Every key that a section may have: what it is, what holds where nothing is written, and what stands in the file."""

from __future__ import annotations

import ast
import enum
import inspect
import json
import re
import textwrap
import types
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from risk_manager.config.document import only_document
from risk_manager.config.in_short import value_text
from risk_manager.config.rule_section import ACTION, ENFORCEMENT
from risk_manager.config.shape import ENABLED
from risk_manager.config.tree import Branch, Node, Row, node_at, plain
from risk_manager.core.rule import Rule
from risk_manager.core.settings import Kind

_KINDS: Final[dict[Any, str]] = {
    bool: "`true` or `false`",
    int: "a whole number",
    Decimal: "a number",
    str: "a text",
    date: 'a date, for example "2025-12-25"',
    Any: "sections",
}
_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_/.*-]*")
_WORDS: Final = frozenset({"true", "false", "null", "none", "yes", "no", "on", "off", "y", "n"})


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


def keys_of(rule: Rule, section: Node | None) -> list[Key]:
    """The keys of a rule, with what stands in its section of the file."""
    switch = "`true`" if section is not None else "`false`"
    found = [Key(way=(ENABLED,), means="`true` or `false`", usual=switch, note="Off: the rule does nothing.")]
    has_enabled = any(field.name == ENABLED for field in msgspec.structs.fields(rule.config))
    found += [one for one in declared(rule.config) if one.way != (ENABLED,) or not has_enabled]
    if rule.actions:
        name = ENFORCEMENT if isinstance(section, Branch) and ENFORCEMENT in section.entries else ACTION
        usual, means = f"`{rule.actions[0].value}`", listed(f"`{one.value}`" for one in rule.actions)
        action = Key(way=(name,), means=means, usual=usual, note="What is done at a breach.")
        found = [one for one in found if one.way not in ((ACTION,), (ENFORCEMENT,))] + [action]
    else:
        found = [one for one in found if one.way != (ACTION,)]
    return list(filled(_with_examples(found, rule), section))


def _with_examples(keys: list[Key], rule: Rule) -> Iterator[Key]:
    """The keys; those of lists, tables and sections with what the rule's own example has there."""
    example = only_document(rule.example, "")
    for one in keys:
        node = node_at(example, (rule.key, *one.way))
        is_one = isinstance(node, Branch | Row)
        yield msgspec.structs.replace(one, example=written(plain(node))) if node is not None and is_one else one


def declared(struct: type[msgspec.Struct], way: tuple[str, ...] = ()) -> Iterator[Key]:
    """The keys that a Struct declares; a section inside it, then what is inside that."""
    hints, told = get_type_hints(struct, include_extras=True), notes(struct)
    for field in msgspec.structs.fields(struct):
        path = (*way, field.name)
        yield Key(way=path, means=kind(hints[field.name]), usual=usual(field), note=told.get(field.name, ""))
        inner = _section(hints[field.name])
        if inner is not None:
            yield from declared(inner, path)


def filled(keys: Iterable[Key], section: Node | None) -> Iterator[Key]:
    """The keys with what stands in the file, and after a list or a table each of its rows."""
    listed_keys = list(keys)
    known = {one.way for one in listed_keys}
    absent: tuple[str, ...] | None = None
    for one in listed_keys:
        node = node_at(section, one.way) if section is not None else None
        if node is None:
            if absent is not None and one.way[: len(absent)] == absent:
                yield msgspec.structs.replace(one, usual="none")  # of a section that is not there
                continue
            absent = one.way if one.usual == "none" else None
            yield one
            continue
        absent = None
        yield msgspec.structs.replace(one, now=written(plain(node)))
        if not any(way[: len(one.way)] == one.way and way != one.way for way in known):
            for way, inner in _rows(node, one.way):
                yield Key(way=way, means=one.means, now=written(plain(inner)))


def _rows(node: Node, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """The values inside a table, and inside the sections of a list; a list of words is one value."""
    if isinstance(node, Branch):
        inside = [(key, entry.node) for key, entry in node.entries.items()]
    elif isinstance(node, Row):
        inside = [
            (str(count), item) for count, item in enumerate(node.items, start=1) if isinstance(item, Branch | Row)
        ]
    else:
        return
    for step, inner in inside:
        if isinstance(inner, Branch | Row):
            yield from _rows(inner, (*way, step))
        else:
            yield (*way, step), inner


def written(value: Any) -> str:
    """A plain value as it would be written on one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        is_bare = _BARE.fullmatch(value) and value.lower() not in _WORDS and not value.endswith("*")
        return value if is_bare else json.dumps(value, ensure_ascii=False)
    return str(value)


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
