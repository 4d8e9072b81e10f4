"""The rules, each on or off, and from there the keys of one."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from risk_manager.config.document import only_document
from risk_manager.config.in_short import in_short
from risk_manager.config.keys import Key, declared
from risk_manager.config.present import filled, keys_of, written
from risk_manager.config.risk import RISK_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.config.shape import ENABLED, is_off
from risk_manager.config.tree import Branch, Node, node_at, node_by, plain
from risk_manager.core.rule import Rule
from risk_manager.core.settings import Defaults
from risk_manager.interfaces.admin import changing
from risk_manager.interfaces.admin.console.keys import KeysPage
from risk_manager.interfaces.admin.console.page import Drawn, Page, Row
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.trader.dashboard.saying import Span, Tone, cut, line, wrapped

DEFAULTS: Final = "defaults"
AS_FOR_ALL: Final = "as for all"
_ROOM: Final = 44


class Place(msgspec.Struct, frozen=True):
    """Where sections of rules stand: in the file of all accounts, or with one account."""

    file: str = RISK_FILE
    above: tuple[str, ...] = ()
    """The way to them; rows of lists are counted from 1."""
    name: str = ""
    """Whose they are; empty: everybody's."""


class Section(msgspec.Struct, frozen=True):
    """One section as the file has it."""

    id: str
    key: str
    state: str
    says: str


class RulesPage(Page[list[Section]]):
    """All of them, with the defaults at the end."""

    def __init__(self, place: Place | None = None) -> None:
        super().__init__()
        self._place = place or Place()
        self.heading = f"rules of {self._place.name}" if self._place.name else "rules"

    def look(self) -> list[Section]:
        """What the file says."""
        tree = tree_of(self.console.session.house, self._place)
        return [*(_section(rule, tree, self._place) for rule in known_rules()), *_defaults(tree, self._place)]

    def drawn(self, seen: list[Section], width: int) -> Drawn:
        """A row a rule."""
        if self._place.name:
            advice = wrapped("For this account, in the place of what stands for all.", width, tone=Tone.FAINT)
        else:
            advice = wrapped("What stands here counts for every account.", width, tone=Tone.FAINT)
        rows = []
        for one in seen:
            tone = Tone.GOOD if one.state == "on" else Tone.FAINT
            head = f"{one.id:<9} {one.key:<{_ROOM - 14}} "
            says = cut(one.says, max(8, width - _ROOM - 6))
            rows.append(
                Row(line(head, Span(f"{one.state:<4}", tone), Span(says, Tone.FAINT)), partial(self._open, one))
            )
        return Drawn(advice, rows)

    def _open(self, one: Section) -> None:
        way = section_way(self.console.session.house, self._place, one.key)
        rule = next((rule for rule in known_rules() if rule.key == one.key), None)
        house, place = self.console.session.house, self._place
        self.app.push_screen(KeysPage(f"rules · {one.key}", place.file, way, partial(present_keys, house, place, rule)))


def tree_of(house: House, place: Place) -> Node:
    """The file as a tree; empty where it is not there. Raises ConfigError."""
    path = changing.file_named(house, place.file)
    return only_document(changing.text_of(path), path.name)


def section_way(house: House, place: Place, key: str) -> tuple[str, ...]:
    """The way to a section, also where the file has it under `rules:`."""
    tree = tree_of(house, place)
    under = (*place.above, "rules", key)
    if key != DEFAULTS and not place.above and node_at(tree, under) is not None:
        return under
    return (*place.above, key)


def present_keys(house: House, place: Place, rule: Rule | None) -> list[Key]:
    """The keys of a rule, or of the defaults, with what stands in the file. Raises ConfigError."""
    way = section_way(house, place, rule.key if rule is not None else DEFAULTS)
    section = node_by(tree_of(house, place), way)
    keys = keys_of(rule, section) if rule is not None else list(filled(declared(Defaults), section))
    return [msgspec.structs.replace(one, usual=AS_FOR_ALL) for one in keys] if place.above else keys


def _section(rule: Rule, tree: Node, place: Place) -> Section:
    found = node_by(tree, (*place.above, rule.key))
    if found is None and not place.above:
        found = node_at(tree, ("rules", rule.key))
    if found is None:
        return Section(rule.id, rule.key, "-" if place.above else "off", AS_FOR_ALL if place.above else "")
    says = {key: value for key, value in (plain(found) or {}).items() if key != ENABLED} if _is_section(found) else {}
    told = ", ".join(f"{key} {written(value)}" for key, value in says.items())
    return Section(rule.id, rule.key, "off" if is_off(plain(found)) else "on", told)


def _is_section(node: Node) -> bool:
    return isinstance(node, Branch)


def _defaults(tree: Node, place: Place) -> list[Section]:
    if place.above:
        return []
    found = node_at(tree, (DEFAULTS,))
    says = plain(found) if found is not None and _is_section(found) else {}
    told = ", ".join(f"{key} {written(value)}" for key, value in says.items()) or in_short(Defaults()) or "as usual"
    return [Section("", DEFAULTS, "", told)]
