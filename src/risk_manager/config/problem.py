"""What is wrong with a configuration: sentences with a file and a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and what would be right."""

    file: str
    line: int | None
    """Counted from 1; None where the content did not come from a file, or the file is not there."""
    key: str
    """The way to it, `daily_realized_loss.limit`, as the user spelled it; empty for the whole file."""
    text: str

    def __str__(self) -> str:
        """`risk_config.yaml:14  daily_realized_loss.limit: 500 is positive. ...`"""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}  {self.key}: {self.text}" if self.key else f"{where}  {self.text}"


class ConfigError(Exception):
    """A configuration that cannot be used. It carries all problems at once, in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda one: (one.file, one.line or 0, one.key, one.text)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean max_contracts?` where a known name is near, else nothing."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f" Did you mean {by_folded[near[0]]}?" if near else ""


def listed(names: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
