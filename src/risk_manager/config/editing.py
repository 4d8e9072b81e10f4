"""Changing one value of a configuration file by command: comments and order stay."""

from __future__ import annotations

import difflib
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from risk_manager.config import splicing
from risk_manager.config.cutting import with_line, without_lines
from risk_manager.config.document import MISREAD, only_document
from risk_manager.config.hiding import hidden, is_secret, masked, secrets_of
from risk_manager.config.problem import ConfigError
from risk_manager.config.tree import Branch, Node, Row, node_by, plain

_NO_LIMIT: Final = 10_000


class EditError(Exception):
    """An edit that cannot be made. The text is the sentence for the admin."""


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is, and as it is to be."""

    name: str
    before: str
    after: str

    @property
    def is_change(self) -> bool:
        """False where the file says that already."""
        return self.before != self.after

    @property
    def shown(self) -> str:
        """What the file is to say, for people; what is secret is not in it."""
        return hidden(self.after)

    def lines(self) -> list[str]:
        """The difference, for people; what is secret is not in it."""
        before, after = hidden(self.before).splitlines(), hidden(self.after).splitlines()
        found = difflib.unified_diff(before, after, f"{self.name} (now)", f"{self.name} (then)", lineterm="", n=2)
        is_other = secrets_of(self.before) != secrets_of(self.after)
        return [*found, *(["! The key in it becomes another one, which is not shown."] if is_other else [])]


def with_value(name: str, text: str, key: str, value: str) -> Edit:
    """The file with `value` (as YAML would read it) under `key`, `daily_realized_loss.limit` or
    `loss_thresholds.1.loss_amount`; sections that are not there yet are made. Raises EditError."""
    yaml, is_json = _yaml(), name.endswith(".json")
    tree = _json_tree(name, text) if is_json else _tree(yaml, name, text)
    *way, last = _way(key)
    place: Any = tree
    for step in way:
        place = _below(place, step, key)
    read = _value(yaml, key, value)
    if is_json:
        read = plain(only_document(value, name)) if value.strip() else None
        _put(place, last, read, key)
        return _json_edit(name, text, splicing.put(text or "{}\n", (*way, last), _json(read), is_json=True), tree)
    _put(place, last, read, key)
    there = (*way, last)
    kept = splicing.put(text, there, value.strip()) or with_line(text, there, value.strip())
    after = _same(kept, _text(yaml, tree, text))
    return Edit(name=name, before=text, after=after)


def with_row(name: str, text: str, key: str, value: str, row: str = "") -> Edit:
    """The file with one more row in the list under `key`, at its end; with `row`, which names it, in the table there.
    A list or table that is not there is made. Raises EditError."""
    node = None if not text.strip() else node_by(_node(name, text), _way(key))
    if isinstance(node, Branch) and row:
        if row in node.entries:
            raise EditError(f"{key} has {row} already. Change that one.")
        return with_value(name, text, f"{key}.{row}", value)
    if isinstance(node, Row) and not row:
        return with_value(name, text, f"{key}.{len(node.items) + 1}", value)
    return with_value(name, text, key, f"{{{row}: {value}}}" if row else f"[{value}]")


def without_key(name: str, text: str, key: str) -> Edit:
    """The file without `key` and what is under it. Raises EditError where it is not there."""
    yaml, is_json = _yaml(), name.endswith(".json")
    tree = _json_tree(name, text) if is_json else _tree(yaml, name, text)
    *way, last = _way(key)
    place: Any = tree
    for step in way:
        place = _there(place, step, key)
    _there(place, last, key)
    del place[int(last) - 1 if isinstance(place, list) else last]
    if is_json:
        return _json_edit(name, text, splicing.taken(text, (*way, last)), tree)
    kept = without_lines(text, (*way, last)) or splicing.taken(text, (*way, last))
    return Edit(name=name, before=text, after=_same(kept, _text(yaml, tree, text)))


def as_text(value: str) -> str:
    """A text as it is to stand in a file: in quotes where it would be read as something else; what is in quotes
    already stays."""
    try:
        is_read_so = value[:1] in ("'", '"') or plain(only_document(value, "")) == value
    except ConfigError:
        is_read_so = False
    return value if is_read_so else json.dumps(value, ensure_ascii=False)


def has_secret(key: str, value: str) -> bool:
    """Whether `value`, under `key`, says something that nobody is to see; a reference to where it is kept does not."""
    way = key.split(".")
    try:
        node = only_document(value, "")
    except ConfigError:
        return is_secret(way)
    return masked(node, way) != node


def _same(kept: str | None, made: str) -> str:
    """The text that keeps every line in between, where it says the same as the one that the library has made."""
    try:
        return kept if kept is not None and plain(only_document(kept, "")) == plain(only_document(made, "")) else made
    except ConfigError:
        return made


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _NO_LIMIT
    return yaml


def _tree(yaml: YAML, name: str, text: str) -> CommentedMap:
    try:
        tree = yaml.load(text)
    except MISREAD:
        raise EditError(f"{name} is broken, so nothing can be changed in it:\n{_broken(name, text)}") from None
    if tree is None:
        return CommentedMap()
    if not isinstance(tree, CommentedMap):
        raise EditError(f"{name} is not a file of sections: nothing can be set in it.")
    return tree


def _json_tree(name: str, text: str) -> dict[str, Any]:
    tree = plain(_node(name, text))
    if not isinstance(tree, dict):
        raise EditError(f"{name} is not a file of sections: nothing can be set in it.")
    return tree


def _json_edit(name: str, text: str, after: str | None, meant: dict[str, Any]) -> Edit:
    """The change of a JSON file, once it is sure that it says what is meant, and is JSON."""
    try:
        if after is not None and plain(only_document(after, name)) == meant:
            json.loads(after)
            return Edit(name=name, before=text, after=after)
    except (ConfigError, ValueError):
        pass
    raise EditError(f"{name} is not written so that a command can change this. Edit it by hand; it is read at once.")


def _json(value: Any) -> str:
    """A plain value as JSON, numbers with their exact digits."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_json(one)}" for key, one in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _node(name: str, text: str) -> Node:
    try:
        return only_document(text, name)
    except ConfigError as error:
        raise EditError(f"{name} is broken, so nothing can be changed in it:\n{error}") from None


