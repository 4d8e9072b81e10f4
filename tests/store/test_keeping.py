"""Backups, restoring, retention, verifying, another configuration: what is done with what was written."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from risk_manager.config import settings_from_mapping
from risk_manager.store import Keep, StoreError, StoreTrouble, meta, replay, restore, schema, verify, what_if
from risk_manager.store.connection import connect_to_read
from risk_manager.store.retention import prune
from tests.store.scalper import START, settings, turns
from tests.store.telling import same
from tests.store.test_trouble import BY_ACCOUNT, Guard


@pytest.fixture
def told(tmp_path: Path) -> Guard:
    """A guard that has ended in order."""
    guard = Guard(tmp_path)
    guard.go_on(400)
    guard.store.close()
    return guard


def changed(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "state.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE journal SET event = replace(event, 'MNQ', 'NQ') WHERE seq = 20", r"Line 20 \(.*\) is not what was"),
        ("UPDATE journal SET step = NULL WHERE seq = 20", r"Line 20 "),
        ("DELETE FROM journal WHERE seq = 30", r"Line 30 is missing\."),
        ("DELETE FROM journal WHERE seq BETWEEN 30 AND 39", r"Lines 30 to 39 are missing\."),
        ("DELETE FROM journal WHERE seq > 100", r"Lines 101 to \d+ are missing\."),
        ("DELETE FROM journal WHERE seq < 5", r"Lines 1 to 4 are missing\."),
        (
            "INSERT INTO journal SELECT max(seq) + 1, at, kind, account, event, step, hash FROM journal",
            r"The journal ends at line \d+, and the guard had ended it at line \d+\.",
        ),
    ],
)
def test_whatever_is_done_to_the_journal_is_found(told: Guard, tmp_path: Path, statement: str, sentence: str) -> None:
    assert verify(tmp_path / "state.db").is_whole
    changed(tmp_path, statement)
    found = verify(tmp_path / "state.db")
    assert not found.is_whole
    assert any(re.search(sentence, problem) for problem in found.problems), found.problems


def test_a_table_that_was_changed_by_hand_is_found_by_a_replay(told: Guard, tmp_path: Path) -> None:
    changed(tmp_path, "UPDATE daily_pnl SET realized = '1000000'")
    found = replay(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT)
    assert found.differences[0].startswith("The table daily_pnl is not what the journal leads to")


def test_a_replay_with_settings_that_were_not_in_force_says_where_it_differs(told: Guard, tmp_path: Path) -> None:
    others = {1: settings_from_mapping({"max_contracts": {"limit": 1}})}
    found = replay(tmp_path / "state.db", others, lambda _: others)
    assert not found.is_same
    assert found.differences[0].startswith("Line ")


def test_another_configuration_tells_what_it_would_have_done(told: Guard, tmp_path: Path) -> None:
    stricter = {1: settings_from_mapping({"max_contracts": {"limit": 1}})}
    found = what_if(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT, stricter)
    assert any("RULE-001" in sentence for sentence in found.only_other)
    same_again = what_if(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT, {1: settings()})
    assert same_again.only_other == same_again.only_then == ()
    assert same_again.both


def test_there_is_no_journal_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database"):
        verify(tmp_path / "state.db")


def test_a_guard_can_be_looked_at_while_it_writes(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    for _ in range(10):
        guard.go_on(50)
        assert verify(tmp_path / "state.db").is_whole
    guard.store.close()


def test_backups_are_made_at_the_reset_and_on_request_and_the_newest_are_kept(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    times = iter(START + timedelta(days=day) for day in range(100))
    guard.store._now = lambda: next(times)
    for _ in range(16):
        guard.go_on(20)
        guard.wait()
        guard.store.backup()
    newest = guard.store.backup()
    made = sorted((tmp_path / "backups").iterdir())
    assert len(made) == 14
    assert made[-1] == newest
    assert verify(newest).is_whole
    guard.store.close()


def test_the_reset_makes_a_backup(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.wait()
    for _ in range(500):
        if list((tmp_path / "backups").glob("risk-*.db")):
            break
        time.sleep(0.01)
    else:
        raise AssertionError("no backup")
    guard.store.close()


def test_a_backup_that_is_restored_is_what_was_then(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(200)
    guard.wait()
    made, then = guard.store.backup(), guard.store.saved_state
    guard.go_on(200)
    with pytest.raises(StoreError, match="Another guard") as refused:
        restore(tmp_path, made, now=lambda: START)
    assert refused.value.trouble is StoreTrouble.SECOND_GUARD
    guard.store.close()
    aside = restore(tmp_path, made, now=lambda: START)
    assert aside is not None
    assert verify(aside).is_whole
    again = Guard(tmp_path)
    assert same(again.found.was, then)
    again.store.close()


def test_a_backup_that_is_damaged_is_not_restored(told: Guard, tmp_path: Path) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"x" * 5000)
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(StoreError, match="damaged, changed, or of a newer program"):
        restore(tmp_path, bad, now=lambda: START)
    with pytest.raises(StoreError, match="There is no backup"):
        restore(tmp_path, tmp_path / "none.db", now=lambda: START)
    assert (tmp_path / "state.db").read_bytes() == before


def test_what_is_too_old_goes_in_bites_and_what_is_left_is_whole_and_replays(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    for number in range(5):
        guard.go_on(2000)
        guard.store.close()
        guard = Guard(tmp_path)
        later = guard.state.now + timedelta(hours=7)
        guard._events = turns(number, begin=1000 * (number + 1), at=later)
    guard.go_on(1000)
    guard.store.close()
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as connection:
        lines = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
        trades = connection.execute("SELECT count(*) FROM trade_history").fetchone()[0]
        at = guard.state.now + timedelta(days=1) - timedelta(hours=9)
        bites = 1
        while prune(connection, Keep(journal_days=1), at):
            bites += 1
            assert verify(tmp_path / "state.db").is_whole
        assert bites > 1
        assert 0 < connection.execute("SELECT count(*) FROM journal").fetchone()[0] < lines
        assert connection.execute("SELECT count(*) FROM trade_history").fetchone()[0] < trades
        assert meta.read(connection).anchor.seq > 0
    checked = verify(tmp_path / "state.db")
    assert checked.is_whole
    assert checked.lines < lines
    assert replay(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT).differences == ()
    again = Guard(tmp_path)
    assert same(again.found.was, guard.state)
    again.store.close()


def test_a_file_of_an_earlier_version_is_brought_up_to_date_after_a_backup(
    told: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE positions ADD COLUMN note TEXT")

    migrations = (*schema.MIGRATIONS, second)
    for place in ("schema.VERSION", "opening.VERSION"):
        monkeypatch.setattr(f"risk_manager.store.{place}", 2)
    monkeypatch.setattr("risk_manager.store.opening.migrate", lambda one: schema.migrate(one, migrations))
    guard = Guard(tmp_path)
    assert "from version 1 to 2" in guard.store.warnings[0]
    guard.store.close()


def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    def wrong(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (x)")
        raise RuntimeError("a bug")

    with closing(sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as connection:
        with pytest.raises(RuntimeError):
            schema.migrate(connection, (*schema.MIGRATIONS, wrong))
        assert schema.version_of(connection) == 1
        assert not connection.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall()


def test_a_reader_cannot_write(told: Guard, tmp_path: Path) -> None:
    with closing(connect_to_read(tmp_path / "state.db")) as reader, pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM journal")
