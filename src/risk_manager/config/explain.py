"""pydantic's errors as sentences with a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import ValidationError

from risk_manager.config.hiding import shown_way
from risk_manager.config.problem import Problem, did_you_mean
from risk_manager.config.shape import model_of, reader_of
from risk_manager.config.tree import Branch, Node, node_at, place_of, plain


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a section is read by, and how problems name it."""

    struct: type[msgspec.Struct]
    title: str = ""
    """The name in schemas."""
    key: str = ""
    """The way to the section, as it was written; empty for the whole file."""
    also: tuple[str, ...] = ()
    """Keys that the section may have besides the Struct's fields: the nearest name may be one of them."""


def read_struct(node: Node, declaration: Declaration, problems: list[Problem], *, is_off: bool = False) -> Any:
    """The Struct that a section says, or None with what is wrong added to `problems`.

    A section that `is_off` may lack what it needs; what it has is checked all the same.
    """
    try:
        return reader_of(declaration.struct, declaration.title).validate_python(plain(node))
    except ValidationError as error:
        for one in error.errors(include_url=False):
            if not (is_off and one["type"] == "missing"):
                problems.append(_problem(one, node, declaration))
        return None


def _problem(one: Any, node: Node, declaration: Declaration) -> Problem:
    path = tuple(step for step in one["loc"] if step != "[key]")
    text = _sentence(one, path, declaration)
    if one["type"] == "value_error":
        path, text = _about(text, path, node)
    place, written = place_of(node, path)
    key = (declaration.key, *written) if declaration.key else written
    return Problem(place.file, place.line, ".".join(shown_way(key)), text)


def _about(text: str, path: tuple[str | int, ...], node: Node) -> tuple[tuple[str | int, ...], str]:
    """What a declaration says against a whole section, at the key that its sentence begins with."""
    key, colon, rest = text.partition(": ")
    if colon and isinstance(here := node_at(node, path), Branch) and key in here.entries:
        return (*path, key), rest
    return path, text


def _sentence(one: Any, path: tuple[str | int, ...], declaration: Declaration) -> str:
    match one["type"]:
        case "wrong":
            return str(one["ctx"]["text"])
        case "value_error":
            return str(one["ctx"]["error"])
        case "missing":
            return f"is missing. {_field(path, declaration).get('description', '')}".rstrip()
        case "extra_forbidden":
            known = [*_field(path[:-1], declaration).get("properties", {})]
            known += declaration.also if len(path) == 1 else ()
            near = did_you_mean(str(path[-1]), known)
            return f"unknown key.{near or _listing(known)}"
        case _:
            return str(one["msg"])


def _listing(known: list[str]) -> str:
    return f" Known here: {', '.join(known)}" if known else ""


def _field(path: tuple[str | int, ...], declaration: Declaration) -> Any:
    """The JSON schema of what a path leads to, as editors see it."""
    schema = model_of(declaration.struct, declaration.title).model_json_schema()
    here: Any = schema
    for step in path:
        here = _resolved(here, schema)
        if isinstance(step, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(step) or here.get("additionalProperties", {})
        if not isinstance(here, dict):
            return {}
    return _resolved(here, schema)


def _resolved(here: Any, schema: Any) -> Any:
    """Follow a reference, and take the other half of a value that may be null."""
    for option in here.get("anyOf", ()):
        if option.get("type") != "null":
            here = option
    if "$ref" in here:
        return schema["$defs"][here["$ref"].rsplit("/", 1)[-1]]
    return here


def section(node: Node, key: str, problems: list[Problem]) -> Branch | None:
    """The node as a section; None, with a problem told, where it is something else. An empty one is a section."""
    if isinstance(node, Branch):
        return node
    if plain(node) is None:
        return Branch({}, node.place)
    problems.append(Problem(node.place.file, node.place.line, key, "A section with keys belongs here"))
    return None
