"""A value put into a text, or taken out of it, where it stands: every other character stays, line ends too.

It goes by the marks of the composed nodes, so it knows both forms of YAML, and JSON, which is a part of one. It only
proposes: whoever uses it holds the result against what it should say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from risk_manager.config.cutting import last_line

_COMMENT = re.compile(r"(?P<before>[^#\"'\r\n]*?)(?P<gap> +)(?=#)")


def line_end(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"


def put(text: str, way: Sequence[str], value: str, *, is_json: bool = False) -> str | None:
    """The text with `value`, as it is to be written, at the end of the way; None where that is not so simple."""
    node = _composed(text)
    if node is None or "\n" in value:
        return None
    for count, step in enumerate(way):
        below = _below(node, step)
        if below is None:
            return _added(text, node, way[count:], value, is_json=is_json)
        node = below
    if isinstance(node, ScalarNode) and node.style not in ("|", ">"):
        gap = " " if node.start_mark.index == node.end_mark.index else ""
        return _replaced(text, node.start_mark.index, node.end_mark.index, gap + value)
    if getattr(node, "flow_style", False):
        return _replaced(text, node.start_mark.index, node.end_mark.index, value)
    return None


def taken(text: str, way: Sequence[str]) -> str | None:
    """The text without what stands at the end of the way, inside braces or brackets; None where it stands in none."""
    node = _composed(text)
    for step in way[:-1]:
        node = _below(node, step)
    if node is None or not getattr(node, "flow_style", False):
        return None
    spans = _spans(node)
    steps = [one[0] for one in spans]
    if way[-1] not in steps:
        return None
    at = steps.index(way[-1])
    if len(spans) == 1:
        return text[: node.start_mark.index + 1] + text[node.end_mark.index - 1 :]
    if at + 1 < len(spans):
        return _replaced(text, spans[at][1], spans[at + 1][1], "")
    return _replaced(text, spans[at - 1][2], spans[at][2], "")


def _composed(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError, IndexError, KeyError, AttributeError, TypeError, AssertionError):
        return None


def _below(node: Any, step: str) -> Any:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if isinstance(key, ScalarNode) and key.value == step), None)
    if isinstance(node, SequenceNode) and step.isdecimal() and 1 <= int(step) <= len(node.value):
        return node.value[int(step) - 1]
    return None


def _spans(node: Any) -> list[tuple[str, int, int]]:
    """Name, beginning and end of all that stands in a section or list."""
    if isinstance(node, MappingNode):
        return [(str(key.value), key.start_mark.index, value.end_mark.index) for key, value in node.value]
    return [(str(count), one.start_mark.index, one.end_mark.index) for count, one in enumerate(node.value, 1)]


def _replaced(text: str, start: int, end: int, value: str) -> str:
    """With another value; a comment behind it stays in its column where there is room."""
    rest = text[end:]
    comment = _COMMENT.match(rest)
    if comment is not None:
        gap = max(1, len(comment["gap"]) - len(value) + (end - start))
        rest = comment["before"] + " " * gap + rest[comment.end() :]
    return text[:start] + value + rest


def _added(text: str, node: Any, way: Sequence[str], value: str, *, is_json: bool) -> str | None:
    if isinstance(node, SequenceNode) and (len(way) > 1 or way[0] != str(len(node.value) + 1)):
        return None
    if isinstance(node, MappingNode | SequenceNode) and node.flow_style:
        return _added_in_braces(text, node, way, value, is_json=is_json)
    if isinstance(node, MappingNode) and node.value:
        indent = " " * node.value[0][0].start_mark.column
        lines = [f"{indent}{'  ' * depth}{step}:" for depth, step in enumerate(way)]
        lines[-1] += f" {value}"
        return _below_line(text, last_line(node, node.start_mark.line), lines)
    if isinstance(node, SequenceNode) and node.value:
        first = node.value[-1].start_mark
        before = text.splitlines()[first.line][: first.column]
        if not re.fullmatch(r" *- +", before):
            return None
        return _below_line(text, last_line(node, first.line), [before + value])
    return None


def _added_in_braces(text: str, node: Any, way: Sequence[str], value: str, *, is_json: bool) -> str:
    named = [json.dumps(step, ensure_ascii=False) if is_json else step for step in way]
    entry = value
    if isinstance(node, MappingNode):
        for step in reversed(named[1:]):
            entry = f"{{{step}: {entry}}}"
        entry = f"{named[0]}: {entry}"
    spans = _spans(node)
    if not spans:
        return text[: node.start_mark.index + 1] + entry + text[node.end_mark.index - 1 :]
    has_lines = "\n" in text[node.start_mark.index : spans[0][1]]
    first = node.value[0][0] if isinstance(node, MappingNode) else node.value[0]
    gap = line_end(text) + " " * first.start_mark.column if has_lines else " "
    return _replaced(text, spans[-1][2], spans[-1][2], f",{gap}{entry}")


def _below_line(text: str, number: int, lines: Sequence[str]) -> str:
    every, end = text.splitlines(keepends=True), line_end(text)
    before = "".join(every[: number + 1])
    if not before.endswith("\n"):
        before += end
    return before + "".join(line + end for line in lines) + "".join(every[number + 1 :])
