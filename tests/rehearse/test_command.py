"""`risk-manager rehearse`: exit codes, and what people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk_manager.rehearse.command import ALL_HOLD, NOT_READABLE, SOME_DIFFER, run

GOOD = """\
name: a loss locks
start: 2025-10-23T10:30:00-05:00
config: {daily_realized_loss: {limit: -500}}
steps:
  - trade: {contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500}
    locked: [{rule: RULE-003}]
"""
DIFFERENT = GOOD.replace("a loss locks", "a loss does nothing").replace("[{rule: RULE-003}]", "[]")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_all_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "a/b/one.yaml", GOOD)
    two = write(tmp_path, "two.yaml", f"{GOOD}---\n{GOOD}")
    assert run(tmp_path / "a", two) == ALL_HOLD
    assert capsys.readouterr().out == "3 scenarios, all hold\n"


def test_some_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "story.yaml", f"{GOOD}---\n{DIFFERENT}")
    assert run(path) == SOME_DIFFER
    assert capsys.readouterr().out == (
        f"{path}:8  a loss does nothing\n"
        "  step 1 (line 12, 2025-10-23 10:30:00-05:00)\n"
        "    locks\n"
        "      expected  nothing\n"
        "      was       {rule: RULE-003, kind: hard, until: 2025-10-23T17:00:00-05:00}\n"
        "2 scenarios, 1 differ\n"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: [", "Not YAML"),
        (GOOD.replace("steps", "stepps"), "steps: is missing"),
        (GOOD.replace("limit: -500", "limit: 500"), "daily_realized_loss.limit: 500 is positive"),
        (GOOD.replace("side: 1", "side: sell"), "steps.1.trade: The trade is no message"),
        ("", "No scenario in it"),
    ],
)
def test_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    good = write(tmp_path, "good.yaml", DIFFERENT)
    bad = write(tmp_path, "bad.yaml", text)
    assert run(good, bad) == NOT_READABLE
    told = capsys.readouterr()
    assert "a loss does nothing" in told.out
    assert told.err.startswith(str(bad))
    assert problem in told.err


def test_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere.yaml") == NOT_READABLE
    assert "does not exist" in capsys.readouterr().err
    assert run(tmp_path) == NOT_READABLE
    assert "No scenario (*.yaml) in this folder" in capsys.readouterr().err
    assert run() == NOT_READABLE
    assert "Name a scenario file" in capsys.readouterr().err


def test_a_configuration_of_ones_own_is_tried_and_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = write(tmp_path, "story.yaml", f"{DIFFERENT}  - reload: {{daily_realized_loss: {{limit: -1}}}}\n")
    mine = write(
        tmp_path, "risk_config.yaml", "version: 1\ndaily_realized_loss: {limit: -400, include_unrealized: false}\n"
    )
    assert run(story, config=mine) == ALL_HOLD
    assert capsys.readouterr().out == (
        f"{story}:1  a loss does nothing\n"
        "  step 1 (2025-10-23 10:30:00-05:00, trade)\n"
        "    breached  RULE-003: Daily loss -$500.00 reached the limit -$400.00\n"
        "    locks     {rule: RULE-003, kind: hard, until: 2025-10-23T17:00:00-05:00}\n"
        "    critical  RULE-003: Daily loss -$500.00 reached the limit -$400.00\n"
        "  step 2 (2025-10-23 10:30:00-05:00, reload)\n"
        "    locks     {rule: RULE-003, kind: hard, until: 2025-10-23T17:00:00-05:00}\n"
    )


def test_a_broken_configuration_of_ones_own_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = write(tmp_path, "story.yaml", GOOD)
    mine = write(tmp_path, "risk_config.yaml", "version: 1\ndaily_realized_loss: {limit: 400}\n")
    assert run(story, config=mine) == NOT_READABLE
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("risk_config.yaml:2  daily_realized_loss.limit: 400 is positive.")
