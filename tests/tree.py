"""The checkout as a list of files, for tests that judge the project's own text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "risk_manager"

_OURS = ("src", "tests", "docs", "benchmarks", "requirements", ".ci")
# fmt: off
_TEXT = {
    "", ".cjs", ".css", ".html", ".in", ".js", ".json", ".lock", ".md", ".py", ".sh", ".tcss", ".toml", ".txt", ".yaml",
    ".yml",
}
# fmt: on


def texts() -> Iterator[Path]:
    """Every text file of the project: code, documents, locks, settings."""
    yield from sorted(path for path in ROOT.iterdir() if path.is_file() and path.suffix in _TEXT)
    for folder in _OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            inner = path.relative_to(ROOT / folder).parts
            if path.is_file() and path.suffix in _TEXT and not any(_is_made_by_tools(part) for part in inner):
                yield path


def _is_made_by_tools(part: str) -> bool:
    return part in {"__pycache__", "node_modules"} or (part.startswith(".") and part.endswith("_cache"))


def sources(*folders: str) -> list[Path]:
    """The Python files of these folders of the checkout."""
    return [path for path in texts() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def place(path: Path) -> str:
    """The path as people write it, the same on every system."""
    return path.relative_to(ROOT).as_posix()
