"""Files that cannot be read: every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk_manager.config import ConfigError
from risk_manager.rehearse.scenario import read_scenarios

HEAD = "name: n\nstart: 2025-10-23T10:30:00-05:00\nsteps:\n"


def problems_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_scenarios(path, "x.yaml")
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("positon: {}", "x.yaml:4  steps.1.positon: unknown key. Did you mean position?"),
        ("position: {size: 1, contractid: X}", "x.yaml:4  steps.1.position: The gateway's position has no field "
         "contractid. Did you mean contractId?"),
        ("order: {id: x}", 'x.yaml:4  steps.1.order: id is a whole number, not "x"'),
        ("order: {size: [1]}", "x.yaml:4  steps.1.order: size is a single value, not a list"),
        ("position: 5", "x.yaml:4  steps.1.position: 5 is no message of the gateway"),
        ("{wait: 10}", "x.yaml:4  steps.1.wait: 10 is not a duration. A duration is written 10s, 1m30s, 2h or 250ms"),
        ("{at: 10s}", 'x.yaml:4  steps.1.at: "10s" is not a time. Write +10s after the step before'),
        ("{position: {size: 1}, trade: {size: 1}}", "x.yaml:4  steps.1: position and trade in one step."),
        ("{disconnect: all}", 'x.yaml:4  steps.1.disconnect: "all" is not known here. Write user, market or both'),
        ("{refuse: {close: 0}}", "x.yaml:4  steps.1.refuse.close: 0 is zero."),
        ("{refuse: {cloze: 1}}", 'x.yaml:4  steps.1.refuse.cloze: "cloze" is not known here.'),
        ("{expect: {close: X}}", "x.yaml:4  steps.1.expect: a section is not a list of commands."),
        ("{expect: [{clos: X}]}", "x.yaml:4  steps.1.expect: number 1: a section is no command. A command is close, "
         "reduce, cancel, resize, place_stop or move_stop. Did you mean close?"),
        ("{expect: [{close: X}, {reduce: X}]}", "x.yaml:4  steps.1.expect: number 2: reduce says nothing about its"),
        ("{expect: [{close: X, size: 1}]}", "x.yaml:4  steps.1.expect: number 1: close has no size"),
        ("{expect: [{reduce: X, size: many}]}", 'x.yaml:4  steps.1.expect: number 1: size "many" is not a number'),
        ("{expect: [{place_stop: X, side: up, size: 1, price: 1}]}", 'x.yaml:4  steps.1.expect: number 1: "up" is no'),
        ("{locked: [{kind: hard}]}", "x.yaml:4  steps.1.locked: number 1: a section is no lock."),
        ("{locked: [{rule: R, kind: soft}]}", 'x.yaml:4  steps.1.locked: number 1: "soft" is no kind of lock.'),
        ("{locked: [{rule: R, til: x}]}", "x.yaml:4  steps.1.locked: number 1: A lock has no til."),
        ("{locked: [{rule: R, until: soon}]}", 'x.yaml:4  steps.1.locked: number 1: "soon" is not a moment.'),
        ("{alerts: [loud]}", 'x.yaml:4  steps.1.alerts.1: "loud" is not known here.'),
        ("{pnl: {realised: 1}}", "x.yaml:4  steps.1.pnl.realised: unknown key. Did you mean realized?"),
        ("{clear: {keep_rule: true}}", "x.yaml:4  steps.1.clear.rule: is missing."),
        ("{restart: {down: soon}}", 'x.yaml:4  steps.1.restart.down: "soon" is not a duration.'),
        ("{restart: {orders: 5}}", "x.yaml:4  steps.1.restart.orders: a number stands where a list belongs"),
    ],
)  # fmt: skip
def test_steps_that_are_wrong(tmp_path: Path, step: str, problem: str) -> None:
    told = problems_of(tmp_path, f"{HEAD}  - {step}\n")
    assert told[0].startswith(problem)
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "x.yaml  No scenario in it"),
        ("- a", "x.yaml:1  A section with keys belongs here"),
        ("name: n\nsteps: []", "x.yaml:1  start: is missing. A moment is written with its offset"),
        ("name: n\nstart: 2025-10-23T10:30:00\nsteps: []", 'x.yaml:2  start: "2025-10-23T10:30:00" is not a moment.'),
        (HEAD + "  []\nbroker: kind", 'x.yaml:5  broker: "kind" is not known here. Write obedient or silent'),
        (HEAD + "  []\nacount: {}", "x.yaml:5  acount: unknown key. Did you mean account?"),
        ("name: [", "x.yaml:1  Not YAML"),
    ],
)
def test_scenarios_that_are_wrong(tmp_path: Path, text: str, problem: str) -> None:
    assert problems_of(tmp_path, text)[0].startswith(problem)


def test_every_scenario_of_a_file_is_told_about(tmp_path: Path) -> None:
    told = problems_of(tmp_path, f"{HEAD}  - {{waits: 1s}}\n---\n{HEAD}  - {{wait: 1}}\n")
    assert [problem.split("  ")[0] for problem in told] == ["x.yaml:4", "x.yaml:9"]
