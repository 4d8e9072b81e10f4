"""`risk_config.yaml` and `holidays.yaml`: what a trader's limits are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from risk_manager.config.exchange_calendar import shipped_calendar
from risk_manager.config.explain import Declaration, read_struct, section
from risk_manager.config.problem import ConfigError, Problem, did_you_mean, listed
from risk_manager.config.rule_section import read_rule, with_one_name
from risk_manager.config.tree import Branch, Entry, Leaf, Node, merged, plain, planted
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES, in_order
from risk_manager.core.settings import Armed, Defaults, Holidays, Settings

RISK_FILE: Final = "risk_config.yaml"
HOLIDAYS_FILE: Final = "holidays.yaml"
VERSION: Final = 1
_FRAME: Final = ("version", "defaults", "rules")
"""The keys of the file that are no rules."""


def settings_from_mapping(
    risk: Mapping[str, Any] | Node,
    holidays: Mapping[str, Any] | Node | None = None,
    rules: Sequence[Rule] = RULES,
) -> Settings:
    """Settings from the content of a risk_config.yaml that is at hand already. Raises ConfigError.

    A tree (`tree.Branch`) keeps its lines; plain values give problems without a line.
    """
    problems: list[Problem] = []
    free_days = holidays_of(planted(holidays or {}, HOLIDAYS_FILE), problems)
    settings = RiskSource(planted(risk, RISK_FILE), free_days, tuple(rules)).settings(problems)
    if problems or settings is None:
        raise ConfigError(problems)
    return settings


@dataclass(frozen=True, slots=True)
class RiskSource:
    """A risk_config as it was written, with what else settings are made of."""

    risk: Node
    holidays: Holidays
    rules: tuple[Rule, ...]

    def settings(
        self, problems: list[Problem], *, overrides: Branch | None = None, prefix: str = ""
    ) -> Settings | None:
        """The settings that it says, with an account's `rules:` laid over its rules.

        What is wrong goes to `problems`; None where anything is. `prefix` is the way to the overrides.
        """
        told = len(problems)
        content = section(self.risk, "", problems)
        if content is None:
            return None
        check_version(content, problems)
        defaults = _defaults(content, problems)
        sections = rule_sections(content, self.rules, problems)
        if overrides is not None:
            over = _of_rules(overrides, self.rules, prefix, problems)
            sections = {key: _laid_over(sections.get(key), entry) for key, entry in {**sections, **over}.items()}
        armed = []
        for rule in in_order(self.rules):
            entry = sections.get(rule.key)
            config = read_rule(entry, rule, problems) if entry is not None else None
            if config is not None:
                armed.append(Armed(rule, config))
        if len(problems) > told:
            return None
        return Settings(defaults=defaults, rules=tuple(armed), holidays=self.holidays, exchange=shipped_calendar())


def _defaults(content: Branch, problems: list[Problem]) -> Defaults:
    entry = content.entries.get("defaults")
    if entry is None:
        return Defaults()
    read = read_struct(_or_empty(entry.node), Declaration(Defaults, "defaults", "defaults"), problems)
    return read if isinstance(read, Defaults) else Defaults()


def _laid_over(under: Entry | None, over: Entry) -> Entry:
    if under is None or not isinstance(under.node, Branch) or not isinstance(over.node, Branch) or under is over:
        return over
    return Entry(over.written, over.place, merged(under.node, over.node))


def rule_sections(content: Branch, rules: Sequence[Rule], problems: list[Problem]) -> dict[str, Entry]:
    """The rules' sections by their key, from the top level and from under `rules:`."""
    at_top = _of_rules(content.without(*_FRAME), rules, "", problems)
    under = content.entries.get("rules")
    nested = section(under.node, "rules", problems) if under is not None else None
    if nested is None:
        return at_top
    below = _of_rules(nested, rules, "rules.", problems)
    for key in at_top.keys() & below.keys():
        place, first = below[key].place, at_top[key].place
        text = f"This rule stands at the top level too, on line {first.line}. Keep one of them"
        problems.append(Problem(place.file, place.line, f"rules.{key}", text))
        read_rule(at_top[key], next(rule for rule in rules if rule.key == key), problems)
    return {**at_top, **below}


def _of_rules(content: Branch, rules: Sequence[Rule], prefix: str, problems: list[Problem]) -> dict[str, Entry]:
    known = [rule.key for rule in rules]
    sections: dict[str, Entry] = {}
    for key, entry in content.entries.items():
        if key not in known:
            near = did_you_mean(key, [*known, *(_FRAME if not prefix else ())])
            text = f"unknown rule.{near or f' Known are {listed(known)}.' if known else ''}"
            problems.append(Problem(entry.place.file, entry.place.line, f"{prefix}{key}", text))
            continue
        node = section(entry.node, f"{prefix}{key}", problems)
        if node is not None:
            spelled = with_one_name(node, f"{prefix}{key}", problems)
            sections[key] = Entry(f"{prefix}{key}", entry.place, spelled)
    return sections


def require_version(content: Node, problems: list[Problem], else_it_would: str = "take limits off") -> None:
    """A file says its version: one that an editor has emptied, and not written yet, must not take every limit off."""
    if isinstance(content, Branch) and "version" not in content.entries:
        what = "There is none" if content.entries else "The file is empty"
        right = f"Write version: {VERSION} at its beginning"
        text = f"{what}, and a file that is half written must not {else_it_would}. {right}"
        problems.append(Problem(content.place.file, None, "version", text))


def check_version(content: Branch, problems: list[Problem]) -> None:
    """A version that is written is one that is known."""
    entry = content.entries.get("version")
    if entry is None:
        return
    value = plain(entry.node)
    if isinstance(value, bool) or value != VERSION:
        text = f"{value if value is not None else 'Nothing'} is no version that is known here. Write version: {VERSION}"
        problems.append(Problem(entry.place.file, entry.place.line, "version", text))


def _or_empty(node: Node) -> Node:
    return Branch({}, node.place) if isinstance(node, Leaf) and node.value is None else node


def holidays_of(content: Node, problems: list[Problem]) -> Holidays:
    """What a holidays.yaml says; an empty one says nothing. What is wrong goes to `problems`."""
    read = read_struct(_or_empty(content), Declaration(Holidays, "holidays"), problems)
    return read if isinstance(read, Holidays) else Holidays()


def _day_and_mark(defaults: Defaults) -> tuple[object, ...]:
    return (defaults.reset_time, defaults.timezone, defaults.mark_price)


def changed_rules(old: Settings, new: Settings) -> tuple[str, ...]:
    """The ids of the rules whose settings are not what they were, also those that came or went.

    A change of the day or of the mark concerns every rule, one of the holidays those that ask for them.
    """
    before = {armed.rule.id: armed.config for armed in old.rules}
    after = {armed.rule.id: armed.config for armed in new.rules}
    every = sorted(before.keys() | after.keys())
    if _day_and_mark(old.defaults) != _day_and_mark(new.defaults):
        return tuple(every)
    changed = {rule for rule in every if before.get(rule) != after.get(rule)}
    if (old.holidays, old.exchange) != (new.holidays, new.exchange):
        changed |= {armed.rule.id for armed in new.rules if armed.rule.uses_calendar}
    return tuple(sorted(changed))
