"""YAML that is not nested deeper than anybody writes it: the parser's time grows with the square of the depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer

DEPTH_MAX: Final = 60
_FLIGHT: Final = re.compile(rf"(?:[\[{{]\s*){{{DEPTH_MAX}}}")
"""So many sections that begin in a row: the scanner itself, which looks ahead, would take its time over them."""


class _Shallow(Composer):
    """Gives up as soon as a text goes too deep, before the rest of it is looked at."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As the composer does. Raises RecursionError."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise RecursionError
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def compose_all(text: str) -> Iterator[Any]:
    """The nodes of each document. Raises RecursionError where they are nested too deeply, and what ruamel raises."""
    if _FLIGHT.search(text):
        raise RecursionError
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Shallow
    yield from yaml.compose_all(text)
