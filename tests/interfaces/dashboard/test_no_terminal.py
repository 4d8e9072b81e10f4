"""`risk-manager dashboard` where nobody could see it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from risk_manager.exit_codes import ExitCode
from tests.daemon.programs import done


async def test_without_a_terminal_it_says_what_to_use(tmp_path: Path) -> None:
    code, out, err = await done("dashboard", "--home", str(tmp_path))
    assert (code, out) == (ExitCode.BAD_INPUT, "")
    assert err == "The dashboard needs a terminal. Without one: risk-manager status, or status --json."


def test_textual_is_loaded_only_when_there_is_a_terminal_to_draw_on() -> None:
    asked = "import sys, risk_manager.interfaces.trader.dashboard.command; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert not {"textual", "rich", "aiohttp"} & set(loaded)
