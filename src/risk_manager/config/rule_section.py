"""One rule's section: its switch, its action under either name, and its own declaration."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic_core import PydanticCustomError

from risk_manager.config.explain import Declaration, read_struct
from risk_manager.config.problem import Problem, listed
from risk_manager.config.reading import yes_or_no
from risk_manager.config.shape import ENABLED
from risk_manager.config.tree import Branch, Entry, plain
from risk_manager.core.rule import Rule

ACTION = "action"
ENFORCEMENT = "enforcement"
"""The other name of `action`."""


def with_one_name(node: Branch, key: str, problems: list[Problem]) -> Branch:
    """The section with `enforcement` called `action`. Both are an error unless they say the same."""
    other = node.entries.get(ENFORCEMENT)
    if other is None:
        return node
    own = node.entries.get(ACTION)
    if own is not None and plain(own.node) != plain(other.node):
        text = f"action on line {own.place.line} says something else. They are one thing: keep one of them"
        problems.append(Problem(other.place.file, other.place.line, f"{key}.{ENFORCEMENT}", text))
    entries = dict(node.without(ENFORCEMENT).entries)
    entries[ACTION] = own if own is not None else Entry(ENFORCEMENT, other.place, other.node)
    return Branch(entries, node.place)


def read_rule(entry: Entry, rule: Rule, problems: list[Problem]) -> Any:
    """The rule's configuration; None where it is off, or where something is wrong with it.

    A section without `enabled` is on: who writes a limit down means it. What is off is read all the same (only what is
    missing may be), so that a mistake is told before it is switched on.
    """
    node, key = entry.node, entry.written
    assert isinstance(node, Branch)
    told = len(problems)
    names = {field.name for field in msgspec.structs.fields(rule.config)}
    is_on = _switch(node, key, problems)
    if not is_on and not node.without(ENABLED).entries:
        return None
    if ENABLED not in names:
        node = node.without(ENABLED)
    if ACTION in node.entries and ACTION not in names:
        problems.append(_no_choice(node.entries[ACTION], key))
        node = node.without(ACTION)
    node = Branch(node.entries, entry.place)
    also = (ENABLED, ENFORCEMENT) if rule.actions else (ENABLED,)
    config = read_struct(node, Declaration(rule.config, rule.key, key, also), problems, is_off=not is_on)
    _check_action(node, key, rule, problems)
    return config if is_on and len(problems) == told else None


def _switch(node: Branch, key: str, problems: list[Problem]) -> bool:
    entry = node.entries.get(ENABLED)
    if entry is None:
        return True
    try:
        return yes_or_no(plain(entry.node))
    except PydanticCustomError as error:
        problems.append(Problem(entry.place.file, entry.place.line, f"{key}.{ENABLED}", str(error)))
        return False


def _no_choice(entry: Entry, key: str) -> Problem:
    text = "This rule does only one thing: leave the line out"
    return Problem(entry.place.file, entry.place.line, f"{key}.{entry.written}", text)


def _check_action(node: Branch, key: str, rule: Rule, problems: list[Problem]) -> None:
    """Whether the rule can do what is asked of it. A word that is no action at all has been told already."""
    entry = node.entries.get(ACTION)
    if entry is None or not rule.actions:
        return
    place, word = entry.place, plain(entry.node)
    written = f"{key}.{entry.written}"
    accepted = [action.value for action in rule.actions]
    if word in accepted or any((one.file, one.line, one.key) == (place.file, place.line, written) for one in problems):
        return
    if isinstance(word, str) and word.lower() not in accepted:
        text = f"{word} is nothing that this rule does. It takes {listed(accepted)}"
        problems.append(Problem(place.file, place.line, written, text))
