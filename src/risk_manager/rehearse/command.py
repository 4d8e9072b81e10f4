"""`risk-manager rehearse FILE_OR_FOLDER... [--config risk_config.yaml]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from risk_manager.config import ConfigError, Problem, settings_from_mapping
from risk_manager.config.document import only_document, read_source
from risk_manager.config.risk import require_version
from risk_manager.config.tree import Node
from risk_manager.rehearse import report
from risk_manager.rehearse.guard import EndlessError
from risk_manager.rehearse.judge import differences
from risk_manager.rehearse.scenario import Scenario, read_scenarios
from risk_manager.rehearse.story import Story

ALL_HOLD: Final = 0
SOME_DIFFER: Final = 1
NOT_READABLE: Final = 2


def run(*paths: Path, config: Path | None = None) -> int:
    """Try scenarios on the real guard, without a network and without waiting.

    Parameters
    ----------
    paths
        Scenario files, or folders that are searched for `*.yaml`.
    config
        A risk_config.yaml that takes the place of each scenario's own configuration. What the guard would have done
        is printed, step by step, instead of judging.

    Returns 0 when all scenarios hold, 1 when some differ, 2 when a file cannot be read.
    """
    problems: list[Problem] = []
    risk = _risk(config, problems) if config is not None else None
    scenarios = _scenarios(paths, problems)
    total = different = 0
    if risk is not None or config is None:
        for scenario in scenarios:
            total += 1
            try:
                different += 0 if _rehearse(scenario, risk) else 1
            except ConfigError as error:
                problems += error.problems
            except EndlessError as error:
                different += 1
                _say(f"{report.place(scenario)}  {scenario.name}", f"  {error}")
    if config is None and total:
        _say(report.summary(total, different))
    for problem in problems:
        print(problem, file=sys.stderr)
    return NOT_READABLE if problems else SOME_DIFFER if different else ALL_HOLD


def _rehearse(scenario: Scenario, risk: Node | None) -> bool:
    """Tell one scenario; True where it holds, or where it is not judged."""
    story = Story(scenario, risk)
    if risk is not None:
        _say(f"{report.place(scenario)}  {scenario.name}")
        for count, (step, chapter) in enumerate(zip(scenario.steps, story.chapters(), strict=True)):
            _say(*report.told(count + 1, step, chapter))
        return True
    found = judged(scenario, story)
    if found:
        _say(*report.differing(scenario, found))
    return not found


def judged(scenario: Scenario, story: Story) -> list[report.StepDifferences]:
    """The steps of a scenario that differ, with everything that differs in them."""
    found = []
    for count, (step, chapter) in enumerate(zip(scenario.steps, story.chapters(), strict=True)):
        wrong = differences(step, chapter)
        if wrong:
            line = scenario.line_of(count)
            found.append(report.StepDifferences(count + 1, line, chapter.ended_at, tuple(wrong)))
    return found


def _scenarios(paths: Iterable[Path], problems: list[Problem]) -> list[Scenario]:
    scenarios: list[Scenario] = []
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            within = sorted(path.rglob("*.yaml"))
            if not within:
                problems.append(Problem(str(path), None, "", "No scenario (*.yaml) in this folder"))
            files += within
        else:
            files.append(path)
    if not files and not problems:
        problems.append(Problem("rehearse", None, "", "Name a scenario file, or a folder of them"))
    for file in files:
        try:
            scenarios += read_scenarios(file)
        except ConfigError as error:
            problems += error.problems
    return scenarios


def _risk(path: Path, problems: list[Problem]) -> Node | None:
    """The content of a risk_config, checked."""
    try:
        content = only_document(read_source(path), path.name)
        unsaid: list[Problem] = []
        require_version(content, unsaid)
        if unsaid:
            raise ConfigError(unsaid)
        settings_from_mapping(content)
        return content
    except ConfigError as error:
        problems += error.problems
        return None


def _say(*lines: str) -> None:
    for line in lines:
        print(line)
