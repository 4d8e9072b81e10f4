"""A reader types what a page says, line for line: a simulated broker, a guard at work, a terminal where one is asked.

What cannot be typed here is listed with the reason, and with the test that types it elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from docs import reference_pages
from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from tests.crash.house import ACCOUNT, broker, rows
from tests.daemon.programs import SECRET, Side, make_home, until
from tests.notify.services import Discord, open_service
from tests.pages.elsewhere import ELSEWHERE
from tests.pages.found import PAGES, commands, name
from tests.pages.steps import PASSWORD, STEPS, Step
from tests.test_readme import COMMAND_LINES
from tests.tree import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell and terminals of POSIX")

_PATIENCE_SECONDS = 60.0
_PLAIN = Step()


def here(page: Path) -> list[str]:
    """What is typed of a page here. The README's blocks have a test of their own."""
    elsewhere = {*ELSEWHERE, *(COMMAND_LINES if page == ROOT / "README.md" else ())}
    return [line for line in commands(page) if line not in elsewhere]


class Reader:
    """Sits in a folder with a guard's home in it, `my-guard`, and types."""

    def __init__(self, folder: Path, side: Side) -> None:
        self._folder = folder
        self._side = side
        self._guard: Any = None
        self._stack = AsyncExitStack()
        """Ends the guard, however it ends."""

    async def types(self, line: str) -> None:
        """Type a command of a page, and look that it does what it should."""
        step = STEPS.get(line, _PLAIN)
        typed = (step.typed or line).format(broker=self._side.url)
        if step.wants_no_guard or step.keeps_guarding:
            await self.ends_the_guard()
        elif self._guard is None and (self._folder / "my-guard").exists():
            await self.types("risk-manager run")
        if step.keeps_guarding:
            self._guard = await self._stack.enter_async_context(self._at_a_terminal(typed, step))
        elif step.talk:
            async with self._at_a_terminal(typed, step) as screen:
                assert await screen.ended() == step.code, (typed, screen.written)
        else:
            await self._alone(typed, step)

    async def ends_the_guard(self) -> None:
        """As Ctrl+C does."""
        if self._guard is not None:
            self._guard.press(b"\x03")
            assert await self._guard.ended() == ExitCode.FINE, self._guard.written
            await self.leaves()

    async def leaves(self) -> None:
        """Close the window that the guard runs in."""
        self._guard = None
        await self._stack.aclose()

    async def _alone(self, typed: str, step: Step) -> None:
        pipe, nobody = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        shell = await asyncio.create_subprocess_shell(typed, stdin=nobody, stdout=pipe, stderr=pipe)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            out, err = await shell.communicate()
        said = (out + err).decode()
        assert shell.returncode == step.code, (typed, said)
        assert step.shows in said, (typed, said)

    @asynccontextmanager
    async def _at_a_terminal(self, typed: str, step: Step) -> AsyncIterator[Any]:
        terminal: Any = import_module("tests.terminal")  # not on Windows
        async with terminal.at_terminal("sh", "-c", f"exec {typed}") as (screen, _):
            for shown, pressed in step.talk:
                await screen.then_shows(shown.encode())
                screen.press(pressed.encode())
            yield screen


@asynccontextmanager
async def sitting_in(folder: Path, side: Side) -> AsyncIterator[Reader]:
    """A reader, whose guard ends when the page does."""
    reader = Reader(folder, side)
    try:
        yield reader
        await reader.ends_the_guard()
    finally:
        await reader.leaves()


# The folder that a reader sits in

RISK = """\
version: 1
defaults: {{reset_time: "{reset:%H:%M}", timezone: UTC, confirm_within: 0.5}}
max_contracts_per_instrument:
  limits: {{MNQ: 2}}
daily_realized_loss:
  limit: -1
  include_unrealized: false
"""


