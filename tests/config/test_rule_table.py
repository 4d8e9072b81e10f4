"""Rules of other packages: taken where they are rules, and a start is refused where one is not."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from risk_manager.config import ConfigError
from risk_manager.config.rule_table import GROUP, known_rules
from risk_manager.core.rules import RULES


def point(value: str, name: str = "mine") -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_without_other_packages_there_are_the_thirteen() -> None:
    assert known_rules([]) == RULES


def test_a_rule_of_another_package_is_one_more() -> None:
    rules = known_rules([point("tests.config.sample:SAMPLE")])
    assert [rule.key for rule in rules] == [*(rule.key for rule in RULES), "sample"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("tests.config.sample:MISSING", "cannot be loaded (AttributeError"),
        ("no.such.module:RULE", "cannot be loaded (ModuleNotFoundError"),
        ("tests.config.sample:Config", "is a StructMeta and not a Rule"),
        ("risk_manager.core.rules.max_contracts:RULE", "its id RULE-001 or its key max_contracts is taken"),
    ],
)
def test_what_is_no_rule_stops_the_start_with_a_sentence(value: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as raised:
        known_rules([point(value)])
    assert sentence in str(raised.value)


def test_all_that_cannot_be_loaded_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        known_rules([point("no.such:A", "one"), point("no.such:B", "two")])
    assert [problem.key.split(" ")[0] for problem in raised.value.problems] == ["one", "two"]
