"""`python3 run.py WORD`, as the pages have it: the words, and where they lead. What is there would run this test."""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

import run as script
from tests.pages.found import PAGES, commands
from tests.tree import ROOT

LINES = sorted({line for page in PAGES for line in commands(page) if line.startswith("python3 run.py ")})


@pytest.mark.parametrize("line", LINES)
def test_what_the_script_is_told_leads_to_what_is_there(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    locks: list[str] = []
    asked: list[tuple[str, ...]] = []

    def ask(*words: str) -> int:
        asked.append(words)
        return 0

    monkeypatch.setattr(script, "prepare", locks.append)
    monkeypatch.setattr(script, "run", ask)
    assert script.main(shlex.split(line)[2:]) == 0
    assert [lock for lock in locks if (ROOT / "requirements" / lock).exists()] == locks != []
    modules = [words[1] for words in asked if words[0] == "-m"]
    assert modules != []
    monkeypatch.chdir(ROOT)
    assert [one for one in modules if find_spec(one) is None] == []
    folders = [Path(word) for words in asked for word in words if word.startswith("tests/")]
    assert [one for one in folders if not (ROOT / one).is_dir()] == []
