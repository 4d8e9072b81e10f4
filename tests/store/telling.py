"""Stories of `tests/core/storm.py`, told to a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec

from risk_manager.core.commands import Command
from risk_manager.core.events import AnyEvent, Reloaded
from risk_manager.core.record import Step
from risk_manager.core.settings import Settings
from risk_manager.core.state import State
from risk_manager.store.snapshot import digest
from tests.core.storm import Choice, Move, Reloads, World, settings_of

FILE = "choices.json"


class Taken(NamedTuple):
    """What the guard tells its listeners."""

    event: AnyEvent
    at: datetime
    step: Step


class Configured(NamedTuple):
    """Other settings are in force."""

    texts: Mapping[str, str]
    at: datetime


class Begun(NamedTuple):
    """A guard begins with a state."""

    state: State


Page = Taken | Configured | Begun


@dataclass
class Story(World):
    """A world that writes down what a store would be handed."""

    pages: list[Page] = field(default_factory=list)
    on_page: Callable[[Page], None] | None = None
    running: dict[int, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.running = dict(self.choices)
        super().__post_init__()

    def do(self, move: Move) -> None:
        if isinstance(move, Reloads) and move.account in self.exchanges:
            self.running[move.account] = move.choice
        super().do(move)

    def _step(self, event: AnyEvent) -> Sequence[Command]:
        if not self.heard:
            self._page(Begun(self.state))
            self._page(Configured(texts_of(self.running), self.now))
        elif self.state is not self.heard[-1].step.state:
            self._page(Begun(self.state))
        if isinstance(event, Reloaded):
            self._page(Configured(texts_of(self.running), self.now))
        commands = super()._step(event)
        self._page(Taken(event, self.now, self.heard[-1].step))
        return commands

    def _watch(self, before: State, event: AnyEvent, step: Step) -> None:
        """What the engine must never do is another test's business."""

    def _page(self, page: Page) -> None:
        self.pages.append(page)
        if self.on_page is not None:
            self.on_page(page)


def texts_of(choices: Mapping[int, Choice]) -> dict[str, str]:
    """A configuration as texts."""
    return {FILE: msgspec.json.encode(choices).decode()}


def read_texts(texts: Mapping[str, str]) -> Mapping[int, Settings]:
    """What such texts mean."""
    choices = msgspec.json.decode(texts[FILE], type=dict[int, tuple[int, ...]])
    return {account: settings_of(choice) for account, choice in choices.items()}


def same(first: State | None, second: State | None) -> bool:
    """True for states that are written down the same."""
    if first is None or second is None:
        return first is second
    return digest(first) == digest(second)
