"""The store as a guard uses it, on real files and with its real thread."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from risk_manager.core.model import Side
from risk_manager.core.state import State
from risk_manager.store import Store, StoreError, StoreTrouble, open_store
from risk_manager.store.connection import connect_to_read
from tests.core.storm import STARTS, VARIANTS, Move, Passes, Quotes, Trades
from tests.store.telling import Begun, Configured, Page, Story, Taken, read_texts, same, texts_of

NOW = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)
BREACHING: list[Move] = [
    Trades(1, 0, Side.BUY, 2, 0),
    Quotes(0, -40),
    Passes(Decimal(5)),
    Trades(1, 1, Side.BUY, 3, 0),
    Quotes(0, -200),
    Passes(Decimal(30)),
]
LOSS = tuple(1 if key in {"daily_unrealized_loss", "max_contracts"} else 0 for key in VARIANTS)


def tell(store: Store, moves: list[Move]) -> Story:
    """A story from its beginning, handed to a store as a guard would."""

    def hand_over(page: Page) -> None:
        match page:
            case Begun():
                store.begin(page.state)
            case Configured():
                store.remember_configuration(page.texts)
            case Taken():
                store.heard(page)

    story = Story({1: LOSS}, STARTS[0], on_page=hand_over)
    story.tell(moves)
    return story


def settled(store: Store) -> None:
    """Wait until everything is durable."""
    saved = threading.Event()
    for _ in range(1000):
        if store.saved_count == store.heard_count:
            return
        saved.wait(0.01)
    raise AssertionError(store.trouble)


def opened(folder: Path) -> Store:
    return open_store(folder, now=lambda: NOW)


def recovered(store: Store) -> State | None:
    return store.recover(read_texts({"choices.json": "{}"}), read_texts).state


def test_what_was_told_is_there_after_an_orderly_end(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert recovered(store) is None
    story = tell(store, BREACHING)
    assert store.close()
    assert story.state.accounts[1].locks
    again = opened(tmp_path)
    found = again.recover(story.settings, read_texts)
    assert same(found.was, story.state)
    assert found.was_clean
    assert found.lines_replayed <= 1
    assert again.last_good_configuration() == texts_of({1: LOSS})
    again.close()


def test_a_lock_is_saved_only_when_it_is_durable(tmp_path: Path) -> None:
    store = opened(tmp_path)
    recovered(store)
    story = tell(store, BREACHING)
    lock = story.state.accounts[1].locks[0]
    settled(store)
    assert store.is_saved(1, lock)
    with closing(connect_to_read(tmp_path / "state.db")) as reader:
        assert reader.execute("SELECT rule, kind, ended_at FROM lockouts").fetchall() == [
            (lock.rule, lock.kind.value, None)
        ]
        asked = reader.execute("SELECT kind, rule, outcome FROM enforcement_log").fetchall()
    assert asked
    assert all(outcome is not None for _, _, outcome in asked)
    store.close()


def test_a_second_guard_is_refused(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(StoreError, match=r"Another guard holds .*: process") as refused:
        opened(tmp_path)
    assert refused.value.trouble is StoreTrouble.SECOND_GUARD
    store.close()
    opened(tmp_path).close()


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="version 99") as refused:
        opened(tmp_path)
    assert refused.value.trouble is StoreTrouble.NEWER


def test_accounts_that_are_new_begin_with_nothing_and_old_ones_keep_their_locks(tmp_path: Path) -> None:
    store = opened(tmp_path)
    recovered(store)
    story = tell(store, BREACHING)
    store.close()
    again = opened(tmp_path)
    found = again.recover({2: story.settings[1]}, read_texts)
    assert found.state is not None
    assert set(found.state.accounts) == {1, 2}
    assert found.state.accounts[1].locks == story.state.accounts[1].locks
    again.begin(found.state)
    again.close()
    third = opened(tmp_path)
    assert same(third.recover({}, read_texts).was, found.state)
    third.close()


def test_the_gap_is_from_the_last_sign_of_life(tmp_path: Path) -> None:
    store = opened(tmp_path)
    recovered(store)
    tell(store, [Passes(Decimal(1))])
    store.close()
    later = open_store(tmp_path, now=lambda: NOW + timedelta(hours=3))
    found = later.recover({}, read_texts)
    assert found.gap_since is not None
    assert NOW <= found.gap_since <= NOW + timedelta(minutes=1)
    later.close()
