"""Tells a scenario to the real engine, with a clock that it owns, and writes down what was."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from risk_manager.config import ConfigError, Problem, changed_rules, settings_from_mapping
from risk_manager.config.tree import Node
from risk_manager.core import engine, pnl
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.events import (
    AccountRead,
    AnyEvent,
    Cleared,
    Hub,
    HubBack,
    HubLost,
    Reloaded,
    ReloadRefused,
    TimePassed,
)
from risk_manager.core.settings import Settings
from risk_manager.rehearse.books import Books
from risk_manager.rehearse.broker import Broker
from risk_manager.rehearse.chapter import Chapter, Pages
from risk_manager.rehearse.scenario import Clear, Restart, Scenario, Step, Stream, Truth
from risk_manager.rehearse.wire import (
    Message,
    UnreadableMessageError,
    check_rows,
    events_of,
    orders_read,
    positions_read,
    trades_read,
)

_AT_ONE_INSTANT_MAX: Final = 1_000
"""Steps of the engine without the clock moving on: more is an endless conversation."""
_HUBS: Final = {Stream.USER: (Hub.USER,), Stream.MARKET: (Hub.MARKET,), Stream.BOTH: (Hub.USER, Hub.MARKET)}


class EndlessError(Exception):
    """The engine wants to be woken at one instant for ever, or goes on commanding in it: a bug of the guard."""


class Story:
    """One scenario under way."""

    def __init__(self, scenario: Scenario, config: Node | None = None) -> None:
        """`config` is the content of a risk_config that stands in for the scenario's own and for its reloads."""
        self.scenario = scenario
        written = scenario.written
        self._account = written.account.id
        self._holidays = scenario.part("holidays")
        self._is_config_fixed = config is not None
        self._settings = self._read_settings(config if config is not None else scenario.part("config"))
        self.now = written.start.astimezone(UTC)
        self._books = Books(self._account, can_trade=written.account.canTrade)
        self._broker = Broker(self._books, written.broker)
        self._lost: list[Hub] = []
        self._state = engine.begin([self._account], self.now)
        self._deadline: datetime | None = None
        self._steps_at_now = 0
        self._chapter = Pages()

    def chapters(self) -> Iterator[Chapter]:
        """Tell the story, step by step. Raises ConfigError, with a line, for what cannot be told."""
        self._hear(self._snapshot(after_restart=True))
        for count, step in enumerate(self.scenario.steps):
            try:
                self._tell(step, count)
            except UnreadableMessageError as error:
                raise ConfigError([self._problem(count, str(step.input), str(error))]) from None
            yield self._close_chapter()

    def _problem(self, count: int, key: str, text: str) -> Problem:
        return Problem(self.scenario.file, self.scenario.line_of(count), f"steps.{count + 1}.{key}", text)

    def _tell(self, step: Step, count: int) -> None:
        target = self.now + step.at if isinstance(step.at, timedelta) else step.at.astimezone(UTC)
        if target < self.now:
            text = f"It lies before the end of the step before ({self.now.isoformat()})"
            raise ConfigError([self._problem(count, "at", text)])
        self._pass_to(target, input_follows=step.input is not None)
        self._input(step, count)
        # Not every input is an event (`refuse`): what is due at its instant happens all the same.
        self._wake()
        if step.wait is not None:
            self._pass_to(self.now + step.wait, input_follows=False)

    def _input(self, step: Step, count: int) -> None:
        match step.input:
            case "position" | "order" | "trade" | "quote" | "account" as kind:
                message = self._books.filled_in(kind, getattr(step, kind), self.now)
                self._hear(*self._noted(kind, message))
            case "disconnect" if step.disconnect is not None:
                gone = [hub for hub in _HUBS[step.disconnect] if hub not in self._lost]
                self._lost += gone
                self._hear(*(HubLost(hub=hub, why="the story says so") for hub in gone))
            case "reconnect" if step.reconnect is not None:
                self._come_back(step.reconnect, after_restart=False)
            case "restart" if step.restart is not None:
                self._restart(step.restart)
            case "reload":
                self._reload(self.scenario.part("steps", count, "reload"))
            case "clear" if step.clear is not None:
                self._hear(self._cleared(step.clear))
            case "refuse" if step.refuse is not None:
                self._broker.refuse(step.refuse)
            case _:
                pass

    def _noted(self, kind: str, message: dict[str, object]) -> list[AnyEvent]:
        events = events_of(kind, message)
        self._books.note(kind, message)
        return events

    def _restart(self, restart: Restart) -> None:
        """Killed without warning; started again from what had been stored, some time later."""
        stored = engine.dump(self._state)
        self._move_clock(self.now + restart.down)
        self._state = engine.load(stored, {self._account: self._settings})
        self._deadline = None
        self._come_back(restart, after_restart=True)

    def _come_back(self, truth: Truth, *, after_restart: bool) -> None:
        books = self._books
        if truth.positions is not None:
            rows = self._rows("position", truth.positions)
            books.positions.clear()
            books.note_all("position", rows)
        if truth.orders is not None:
            rows = self._rows("order", truth.orders)
            books.orders.clear()
            books.note_all("order", rows)
        books.note_all("trade", self._rows("trade", truth.trades))
        if truth.canTrade is not None:
            books.can_trade = truth.canTrade
        back, self._lost = self._lost, []
        self._hear(*(HubBack(hub=hub) for hub in back), self._snapshot(after_restart=after_restart))

    def _rows(self, kind: str, rows: Iterable[Message]) -> list[Message]:
        """The rows of a list, filled in; read once, so that a broken one is told where it stands."""
        complete = [self._books.filled_in(kind, row, self.now) for row in rows]
        check_rows(kind, complete)
        return list(complete)

    def _snapshot(self, *, after_restart: bool) -> AccountRead:
        """What the gateway answers when it is asked: the books."""
        return AccountRead(
            account=self._account,
            asked_at=self.now,
            can_trade=self._books.can_trade,
            positions=positions_read(self._books.positions.values()),
            orders=orders_read(self._books.orders.values()),
            trades=trades_read(self._books.trades.values()),
            after_restart=after_restart,
        )

    def _reload(self, content: Node | None) -> None:
        if self._is_config_fixed:
            return
        try:
            settings = self._read_settings(content)
        except ConfigError as error:
            self._hear(ReloadRefused(why=str(error)))
            return
        changed = changed_rules(self._settings, settings)
        self._settings = settings
        self._hear(Reloaded(account=self._account, changed=changed))

    def _read_settings(self, content: Node | None) -> Settings:
        return settings_from_mapping(content if content is not None else {}, self._holidays)

    def _cleared(self, clear: Clear) -> Cleared:
        return Cleared(
            account=self._account,
            rule=clear.rule,
            symbol=clear.symbol,
            keep_rule=clear.keep_rule,
            why="the admin of the story",
        )

    def _pass_to(self, target: datetime, *, input_follows: bool) -> None:
        """Let the clock run to `target`, waking the engine when it wants to be woken.

        What is due at the very instant of an input happens in the input's own evaluation.
        """
        while self._deadline is not None and self._deadline < target:
            self._move_clock(max(self._deadline, self.now))
            self._hear(TimePassed())
        self._move_clock(target)
        if not input_follows:
            self._hear(TimePassed())
            self._wake()

    def _wake(self) -> None:
        """Wake the engine for what is due at this instant."""
        while self._deadline is not None and self._deadline <= self.now:
            self._hear(TimePassed())

    def _move_clock(self, to: datetime) -> None:
        if to > self.now:
            self.now, self._steps_at_now = to, 0

    def _hear(self, *events: AnyEvent) -> None:
        """Give the engine events at this instant, and what the broker answers to its commands, until it is quiet."""
        waiting = deque(events)
        asked: deque[Command] = deque()
        while waiting or asked:
            if not waiting:
                waiting.extend(self._broker.answer(asked.popleft(), self.now))
                continue
            asked.extend(self._step(waiting.popleft()))

    def _step(self, event: AnyEvent) -> Iterable[Command]:
        self._steps_at_now += 1
        if self._steps_at_now > _AT_ONE_INSTANT_MAX:
            raise EndlessError(
                f"{self.scenario.file}: {self.scenario.name}: the engine has taken {_AT_ONE_INSTANT_MAX} steps at "
                f"{self.now.isoformat()} and wants more (deadline {self._deadline})"
            )
        step = engine.step(self._state, event, {self._account: self._settings}, self.now, strict=True)
        self._state, self._deadline = step.state, step.deadline
        self._chapter.write(step.commands, step.breaches, step.alerts)
        return step.commands

    def _close_chapter(self) -> Chapter:
        account = self._state.accounts[self._account]
        pages, self._chapter = self._chapter, Pages()
        return Chapter(
            ended_at=self.now,
            commands=tuple(command for command in pages.commands if not isinstance(command, Fetch)),
            breaches=tuple(pages.breaches),
            alerts=tuple(pages.alerts),
            locks=account.locks,
            realized=pnl.realized(account),
            unrealized=pnl.unrealized(self._state, account, self._settings),
        )
