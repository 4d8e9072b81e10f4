"""A rule is five things with one name: its file, its row, its test, its scenarios, its page. None may be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.rule_pages import FOLDER, pages
from risk_manager.config import settings_from_mapping
from risk_manager.config.document import read_text
from risk_manager.core.rule import Rule
from risk_manager.core.rules import ASKED, RULES, in_order

ROOT = Path(__file__).parent.parent
CORE_RULES = ROOT / "src" / "risk_manager" / "core" / "rules"
NOT_RULES = {"__init__", "consequence", "riding", "riding_in_words", "scope"}
LABELS = ("Watches:", "Breached:", "Then:", "Ends:", "Blind:")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_has_its_file_test_and_scenarios(rule: Rule) -> None:
    number = rule.id.removeprefix("RULE-")
    assert (CORE_RULES / f"{rule.key}.py").is_file()
    assert (ROOT / "tests" / "core" / "rules" / f"test_{rule.key}.py").is_file()
    assert (ROOT / "tests" / "scenarios" / f"rule_{number}_{rule.key}.yaml").is_file()


def test_every_file_of_a_rule_has_its_row() -> None:
    files = {path.stem for path in CORE_RULES.glob("*.py")} - NOT_RULES
    assert files == {rule.key for rule in RULES}


def test_ids_and_keys_are_unique_and_in_order() -> None:
    assert [rule.id for rule in RULES] == sorted({rule.id for rule in RULES})
    assert len({rule.key for rule in RULES}) == len(RULES)
    assert sorted(ASKED) == [rule.id for rule in RULES]
    assert [rule.id for rule in in_order(RULES)] == list(ASKED)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_the_head_of_a_rule_says_the_five_things(rule: Rule) -> None:
    head = (CORE_RULES / f"{rule.key}.py").read_text(encoding="utf-8").split('"""')[1]
    assert head.startswith(f"{rule.id} {rule.key}: ")
    assert [label for label in LABELS if f"\n{label}" in head] == list(LABELS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_the_example_of_a_rule_is_accepted(rule: Rule) -> None:
    (document,) = read_text(rule.example, "example")
    armed = settings_from_mapping(document, {}).armed(rule.id)
    assert armed is not None


def test_the_pages_are_those_that_the_rules_make() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run: python -m docs.rule_pages"
