"""The commands of the pages: each line of a block that begins with a program's name, and each such text in backticks.

Decisions and the changelog tell what was; what they name is for nobody to type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.tree import ROOT

PAGES: Final = (
    *(path for path in sorted(ROOT.glob("*.md")) if path.name != "CHANGELOG.md"),
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path.parent.name != "decisions"),
    ROOT / "requirements" / "README.md",
    ROOT / "tests" / "scenarios" / "README.md",
)
_PROGRAMS: Final = (
    *("risk-manager", "python3", "python", "py", "pip", "uv", "sh", "mkdir", "install", "chmod", "sudo"),
    *("systemctl", "journalctl", "docker", "npm", "curl", "apt", "$lock", "$windows"),
)
_IN_A_FOLDER: Final = re.compile(r"[\w./-]*/bin/[\w-]+|[\w.\\]*\\Scripts\\[\w-]+")
_BLOCK: Final = re.compile(r"^```(?:sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE: Final = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_REMARK: Final = re.compile(r"\s{2,}.*")


def name(page: Path) -> str:
    """How a page is called: `docs/admin.md`."""
    return page.relative_to(ROOT).as_posix()


def commands(page: Path) -> list[str]:
    """The commands of a page, in its order, each once."""
    text = page.read_text(encoding="utf-8")
    found = [(block.start(), line) for block in _BLOCK.finditer(text) for line in _lines(block[1])]
    without_blocks = re.sub(r"^```.*?^```", lambda block: " " * len(block[0]), text, flags=re.MULTILINE | re.DOTALL)
    found += [(one.start(), " ".join(one[1].split())) for one in _INLINE.finditer(without_blocks)]
    return list(dict.fromkeys(line for _, line in sorted(found, key=lambda one: one[0]) if _is_command(line)))


def _lines(block: str) -> Iterator[str]:
    """The lines of a block, without what stands behind them as a remark; one that goes on is one line."""
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        yield _REMARK.sub("", line.strip())


def _is_command(line: str) -> bool:
    program, _, rest = line.partition(" ")
    if program in _PROGRAMS:
        return bool(rest)  # a program alone is only named
    return bool(rest) and _IN_A_FOLDER.fullmatch(program) is not None