def prepare(folder: Path, side: Side, coach: Discord) -> None:
    """A home as pages take it for granted, and a file that does not hold."""
    home = make_home(folder / "my-guard", side.url)
    config = home / "config"
    ends = datetime.now(UTC) + timedelta(hours=12)
    (config / "risk_config.yaml").write_text(RISK.format(reset=ends))
    told = {"coach": {"kind": "discord", "webhook_url": coach.hook}}
    (config / "notifications.yaml").write_text(json.dumps({"version": 1, "channels": told}))
    set_password(config / "admin_password.hash", PASSWORD, rounds=4)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "risk_config.yaml").write_text("version: 1\ndaily_realized_loss: {limmit: -1}\n")


async def lose(folder: Path, side: Side) -> None:
    """A round trip, whose costs are more than the day may lose."""
    contract = await side.contract("MNQ")
    for way in (0, 1):
        await side.post("place", accountId=ACCOUNT, contractId=contract, side=way, size=1)
    locked = "SELECT count(*) AS many FROM lockouts"
    await until(lambda: rows(folder / "my-guard", locked)[0]["many"] > 0, "the account is locked")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader sits, with all that a shell of the reader's would know."""
    monkeypatch.chdir(tmp_path)
    for variable, value in {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "RISK_MANAGER_HOME": str(tmp_path / "my-guard"),
        "RISK_MANAGER_PORT": "0",
        "BROKER_KEY": SECRET,
        "XDG_DATA_HOME": str(tmp_path / "own"),
        "EDITOR": "sed -i s/400/350/",
    }.items():
        monkeypatch.setenv(variable, value)
    return tmp_path


def is_of_the_workshop(line: str) -> bool:
    return "python -m " in line


def at_home(page: Path) -> list[str]:
    """What is typed where a guard lives."""
    return [line for line in here(page) if not is_of_the_workshop(line)]


@pytest.mark.parametrize("page", [page for page in PAGES if at_home(page)], ids=name)
async def test_what_a_page_says_is_typed_from_its_top_to_its_end(page: Path, folder: Path) -> None:
    lines = at_home(page)
    assert {line.split()[0] for line in lines} <= {"risk-manager", "mkdir"}, "what else may be done to this machine?"
    async with broker() as side, open_service(coach := Discord()), sitting_in(folder, side) as reader:
        if "risk-manager init --home my-guard" not in lines:
            prepare(folder, side, coach)
            await reader.types("risk-manager run")
            await lose(folder, side)
        for line in lines:
            await reader.types(line)
    assert coach.refused == []


def test_what_makes_pages_and_pictures_makes_them_as_they_are(folder: Path) -> None:
    lines = {line for page in PAGES for line in here(page) if is_of_the_workshop(line)}
    assert len(lines) == 4
    for part in ("docs", "tests", "src"):
        shutil.copytree(ROOT / part, part, ignore=shutil.ignore_patterns("__pycache__"))
    for line in sorted(lines):
        typed = STEPS.get(line, _PLAIN).typed or line
        ended = subprocess.run(shlex.split(typed), capture_output=True, text=True, check=False)
        assert ended.returncode == 0, (typed, ended.stdout, ended.stderr)
    for path in (ROOT / "docs").rglob("*.md"):
        assert path.read_text() == Path("docs", path.relative_to(ROOT / "docs")).read_text()


# The list


def test_what_is_not_typed_here_has_a_reason_and_is_tried_elsewhere() -> None:
    on_pages = {line for page in PAGES for line in commands(page)}
    assert set(ELSEWHERE) | set(STEPS) <= on_pages, "a command that no page has any more"
    for line, (reason, place, evidence) in ELSEWHERE.items():
        assert len(reason) > 20, line
        assert evidence in (ROOT / place).read_text(encoding="utf-8"), f"{line} is tried in {place} no more"


def test_every_command_of_the_program_is_typed_somewhere() -> None:
    typed = {STEPS.get(line, _PLAIN).typed or line for page in PAGES for line in commands(page)}
    typed |= {line.replace("python3 run.py ", "risk-manager ") for line in typed}  # the demo has that door, too
    names = [f"risk-manager {words}" for words, _ in reference_pages.every_command()]
    assert [one for one in names if not any(line.startswith(one) for line in typed)] == []
