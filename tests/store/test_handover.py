"""What is handed over together, and what is not held back for it."""

from __future__ import annotations

from datetime import UTC, datetime

from risk_manager.core import engine
from risk_manager.core.events import AnyEvent, Reloaded, TimePassed
from risk_manager.core.settings import Settings
from risk_manager.store.handover import Announced, Configure
from risk_manager.store.scribe import Heard
from tests.store.telling import Taken

NOW = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)
TEXTS = {"risk_config.yaml": "version: 1"}


def step(event: AnyEvent) -> Taken:
    state = engine.begin([1, 2], NOW)
    return Taken(event, NOW, engine.step(state, event, {1: Settings(), 2: Settings()}, NOW))


def events(handed_over: list[Heard | Configure]) -> list[object]:
    """The events, those of settings in a list of their own."""
    return [[one.event for one in what.steps] if isinstance(what, Configure) else what.event for what in handed_over]


def test_settings_leave_with_the_last_of_their_reloads_and_with_what_came_between() -> None:
    announced = Announced(Configure(TEXTS, NOW), reloads=2)
    first, second = Reloaded(account=1), Reloaded(account=2)
    assert events(list(announced.take(step(TimePassed())))) == [TimePassed()]
    assert list(announced.take(step(first))) == []
    assert list(announced.take(step(TimePassed()))) == []
    assert events(list(announced.take(step(second)))) == [[first, TimePassed(), second]]


def test_settings_that_follow_before_all_have_heard_are_durable_with_the_last_of_all_their_reloads() -> None:
    announced = Announced(Configure(TEXTS, NOW), reloads=2)
    newer = Configure({"risk_config.yaml": "version: 1\n# newer"}, NOW)
    first, second, third = (Reloaded(account=account) for account in (1, 2, 1))
    assert list(announced.take(step(first))) == []
    announced = announced.followed_by(newer, reloads=1)
    assert list(announced.take(step(second))) == []
    (told,) = announced.take(step(third))
    assert isinstance(told, Configure)
    assert told.texts == newer.texts
    assert events([told]) == [[first, second, third]]


def test_reloads_that_never_come_do_not_keep_back_the_rest() -> None:
    announced = Announced(Configure(TEXTS, NOW), reloads=2)
    steps = [step(Reloaded(account=1)), *[step(TimePassed())] * 10_000]
    handed_over = (what for one in steps for what in announced.take(one))
    assert isinstance(next(handed_over), Configure)