def _broken(name: str, text: str) -> str:
    """What is wrong with it, in our own words and with its line."""
    try:
        only_document(text, name)
    except ConfigError as error:
        return str(error)
    return "It cannot be read."


def _way(key: str) -> Sequence[str]:
    way = key.split(".")
    if not all(way):
        raise EditError(f"{key!r} is no key. One looks like daily_realized_loss.limit")
    return way


def _value(yaml: YAML, key: str, value: str) -> Any:
    try:
        return yaml.load(value)
    except MISREAD:
        shown = "What was given" if is_secret(key.split(".")) else repr(value)
        raise EditError(f"{shown} cannot be read as a value. Put text with colons or commas into quotes.") from None


def _below(place: Any, step: str, key: str) -> Any:
    if isinstance(place, dict) and step not in place:
        place[step] = type(place)()
    return _there(place, step, key)


def _there(place: Any, step: str, key: str) -> Any:
    if isinstance(place, dict) and step in place:
        return place[step]
    if isinstance(place, list) and step.isdecimal() and 1 <= int(step) <= len(place):
        return place[int(step) - 1]
    raise EditError(f"{key}: there is no {step}.")


def _put(place: Any, last: str, value: Any, key: str) -> None:
    if isinstance(place, dict):
        place[last] = value
    elif isinstance(place, list) and last.isdecimal() and 1 <= int(last) <= len(place) + 1:
        if int(last) > len(place):
            place.append(value)
        else:
            place[int(last) - 1] = value
    else:
        raise EditError(f"{key}: nothing can be set there. Rows of lists are counted from 1.")


def _text(yaml: YAML, tree: dict[str, Any], before: str) -> str:
    indent = _indent_of_lists(before)
    yaml.indent(mapping=2, sequence=indent + 2, offset=indent)
    stream = io.StringIO()
    yaml.dump(tree, stream)
    return stream.getvalue().replace("\r\n", "\n").replace("\n", splicing.line_end(before))


def _indent_of_lists(text: str) -> int:
    """How far this file's lists stand in from their key: 2 as in the examples, or 0."""
    found = re.search(r"^(?P<key> *)[^\s#-][^\n]*:[ ]*\n(?P<row> *)- ", text, re.MULTILINE)
    return 2 if found is None or len(found["row"]) > len(found["key"]) else 0
