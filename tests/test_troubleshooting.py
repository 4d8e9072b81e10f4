"""Whoever looks for a sentence that he has read finds it on the page of troubles as the program says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.tree import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
OPEN = "\0"
"""A place that the program fills in."""
FILLED_IN = re.compile(r"\bMNQ\b|\d+(\.\d+)?")
"""What a quoted sentence has there."""


@cache
def sentences() -> str:
    """Every text of the program."""
    files = [*(ROOT / "src").rglob("*.py"), ROOT / "run.py"]
    return "\n".join(text for file in files for text in _texts(ast.parse(file.read_text(encoding="utf-8"))))


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else OPEN for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield FILLED_IN.sub(OPEN, node.value)


QUOTED = [
    told
    for row in PAGE.read_text(encoding="utf-8").splitlines()
    if row.startswith("| ")
    for told in re.findall(r"`([^`]+)`", row.split(" | ")[0])
    if " " in told
]
"""Each sentence of the column of what one sees."""


@pytest.mark.parametrize("told", QUOTED)
def test_a_sentence_that_is_to_be_found_there_is_one_of_the_program(told: str) -> None:
    parts = [FILLED_IN.sub(OPEN, part).strip() for part in told.split("...")]
    assert [part for part in parts if part not in sentences()] == [], "nobody says this"
