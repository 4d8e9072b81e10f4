"""The keys of a section as a file has them: each with what stands there, and every row of its lists and tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from risk_manager.config.document import only_document
from risk_manager.config.keys import Key, declared, listed
from risk_manager.config.rule_section import ACTION, ENFORCEMENT
from risk_manager.config.shape import ENABLED
from risk_manager.config.tree import Branch, Node, Row, node_at, node_by, plain
from risk_manager.core.rule import Rule

_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_/.*-]*")
_WORDS: Final = frozenset({"true", "false", "null", "none", "yes", "no", "on", "off", "y", "n"})


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
        if not isinstance(node, Branch | Row):
            yield one
            continue
        row = next(iter(_inside(node)), None)
        more = msgspec.structs.replace(one.more, example=written(plain(row[1]))) if one.more and row else one.more
        yield msgspec.structs.replace(one, example=written(plain(node)), more=more)


def filled(keys: Iterable[Key], section: Node | None) -> Iterator[Key]:
    """The keys with what stands in the file, and after a list or a table each of its rows."""
    absent: tuple[str, ...] | None = None
    for one in keys:
        node = node_by(section, one.way) if section is not None else None
        if node is None:
            if absent is not None and one.way[: len(absent)] == absent:
                yield msgspec.structs.replace(one, usual="none")  # of a section that is not there
                continue
            absent = one.way if one.usual == "none" else None
            yield one
            continue
        absent = None
        rows = list(_inside(node))
        can_grow = one.more is not None and isinstance(node, Branch if one.more.name else Row)
        yield msgspec.structs.replace(one, now=written(plain(node)), rows=len(rows) if can_grow else None)
        if one.more is not None and (one.more.name or one.more.section is not None):  # a list of words is one value
            for step, inner in rows:
                way, told = (*one.way, step), one.more
                yield Key(way=way, means=told.means, example=told.example, now=written(plain(inner)))
                if one.more.section is not None:
                    yield from filled(declared(one.more.section, way), section)


def _inside(node: Node) -> Iterator[tuple[str, Node]]:
    """What stands in a table, by name, or in a list, counted from 1."""
    if isinstance(node, Branch):
        yield from ((key, entry.node) for key, entry in node.entries.items())
    elif isinstance(node, Row):
        yield from ((str(count), item) for count, item in enumerate(node.items, start=1))


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
