"""Scenarios in a test: written as text, read and told as the command does."""

from __future__ import annotations

import textwrap
from pathlib import Path

from risk_manager.rehearse.chapter import Chapter
from risk_manager.rehearse.command import judged
from risk_manager.rehearse.scenario import Scenario, read_scenarios
from risk_manager.rehearse.story import Story

HEAD = "name: a story\nstart: 2025-10-23T10:30:00-05:00\n"


def scenario(tmp_path: Path, steps: str, *, config: str = "{}", head: str = "") -> Scenario:
    """One scenario of these steps."""
    path = tmp_path / "story.yaml"
    told = textwrap.indent(textwrap.dedent(steps).strip(), "  ")
    path.write_text(f"{HEAD}{head}config: {config}\nsteps:\n{told}\n", encoding="utf-8")
    return read_scenarios(path, "story.yaml")[0]


def chapters(one: Scenario) -> list[Chapter]:
    """What was, step by step."""
    return list(Story(one).chapters())


def differences(one: Scenario) -> list[tuple[int, str, str, str]]:
    """What differs: step, what, expected, was."""
    return [
        (step.number, difference.what, difference.expected, difference.was)
        for step in judged(one, Story(one))
        for difference in step.differences
    ]
