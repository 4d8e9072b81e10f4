"""What a monitoring program is told: when the guard is not well, and what does not work although it guards."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from docs.pictures.states import CALM, ago
from risk_manager.daemon.health import health
from risk_manager.ipc import address
from risk_manager.ipc.answers import Health
from risk_manager.ipc.status import GuardStatus, RefusedFiles
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import until
from tests.daemon.test_keeping import BROKEN, TWO_MNQ

BROKEN_FILES = RefusedFiles(since=ago(65), why="risk_config.yaml:2  no\n  Write yes.", is_last_good=True)


def asked(home: Path, what: str) -> tuple[int, str]:
    """What the local door answers."""
    there = address.read(address.path_in(home / "data"))
    assert there is not None
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{there.port}{what}", timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def answer(home: Path) -> tuple[int, Any]:
    """Of /api/health."""
    status, text = asked(home, "/api/health")
    return status, json.loads(text)


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        (replace(CALM, connection=replace(CALM.connection, user_hub=False)), "The guard is blind: the user hub"),
        (replace(CALM, connection=replace(CALM.connection, market_hub=False)), "The guard is blind: the market hub"),
        (replace(CALM, is_saved=False), "Nothing can be saved"),
        (replace(CALM, accounts=(replace(CALM.accounts[0], is_asleep=True),)), "Account 465 has not been read"),
    ],
)
def test_who_does_not_see_judge_or_keep_is_not_well(status: GuardStatus, begins: str) -> None:
    told = health(status, is_guarding=True)
    assert (told.is_well, [one.startswith(begins) for one in told.reasons], told.impaired) == (False, [True], ())
    assert health(CALM, is_guarding=True) == Health(is_well=True, reasons=())


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (
            replace(CALM, refused_files=BROKEN_FILES),
            "The guard refuses what the files say since 2026-11-23T14:30:00Z, and runs with the last configuration "
            "that held. risk_config.yaml:2 no Write yes.",
        ),
        (
            replace(CALM, waits_for_start=("The login is another one.",)),
            "Written, and not in force before the next start of the guard: The login is another one.",
        ),
        (
            replace(CALM, unwatched=("risk_config.yaml",)),
            "The guard does not notice what changes in risk_config.yaml.",
        ),
        (replace(CALM, failing=("The admin door is shut.",)), "The admin door is shut."),
        (
            replace(CALM, mute=("coach: it does not answer.", "the trader's phone: it does not answer.")),
            "Not everybody can be told: coach: it does not answer.",
        ),
    ],
)
def test_what_does_not_work_beside_it_is_named_and_is_no_illness(status: GuardStatus, says: str) -> None:
    assert health(status, is_guarding=True) == Health(is_well=True, reasons=(), impaired=(says,))


def test_the_trader_s_own_channels_are_nobody_else_s_affair() -> None:
    mute = ("the trader's phone: it does not answer.", "The trader's own file does not hold: line 2.")
    assert health(replace(CALM, mute=mute), is_guarding=True).impaired == ()


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_a_monitoring_program_sees_what_a_real_guard_lacks(tmp_path: Path) -> None:
    async with AsyncExitStack() as guarding:
        async with broker() as side:
            home = new_home(tmp_path, side, **TWO_MNQ)
            (home / "logs").write_text("in the way")
            await guarding.enter_async_context(guard(home))
            (home / "config" / "risk_config.yaml").write_text(BROKEN)
            await until(lambda: len(answer(home)[1]["impaired"]) > 1, "the files are refused")
            status, told = answer(home)
            assert (status, told["is_well"], told["reasons"]) == (200, True, [])
            files, logs = told["impaired"]
            assert files.startswith("The guard refuses what the files say since ")
            assert logs.startswith("No log can be written in logs")
            metrics = asked(home, "/metrics")[1].splitlines()
            assert {"risk_manager_well 1.0", "risk_manager_impaired 2.0"} <= set(metrics)
        await until(lambda: answer(home)[0] == 503, "the broker is gone")
        status, told = answer(home)
        assert (told["is_well"], len(told["impaired"])) == (False, 2)
        assert any(one.startswith("The guard is blind") for one in told["reasons"])
        assert "risk_manager_well 0.0" in asked(home, "/metrics")[1].splitlines()
