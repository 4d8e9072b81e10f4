"""What an edit of a file changes, key by key with its old value and its new one: for the record, without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from risk_manager.config.document import read_text
from risk_manager.config.hiding import is_secret, shown_way
from risk_manager.config.problem import ConfigError
from risk_manager.config.tree import Branch, Leaf, Node, Row

_ABSENT: Final = "not set"
_NAMED: Final = frozenset({"logging", "notifications"})
"""Files whose keys do not say by themselves what they are about."""


def changes(before: str, after: str) -> tuple[str, ...]:
    """`daily_realized_loss.limit: -500 -> -400` and so on, in the order of the keys; none where one is broken."""
    try:
        old, new = dict(_leaves(before)), dict(_leaves(after))
    except ConfigError:
        return ()
    return tuple(_sentence(key, old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key))


def changes_of_files(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The same for several files by their names; a file that came or went is compared with an empty one."""
    old, new = ({Path(name).stem: text for name, text in texts.items()} for texts in (before, after))
    return tuple(
        f"{stem}.yaml {one}" if stem in _NAMED else one
        for stem in {**old, **new}
        for one in changes(old.get(stem, ""), new.get(stem, ""))
    )


def _leaves(text: str) -> Iterator[tuple[str, Leaf | None]]:
    for document in read_text(text, ""):
        yield from _below(document, ())


def _below(node: Node, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    inside: list[tuple[str, Node]] = []
    if isinstance(node, Branch):
        inside = [(key, entry.node) for key, entry in node.entries.items()]
    elif isinstance(node, Row):
        inside = [(str(count), item) for count, item in enumerate(node.items, start=1)]
    for step, below in inside:
        yield from _below(below, (*path, step))
    if not inside:
        yield (
            ".".join(shown_way(path)),
            node.value if isinstance(node, Leaf) else "{}" if isinstance(node, Branch) else "[]",
        )


def _sentence(key: str, old: Any, new: Any) -> str:
    if is_secret(key.split(".")):
        return f"{key}: another one, which is not shown"
    return f"{key}: {_value(old)} -> {_value(new)}"


def _value(value: Any) -> str:
    if value is None:
        return _ABSENT
    return str(value).lower() if isinstance(value, bool) else str(value)
