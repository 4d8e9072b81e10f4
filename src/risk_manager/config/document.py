"""YAML 1.2 or JSON text to trees whose values know their lines.

Written on ruamel's composer: its nodes still have the digits and the marks. Scalars are resolved here, so that no
number is ever a binary float and a key that comes twice is told.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.shallow import compose_all
from risk_manager.config.tree import Branch, Entry, Leaf, Node, Place, Row, Scalar
from risk_manager.home import unreadable

_TAG: Final = "tag:yaml.org,2002:"
MISREAD: Final = (
    *(YAMLError, RecursionError, ValueError, IndexError, KeyError),
    *(AttributeError, TypeError, AssertionError, NotImplementedError),
)
"""What ruamel raises over a text that it cannot read: not always an error of its own."""
_NODES_MAX: Final = 200_000
"""An alias of an alias of an alias can make a small file endless."""
_DIGITS_MAX: Final = 400
_ESCAPED: Final = {".inf": "Infinity", "+.inf": "Infinity", "-.inf": "-Infinity", ".nan": "NaN"}


def read_file(path: Path, name: str | None = None) -> list[Node]:
    """The documents of a file; `name` is what problems call it (default: its own name). Raises ConfigError."""
    return read_text(read_source(path, name), path.name if name is None else name)


def read_source(path: Path, name: str | None = None) -> str:
    """The text of a file. Raises ConfigError where it cannot be read, or is no text."""
    name = path.name if name is None else name
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError([Problem(name, None, "", f"{path} does not exist")]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(name, None, "", f"Not UTF-8 text: byte {error.start} cannot be read")]) from None
    except OSError as error:
        raise ConfigError([Problem(name, None, "", unreadable(path, error))]) from None


def read_text(text: str, name: str) -> list[Node]:
    """The documents of a text (YAML 1.2; JSON is a part of it). Empty documents are left out. Raises ConfigError."""
    try:
        composed = [node for node in compose_all(text) if node is not None]
    except RecursionError:
        raise ConfigError([Problem(name, None, "", "Nested too deeply to be read")]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        raise ConfigError([Problem(name, line, "", f"Not YAML: {error.problem or error.context}")]) from None
    except YAMLError as error:
        raise ConfigError([Problem(name, None, "", f"Not YAML: {str(error).splitlines()[0]}")]) from None
    except MISREAD:
        # The parser has holes of its own for texts that are far from YAML.
        raise ConfigError([Problem(name, None, "", "Not YAML: the text cannot be read")]) from None
    reader = _Reader(name)
    documents = [reader.node(node) for node in composed if not _is_empty(node)]
    if reader.problems:
        raise ConfigError(reader.problems)
    return documents


def only_document(text: str, name: str) -> Node:
    """The document of a text that must not have two; an empty text is an empty section. Raises ConfigError."""
    documents = read_text(text, name)
    if len(documents) > 1:
        line = documents[1].place.line
        raise ConfigError([Problem(name, line, "", "A second document begins here. Keep one of them")])
    return documents[0] if documents else Branch({}, Place(name))


def _is_empty(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.style is None and node.value == ""


class _Reader:
    """Turns composed nodes into trees and collects what is wrong on the way."""

    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._nodes = 0
        self._inside: list[int] = []

    def node(self, node: Any, path: tuple[str, ...] = ()) -> Node:
        place = Place(self._name, node.start_mark.line + 1)
        self._nodes += 1
        if isinstance(node, ScalarNode):
            return Leaf(_scalar(node), place)
        if id(node) in self._inside or self._nodes > _NODES_MAX or len(self._inside) > 100:
            self._tell(place, path, "Contains itself, or is nested too deeply")
            return Leaf(None, place)
        self._inside.append(id(node))
        try:
            return self._section(node, place, path) if isinstance(node, MappingNode) else self._row(node, place, path)
        finally:
            self._inside.pop()

    def _row(self, node: SequenceNode, place: Place, path: tuple[str, ...]) -> Row:
        items = [self.node(item, (*path, str(count))) for count, item in enumerate(node.value, start=1)]
        return Row(tuple(items), place)

    def _section(self, node: MappingNode, place: Place, path: tuple[str, ...]) -> Branch:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key_place = Place(self._name, key_node.start_mark.line + 1)
            if not isinstance(key_node, ScalarNode):
                self._tell(key_place, path, "A key is a single word, not a list or a section")
                continue
            key = _whole(key_node.value)
            child = self.node(value_node, (*path, key))
            if key in entries:
                first = entries[key].place.line
                self._tell(key_place, (*path, key), f"Written twice; the first is on line {first}. Keep one of them")
            else:
                entries[key] = Entry(key, key_place, child)
        return Branch(entries, place)

    def _tell(self, place: Place, path: tuple[str, ...], text: str) -> None:
        self.problems.append(Problem(place.file, place.line, ".".join(path), text))


def _scalar(node: Any) -> Scalar:
    """The value of a scalar. What does not read as its tag says stays text: the reader of the value refuses it."""
    text: str = node.value
    kind = str(node.tag).removeprefix(_TAG)
    try:
        match kind:
            case "null":
                return None
            case "bool" if text.lower() in {"true", "false"}:
                return text.lower() == "true"
            case "int" if len(text) <= _DIGITS_MAX:
                return int(text, 0) if text.lower().lstrip("+-").startswith(("0x", "0o")) else int(text)
            case "float" if len(text) <= _DIGITS_MAX:
                return Decimal(_ESCAPED.get(text.lower(), text))
    except (ValueError, InvalidOperation):
        pass
    return _whole(text)


def _whole(text: str) -> str:
    """JSON writes characters beyond the first 65,536 as two halves: put them together."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
