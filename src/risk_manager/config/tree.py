"""The content of a file, each value with its place.

Numbers are exact (`int` or `Decimal`, from the digits of the text); keys are text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Scalar = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1; None where the value did not come from a text."""

    file: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value."""

    value: Scalar
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    written: str
    """The key as the user spelled it, where a key has a second name."""
    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Branch:
    """A section: keys and their values, in the order of the text."""

    entries: Mapping[str, Entry]
    place: Place

    def without(self, *keys: str) -> Branch:
        """The section less some of its keys."""
        return Branch({key: entry for key, entry in self.entries.items() if key not in keys}, self.place)


Node = Leaf | Row | Branch


def plain(node: Node) -> Any:
    """The values alone: dicts, lists and scalars."""
    if isinstance(node, Branch):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Row):
        return [plain(item) for item in node.items]
    return node.value


def planted(value: Any, file: str) -> Node:
    """A tree of plain values that never were a text; its places have no line."""
    place = Place(file)
    if isinstance(value, Branch | Row | Leaf):
        return value
    if isinstance(value, Mapping):
        return Branch({str(key): Entry(str(key), place, planted(one, file)) for key, one in value.items()}, place)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return Row(tuple(planted(one, file) for one in value), place)
    if isinstance(value, float):
        return Leaf(Decimal(repr(value)), place)
    return Leaf(value if isinstance(value, Scalar) else str(value), place)


def merged(under: Branch, over: Branch) -> Branch:
    """`under` with what `over` says in its place: sections are merged, everything else is replaced."""
    entries = dict(under.entries)
    for key, entry in over.entries.items():
        old = entries.get(key)
        if old is not None and isinstance(old.node, Branch) and isinstance(entry.node, Branch):
            entries[key] = Entry(entry.written, entry.place, merged(old.node, entry.node))
        else:
            entries[key] = entry
    return Branch(entries, over.place)


def place_of(node: Node, path: Sequence[str | int]) -> tuple[Place, tuple[str, ...]]:
    """Where a path leads, as far as it goes, and the keys on the way as the user spelled them."""
    place = node.place
    written: list[str] = []
    for step in path:
        if isinstance(node, Branch) and (entry := node.entries.get(str(step))) is not None:
            place, node = entry.place, entry.node
            written.append(entry.written)
        elif isinstance(node, Row) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
            written.append(str(step + 1))
        else:
            written.append(str(step))
            break
    return place, tuple(written)


def node_at(node: Node, path: Sequence[str | int]) -> Node | None:
    """The value that a path leads to; None where there is none."""
    for step in path:
        if isinstance(node, Branch) and (entry := node.entries.get(str(step))) is not None:
            node = entry.node
        elif isinstance(node, Row) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def node_by(node: Node, way: Sequence[str]) -> Node | None:
    """The same for a way as people write it: rows of lists are counted from 1."""
    for step in way:
        below = node_at(node, (int(step) - 1,) if isinstance(node, Row) and step.isdecimal() and int(step) else (step,))
        if below is None:
            return None
        node = below
    return node
