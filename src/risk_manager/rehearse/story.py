"""Tells a scenario to the real guard: each input as the gateway would send it, at its own time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, timedelta
from typing import Any, Final

from risk_manager.config import ConfigError, Problem, changed_rules, settings_from_mapping
from risk_manager.config.tree import Node
from risk_manager.core.events import AccountRead, Cleared, Hub, HubBack, HubLost, ReloadRefused
from risk_manager.core.settings import Settings
from risk_manager.rehearse.books import Books
from risk_manager.rehearse.broker import Broker
from risk_manager.rehearse.chapter import Chapter
from risk_manager.rehearse.guard import Guard
from risk_manager.rehearse.scenario import Clear, Scenario, Step, Stream, Truth
from risk_manager.rehearse.wire import (
    Message,
    UnreadableMessageError,
    check_rows,
    events_of,
    orders_read,
    positions_read,
    trades_read,
)

_HUBS: Final = {Stream.USER: (Hub.USER,), Stream.MARKET: (Hub.MARKET,), Stream.BOTH: (Hub.USER, Hub.MARKET)}


class Story:
    """One scenario under way."""

    def __init__(self, scenario: Scenario, config: Node | None = None) -> None:
        """`config` is the content of a risk_config that stands in for the scenario's own and for its reloads."""
        self.scenario = scenario
        written = scenario.written
        self._account = written.account.id
        self._offset = written.start.tzinfo
        self._holidays = scenario.part("holidays")
        self._is_config_fixed = config is not None
        self._books = Books(self._account, can_trade=written.account.canTrade)
        self._broker = Broker(self._books, written.broker)
        settings = self._read_settings(config if config is not None else scenario.part("config"))
        self._guard = Guard(self._account, settings, self._broker, written.start.astimezone(UTC))
        self._lost: list[Hub] = []

    def chapters(self) -> Iterator[Chapter]:
        """Tell the story, step by step. Raises ConfigError, with a line, for what cannot be told."""
        self._guard.hear(self._snapshot(after_restart=True))
        for count, step in enumerate(self.scenario.steps):
            try:
                self._tell(step, count)
            except UnreadableMessageError as error:
                raise ConfigError([self._problem(count, str(step.input), str(error))]) from None
            yield self._guard.close_chapter(self._offset)

    def _problem(self, count: int, key: str, text: str) -> Problem:
        return Problem(self.scenario.file, self.scenario.line_of(count), f"steps.{count + 1}.{key}", text)

    def _tell(self, step: Step, count: int) -> None:
        now = self._guard.now
        target = now + step.at if isinstance(step.at, timedelta) else step.at.astimezone(UTC)
        if target < now:
            text = f"It lies before the end of the step before ({now.astimezone(self._offset).isoformat()})"
            raise ConfigError([self._problem(count, "at", text)])
        self._guard.pass_to(target, input_follows=step.input is not None)
        self._input(step, count)
        # Not every input is an event (`refuse`): what is due at its instant happens all the same.
        self._guard.wake()
        if step.wait is not None:
            self._guard.pass_to(self._guard.now + step.wait, input_follows=False)

    def _input(self, step: Step, count: int) -> None:
        match step.input:
            case "position" | "order" | "trade" | "quote" | "account" as kind:
                self._message(kind, getattr(step, kind))
            case "disconnect" if step.disconnect is not None:
                gone = [hub for hub in _HUBS[step.disconnect] if hub not in self._lost]
                self._lost += gone
                self._guard.hear(*(HubLost(hub=hub, why="the story says so") for hub in gone))
            case "reconnect" if step.reconnect is not None:
                self._come_back(step.reconnect, after_restart=False)
            case "restart" if step.restart is not None:
                self._guard.restart(self._guard.now + step.restart.down)
                self._come_back(step.restart, after_restart=True)
            case "reload":
                self._reload(self.scenario.part("steps", count, "reload"))
            case "clear" if step.clear is not None:
                self._guard.hear(self._cleared(step.clear))
            case "refuse" if step.refuse is not None:
                self._broker.refuse(step.refuse)
            case _:
                pass

    def _message(self, kind: str, written: Mapping[str, Any]) -> None:
        """One hub message: to the books of the broker, and to the guard."""
        message = self._books.filled_in(kind, written, self._guard.now)
        events = events_of(kind, message)
        self._books.note(kind, message)
        self._guard.hear(*events)

    def _come_back(self, truth: Truth, *, after_restart: bool) -> None:
        """The hubs are there again, and the gateway is asked for everything."""
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
        # The truth first: what is due at this instant is judged on it.
        self._guard.hear(self._snapshot(after_restart=after_restart), *(HubBack(hub=hub) for hub in back))

    def _rows(self, kind: str, rows: Iterable[Message]) -> list[Message]:
        """The rows of a list, filled in; read once, so that a broken one is told where it stands."""
        complete: list[Message] = [self._books.filled_in(kind, row, self._guard.now) for row in rows]
        check_rows(kind, complete)
        return complete

    def _snapshot(self, *, after_restart: bool) -> AccountRead:
        """What the gateway answers when it is asked: the books."""
        return AccountRead(
            account=self._account,
            asked_at=self._guard.now,
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
            self._guard.hear(ReloadRefused(why=str(error)))
            return
        self._guard.reload(settings, changed_rules(self._guard.settings, settings))

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
