"""The demo: told act by act, and honest about an act that went wrong."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from risk_manager.demo import command, script, stage, told
from risk_manager.exit_codes import ExitCode
from risk_manager.simulator.faults import Drop, Fault, Refuse
from tests.daemon.programs import done, program

ACTS = [
    "buys 5 MNQ at once; his own limit is 2",
    "holds on while the market falls, until the day is down $500",
    "wants it back: buys 1 MNQ, locked or not",
    "tries another market: sells 2 ES short",
    "leaves an order in the market, to be filled while nobody looks",
]


async def test_the_whole_story_is_told_and_all_of_it_comes_true() -> None:
    code, out, err = await done("demo")
    lines = out.splitlines()
    assert (code, err) == (ExitCode.FINE, "")
    assert lines[0].startswith("risk-manager demo: a simulated broker, the real guard")
    assert [line for line in lines if line.startswith("The trader ")] == [f"The trader {act}." for act in ACTS]
    assert sum(line.startswith("  As it should be: ") for line in lines) == len(ACTS)
    summary = lines[lines.index("Summary") :]
    assert [line.split(": ")[0][:4] for line in summary if "the trader" in line] == ["  ok"] * len(ACTS)
    assert any("Locked until" in line and "Daily loss" in line for line in summary)
    assert summary[-1] == "  Everything that should happen did."
    book = next(line for line in summary if line.startswith("  The day by the broker's own book: "))
    broker, guard = (part.split()[-1].rstrip(".") for part in book.split(";"))
    assert Decimal(broker.replace("$", "").replace(",", "")) < -500
    assert broker == guard


@pytest.mark.skipif(os.name == "nt", reason="interrupts its program with a signal")
async def test_the_first_line_is_there_before_the_story_and_it_can_be_stopped() -> None:
    async with program("demo") as running:
        await running.says("risk-manager demo:")
        await running.says("The trader buys 5 MNQ")
        assert running.out[0].startswith("risk-manager demo:")
        assert running.out.index("version: 1".rjust(14)) < running.out.index(f"The trader {ACTS[0]}.")


@asynccontextmanager
async def troubled(*faults: Fault) -> AsyncIterator[stage.Stage]:
    """The stage, with something that goes wrong for ever."""
    async with stage.set_up() as played:
        for fault in faults:
            played.trader.install(fault)
        yield played


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience for what will never come is wasted in a test."""
    monkeypatch.setattr(script, "_STEP_SECONDS", 0.05)
    until = stage.Stage.until
    monkeypatch.setattr(stage.Stage, "until", lambda self, is_so, seconds=1.0: until(self, is_so, seconds))


@pytest.mark.usefixtures("quick")
def test_a_story_that_goes_wrong_says_which_act_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = Refuse(path="/api/Position/partialCloseContract", code=7, text="No.", times=None)
    monkeypatch.setattr(told, "set_up", lambda: troubled(refused))
    assert command.run() == ExitCode.DIFFERS
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("  NOT AS IT SHOULD BE: 3 are closed, 2 stay") for line in lines) == 1
    assert f"  BAD  the trader {ACTS[0]}: 3 are closed, 2 stay" in lines
    assert sum(line.startswith("  ok   the trader ") for line in lines) == len(ACTS) - 1
    assert lines[-1] == "  SOMETHING THAT SHOULD HAPPEN DID NOT."


@pytest.mark.usefixtures("quick")
def test_a_story_in_which_nothing_works_ends_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_closes = Refuse(path="/api/Position/closeContract", code=7, times=None)
    monkeypatch.setattr(told, "set_up", lambda: troubled(nothing_closes, Drop(hub="user", times=None)))
    assert command.run() == ExitCode.DIFFERS
    assert "SOMETHING THAT SHOULD HAPPEN DID NOT." in capsys.readouterr().out
