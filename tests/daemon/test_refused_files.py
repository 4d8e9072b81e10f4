"""Files that do not hold: what is in force instead is shown to the trader and red in doctor, until they hold again."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from docs.pictures.states import CALM, LOCKED, ago
from risk_manager.interfaces.admin import checks
from risk_manager.interfaces.admin.checks import Found
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.trader.status import lines
from risk_manager.ipc.status import GuardStatus, RefusedFiles
from tests.crash.house import broker, configure, guard, new_home, status
from tests.daemon.programs import SECRET, Program, until
from tests.daemon.test_keeping import BROKEN, TWO_MNQ

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("is_last_good", "kept"), [(True, "the last that held are"), (False, "those of before stay")])
@pytest.mark.parametrize("of", [CALM, LOCKED])
def test_the_trader_is_told_in_one_line(of: GuardStatus, kept: str, *, is_last_good: bool) -> None:
    files = RefusedFiles(since=ago(65), why="risk_config.yaml:2  no", is_last_good=is_last_good)
    (told,) = [one for one in lines(replace(of, refused_files=files), 0, BERLIN) if "refused" in one]
    assert told == (
        f"The limits in the files are refused since 08:30 Chicago (15:30 here): {kept} in force. "
        "risk-manager doctor says why."
    )
    assert not [one for one in lines(of, 0, BERLIN) if "refused" in one]


def in_force(home: Path) -> Found | None:
    """The doctor's row."""
    return next((one for one in checks.running(House(home)) if one.name == "in force"), None)


def refused(home: Path) -> RefusedFiles | None:
    """What the guard shows of it."""
    now = status(home)
    return None if now is None else now.refused_files


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_it_is_red_in_a_running_guard_and_after_a_start_and_goes_away_when_mended(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        risk = home / "config" / "risk_config.yaml"
        good = risk.read_text()
        async with guard(home) as running:
            assert (refused(home), in_force(home)) == (None, None)
            risk.write_text(BROKEN)
            await until(lambda: refused(home) is not None, "it is shown")
            red = in_force(home)
            assert red is not None
            assert (red.is_good, red.says.endswith(", and runs with what was in force before.")) == (False, True)
            assert red.remedy.startswith("risk_config.yaml:2 ")
            assert "it is taken at once, without a start." in red.remedy
            assert await running.stop() == 0
        async with guard(home) as running:
            await until(lambda: (now := refused(home)) is not None and now.is_last_good, "it is shown")
            red = in_force(home)
            assert red is not None
            assert red.says.endswith(", and runs with the last configuration that held.")
            risk.write_text(good)
            configure(home, **TWO_MNQ)
            await until(lambda: refused(home) is None, "it is mended")
            assert in_force(home) is None
            assert await running.stop() == 0


CHANGED_AT_THE_FIRST_WORD = """\
import signal, sys
from pathlib import Path
from risk_manager.service.duty import Duty, say
home, other = Path(sys.argv[1]), Path(sys.argv[2])
def aloud(sentence, at=None):
    if other.exists():
        other.replace(home / 'config' / 'risk_config.yaml')
    say(sentence, at)
duty = Duty(home, 0, aloud=aloud)
signal.signal(signal.SIGTERM, lambda *_: duty.stop('the signal SIGTERM'))
sys.exit(duty.run())
"""
"""A guard that finds another file when it begins to look at what changes than it has read."""


@asynccontextmanager
async def changed_meanwhile(home: Path, text: str) -> AsyncIterator[Program]:
    other = home.with_name("other.yaml")
    other.write_text(text)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHANGED_AT_THE_FIRST_WORD, str(home), str(other)),
        stdout=pipe,
        stderr=pipe,
        env={**os.environ, "BROKER_KEY": SECRET},
    )
    running = Program(process)
    running.read()
    try:
        await running.says("Guarding.")
        assert not other.exists()
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await running.ended()


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_a_file_that_is_mended_while_the_guard_starts_is_taken(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        risk = home / "config" / "risk_config.yaml"
        good = risk.read_text()
        async with guard(home) as running:
            assert await running.stop() == 0
        risk.write_text(BROKEN)
        async with changed_meanwhile(home, good) as running:
            await until(lambda: refused(home) is None, "it is taken")
            assert await running.stop() == 0


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_a_file_that_is_broken_while_the_guard_starts_is_told(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        async with changed_meanwhile(home, BROKEN) as running:
            await running.says("The new configuration is refused, the running one stays")
            await until(lambda: refused(home) is not None, "it is shown")
            assert await running.stop() == 0
