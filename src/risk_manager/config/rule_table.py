"""The rules that a configuration may name: those of the package, and those of other installed packages.

Another package offers a rule through the entry point group `risk_manager.rules`; what it loads is a `Rule`. A rule that
cannot be loaded stops the start: an account whose owner counts on it would not be protected.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from risk_manager.config.problem import ConfigError, Problem
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES

GROUP = "risk_manager.rules"


def known_rules(offered: Iterable[EntryPoint] | None = None) -> tuple[Rule, ...]:
    """All rules. `offered` are the entry points; None: those of the installed packages. Raises ConfigError with every
    rule that cannot be loaded."""
    rules = list(RULES)
    problems: list[Problem] = []
    for point in entry_points(group=GROUP) if offered is None else offered:
        source = f"{point.name} = {point.value}"
        try:
            rule = point.load()
        except Exception as error:  # noqa: BLE001  whatever another package's import raises
            problems.append(_problem(source, f"it cannot be loaded ({type(error).__name__}: {error})"))
            continue
        if not isinstance(rule, Rule):
            problems.append(_problem(source, f"it is a {type(rule).__name__} and not a Rule"))
        elif any(known.id == rule.id or known.key == rule.key for known in rules):
            problems.append(_problem(source, f"its id {rule.id} or its key {rule.key} is taken"))
        else:
            rules.append(rule)
    if problems:
        raise ConfigError(problems)
    return tuple(rules)


def _problem(source: str, what: str) -> Problem:
    text = f"A rule of another package is refused: {what}. Mend or uninstall that package"
    return Problem("installed packages", None, source, text)
