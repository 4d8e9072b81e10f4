"""Every scenario of the corpus, on the real engine: one test each."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk_manager.rehearse import report
from risk_manager.rehearse.command import judged
from risk_manager.rehearse.scenario import Scenario, read_scenarios
from risk_manager.rehearse.story import Story

CORPUS = Path(__file__).parent.parent / "scenarios"


def corpus() -> list[Scenario]:
    return [
        scenario
        for path in sorted(CORPUS.rglob("*.yaml"))
        for scenario in read_scenarios(path, path.relative_to(CORPUS).as_posix())
    ]


SCENARIOS = corpus()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: f"{one.file}: {one.name}")
def test_the_guard_does_what_the_scenario_says(scenario: Scenario) -> None:
    found = judged(scenario, Story(scenario))
    assert not found, "\n".join(report.differing(scenario, found))


def test_names_are_told_apart() -> None:
    names = [(scenario.file, scenario.name) for scenario in SCENARIOS]
    assert len(names) == len(set(names))
