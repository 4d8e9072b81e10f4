"""pydantic's errors as sentences with a place."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import ValidationError

from risk_manager.config.problem import Problem, did_you_mean, listed
from risk_manager.config.shape import model_of, reader_of
from risk_manager.config.tree import Branch, Node, place_of, plain


def read_struct(
    node: Node, struct: type[msgspec.Struct], *, title: str = "", key: str = "", problems: list[Problem]
) -> Any:
    """The Struct that a section says, or None with what is wrong added to `problems`."""
    try:
        return reader_of(struct, title).validate_python(plain(node))
    except ValidationError as error:
        problems.extend(_problem(one, node, struct, title, key) for one in error.errors(include_url=False))
        return None


def check_struct(
    node: Node, struct: type[msgspec.Struct], *, title: str = "", key: str = "", problems: list[Problem]
) -> None:
    """Tell what is wrong with a section that is switched off: what it lacks is not."""
    told: list[Problem] = []
    try:
        reader_of(struct, title).validate_python(plain(node))
    except ValidationError as error:
        errors = [one for one in error.errors(include_url=False) if one["type"] != "missing"]
        told = [_problem(one, node, struct, title, key) for one in errors]
    problems.extend(told)


def _problem(one: Any, node: Node, struct: type[msgspec.Struct], title: str, key: str) -> Problem:
    path = tuple(step for step in one["loc"] if step != "[key]")
    place, written = place_of(node, path)
    text = _sentence(one, path, node, struct, title)
    return Problem(place.file, place.line, ".".join((key, *written) if key else written), text)


def _sentence(one: Any, path: tuple[str | int, ...], node: Node, struct: type[msgspec.Struct], title: str) -> str:
    kind = one["type"]
    if kind == "wrong":
        return str(one["ctx"]["text"])
    if kind == "value_error":
        return str(one["ctx"]["error"])
    if kind == "missing":
        return f"is missing. {_right(path, struct, title)}".rstrip()
    if kind == "extra_forbidden":
        known = _known(path[:-1], struct, title)
        near = did_you_mean(str(path[-1]), known)
        return f"unknown key.{near or f' Known here: {listed(known)}.' if known else ''}"
    return str(one["msg"])


def _field(path: tuple[str | int, ...], struct: type[msgspec.Struct], title: str) -> Any:
    """The JSON schema of what a path leads to, as editors see it."""
    schema = model_of(struct, title).model_json_schema()
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


def _known(path: tuple[str | int, ...], struct: type[msgspec.Struct], title: str) -> list[str]:
    return list(_field(path, struct, title).get("properties", {}))


def _right(path: tuple[str | int, ...], struct: type[msgspec.Struct], title: str) -> str:
    return str(_field(path, struct, title).get("description", ""))


def section(node: Node, key: str, problems: list[Problem]) -> Branch | None:
    """The node as a section; None, with a problem told, where it is something else. An empty one is a section."""
    if isinstance(node, Branch):
        return node
    if plain(node) is None:
        return Branch({}, node.place)
    problems.append(Problem(node.place.file, node.place.line, key, "A section with keys belongs here"))
    return None
