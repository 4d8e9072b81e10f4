"""What the simulator may know: nothing of the guard, and its core nothing of sockets and clocks."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import risk_manager.simulator

FOLDER = Path(risk_manager.simulator.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
CLOCKLESS = [path for path in SOURCES if path.parent.name in {"exchange", "api"}] + [
    FOLDER / f"{name}.py" for name in ("faults", "trouble", "trader", "venue", "arrivals", "dialogue", "subscription")
]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_of_the_guard_is_imported(path: Path) -> None:
    own = {name for name in _imports(path) if name.startswith("risk_manager")}
    assert all(name.startswith("risk_manager.simulator") for name in own)


@pytest.mark.parametrize("path", CLOCKLESS, ids=lambda path: path.stem)
def test_the_core_has_no_clock_socket_or_task(path: Path) -> None:
    assert not _imports(path) & {"asyncio", "aiohttp", "time", "threading", "socket", "secrets", "os"}
    text = path.read_text(encoding="utf-8")
    assert not any(call in text for call in (".now(", ".utcnow(", ".today("))


def test_the_venue_is_light() -> None:
    script = "import risk_manager.simulator.venue, sys; raise SystemExit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
