"""The page of what may go wrong names tests that exist, and a test for every row."""

from __future__ import annotations

import re

import pytest

from tests.tree import ROOT

PAGE = ROOT / "docs" / "when-things-go-wrong.md"
ROWS = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][2:]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_a_row_names_tests_that_exist(row: str) -> None:
    named = NAMED.findall(row.split("|")[4])
    assert named, "say which test fails when the guard stops doing it"
    for file, name in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), f"{file} has no {name}"
