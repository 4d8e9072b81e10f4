"""The house's manners, as tests. Each failure says what to do about it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.tree import ROOT, SOURCE, place, sources, texts

RULE_LINES, CORE_LINES, FILE_LINES, FUNCTION_LINES = 135, 250, 400, 50

LONGER = {
    "src/risk_manager/core/hearing.py": 270,
    "src/risk_manager/core/rules/cooldown_after_loss.py": 230,
    "src/risk_manager/core/rules/max_contracts.py": 170,
    "src/risk_manager/core/rules/max_contracts_per_instrument.py": 150,
    "src/risk_manager/core/rules/session_block_outside.py": 320,
    "src/risk_manager/core/rules/trade_frequency_limit.py": 240,
    "src/risk_manager/core/rules/trade_management.py": 200,
    "tests/core/exchange.py": 430,
    "tests/core/storm.py": 680,
    "tests/core/story.py": 450,
}
"""Files that are allowed more. This list shrinks: no new rows, and no larger numbers but once for the rules, when they
learned to say how far they are from their limits."""

NOUNLESS = {"base", "common", "helper", "helpers", "impl", "lib", "manager", "misc", "shared", "util", "utils"}
STAND_INS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|coming soon", re.IGNORECASE)
REGISTRY_HOSTS = re.compile(
    r"(pypi|pythonhosted|npmjs|yarnpkg|debian|anaconda|conda-forge|astral)\.(org|com|io|sh)", re.IGNORECASE
)
INDEX_OPTIONS = re.compile(
    r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b|^\s*\"?resolved\"?:", re.MULTILINE
)
MACHINE_PATHS = re.compile(r"(?<![\w.~}])/(work|root|home/\w+)/(?!api/)")

PYTHON = sources("src", "tests", "benchmarks")
PRODUCT = sources("src")


def _lines_max(path: Path) -> int:
    name = place(path)
    if name in LONGER:
        return LONGER[name]
    if name.startswith("src/risk_manager/core/rules/"):
        return RULE_LINES
    return CORE_LINES if name.startswith("src/risk_manager/core/") else FILE_LINES


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _line_count(path: Path) -> int:
    return len(_text(path).splitlines())


def test_a_file_fits_the_head() -> None:
    long = {place(path): _line_count(path) for path in PYTHON if _line_count(path) > _lines_max(path)}
    assert not long, "find the second subject in each and give that a file"


@pytest.mark.parametrize("name", LONGER)
def test_an_exception_is_still_needed_and_as_small_as_it_can_be(name: str) -> None:
    path = ROOT / name
    assert path.exists(), f"{name} is gone: take its row from LONGER"
    assert _line_count(path) > LONGER[name] - 30, f"{name} has become shorter: lower or drop its number in LONGER"


def test_a_function_fits_the_screen() -> None:
    long = {
        f"{place(path)}:{node.lineno} {node.name}": length
        for path in sources("src", "tests")
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long, "say it in smaller steps"


def test_a_module_says_what_it_is() -> None:
    assert not [place(path) for path in PRODUCT if not ast.get_docstring(ast.parse(_text(path)))]


def test_a_folder_opens_with_a_paragraph() -> None:
    folders = sorted({path.parent for path in PRODUCT})
    doors = [folder / "__init__.py" for folder in folders]
    assert not [place(door) for door in doors if not door.exists() or not _text(door).startswith('"""')]


def test_a_module_is_named_for_its_subject() -> None:
    nameless = [place(path) for path in PRODUCT if set(path.stem.split("_")) & NOUNLESS]
    assert not nameless, "a function lives with the noun that it is about"


def test_the_marker_for_types_is_there() -> None:
    assert (SOURCE / "py.typed").exists()


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        (STAND_INS, "finish it, or write down why not in docs/decisions"),
        (REGISTRY_HOSTS, "registries are configured where the program is installed, never here"),
        (MACHINE_PATHS, "a path of somebody's machine"),
        (re.compile(r"\r"), "Windows line ends"),
    ],
)
def test_no_text_holds(pattern: re.Pattern[str], advice: str) -> None:
    others = [path for path in texts() if path.name != "test_tidy.py"]
    assert not {place(path): found[0] for path in others if (found := pattern.search(_text(path)))}, advice


def test_no_settings_say_where_to_download_from() -> None:
    settings = [path for path in texts() if path.suffix in {".lock", ".json", ".toml", ".txt", ".in"}]
    assert not [place(path) for path in settings if INDEX_OPTIONS.search(_text(path))]
