"""What a person reads after a rehearsal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from risk_manager.rehearse.chapter import Chapter
from risk_manager.rehearse.expectation import command_told
from risk_manager.rehearse.judge import Difference, lock_told, told_list
from risk_manager.rehearse.scenario import Scenario, Step


class StepDifferences(msgspec.Struct, frozen=True):
    """What differs in one step."""

    number: int
    """Counted from 1."""
    line: int | None
    at: datetime
    differences: tuple[Difference, ...]


def differing(scenario: Scenario, found: Iterable[StepDifferences]) -> Iterator[str]:
    """A scenario that does not hold, line by line."""
    yield f"{place(scenario)}  {scenario.name}"
    for step in found:
        yield f"  step {step.number} (line {step.line}, {_clock(step.at)})"
        for difference in step.differences:
            yield f"    {difference.what}"
            yield f"      expected  {difference.expected}"
            yield f"      was       {difference.was}"


def told(number: int, step: Step, chapter: Chapter) -> Iterator[str]:
    """What the guard would have done in one step."""
    yield f"  step {number} ({_clock(chapter.ended_at)}, {step.input or 'time passes'})"
    commands = [command for one in chapter.commands if (command := command_told(one)) is not None]
    if commands:
        yield f"    commands  {told_list(commands)}"
    for breach in chapter.breaches:
        yield f"    {'waived' if breach.waived else 'breached'}  {breach.rule}: {breach.why}"
    if chapter.locks:
        yield f"    locks     {told_list(lock_told(lock) for lock in chapter.locks)}"
    for alert in chapter.alerts:
        yield f"    {alert.severity.value}  {alert.text}"


def place(scenario: Scenario) -> str:
    """`file:line` of a scenario."""
    return f"{scenario.file}:{scenario.line}" if scenario.line is not None else scenario.file


def summary(total: int, different: int) -> str:
    """The last line."""
    scenarios = "1 scenario" if total == 1 else f"{total} scenarios"
    return f"{scenarios}, all hold" if not different else f"{scenarios}, {different} differ"


def _clock(at: datetime) -> str:
    return at.isoformat(sep=" ")
