"""Taking a key out of a text, or giving it another value, line by line: whatever stands between the keys stays.

The YAML library hangs a comment on the key before it, and would take the heading of the next section out with the last
key of this one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from risk_manager.config.document import MISREAD

_ROW: Final = re.compile(r" *(- +)+")
_COMMENT: Final = re.compile(r":(?P<gap>[ \t]+)(?P<said>#.*)")


def without_lines(text: str, way: Sequence[str]) -> str | None:
    """The text without the lines of a key, or of a row of a list; None where it does not have lines of its own."""
    found = _found(text, way)
    if found is None:
        return None
    first, last, _, _, is_only = found
    if is_only:
        return None
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:first], *lines[last + 1 :]])


def with_line(text: str, way: Sequence[str], value: str) -> str | None:
    """The text with a list or section that has lines of its own replaced by one line; None where it has none. A comment
    behind its key stays, in its column where there is room."""
    found = _found(text, way)
    if found is None or "\n" in value or "\r" in value:
        return None
    first, last, key, node, _ = found
    lines = text.splitlines(keepends=True)
    end = lines[last][len(lines[last].rstrip("\r\n")) :]
    if key is None:
        begun = lines[first][: node.start_mark.column]
        return "".join([*lines[:first], begun, value, end, *lines[last + 1 :]]) if _ROW.fullmatch(begun) else None
    if key.end_mark.line != first:
        return None
    begun, behind = lines[first][: key.end_mark.column], lines[first][key.end_mark.column :].rstrip("\r\n")
    comment = _COMMENT.fullmatch(behind)
    kept = "" if comment is None else " " * max(1, len(comment["gap"]) - len(value) - 1) + comment["said"]
    return "".join([*lines[:first], f"{begun}: {value}{kept}{end}", *lines[last + 1 :]])


def _found(text: str, way: Sequence[str]) -> tuple[int, int, Any, Any, bool] | None:
    """First and last line, the nodes of key and value, and whether it is the only one there."""
    if any(mark in text for mark in ("\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e")):
        return None  # line ends that not everybody counts
    try:
        here = YAML(typ="safe", pure=True).compose(text)
    except MISREAD:
        return None
    for count, step in enumerate(way, 1):
        if getattr(here, "flow_style", True):
            return None
        if isinstance(here, MappingNode):
            pairs = [(key, value) for key, value in here.value if isinstance(key, ScalarNode) and key.value == step]
            key, value = pairs[0] if len(pairs) == 1 else (None, None)
        elif isinstance(here, SequenceNode) and step.isdecimal() and 1 <= int(step) <= len(here.value):
            key, value = None, here.value[int(step) - 1]
        else:
            return None
        if value is None:
            return None
        if count == len(way):
            first = (key if key is not None else value).start_mark.line
            return first, last_line(value, first), key, value, len(here.value) == 1
        here = value
    return None


def last_line(node: Any, first: int) -> int:
    """Where the last word of a value stands."""
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return max(first, int(node.end_mark.line) - 1)
    if isinstance(node, ScalarNode) or node.flow_style:
        return max(first, int(node.end_mark.line))
    if isinstance(node, MappingNode):
        return max([first, *(last_line(value, key.end_mark.line) for key, value in node.value)])
    return max([first, *(last_line(item, item.start_mark.line) for item in node.value)])
