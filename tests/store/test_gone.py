"""A database that is gone counts as a damaged one: who deletes it gets the newest backup, and everybody hears of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from risk_manager.core.state import State
from risk_manager.core.told_times import dated
from risk_manager.store import StoreError, StoreTrouble, copies, lease, open_store, replay, swapping, verify
from risk_manager.store.line import PUT_BACK
from tests.store.scalper import START
from tests.store.telling import same
from tests.store.test_restoring import lines_of
from tests.store.test_trouble import BY_ACCOUNT, Guard, damaged

KILLS_MOST: Final = 60


def first_is_made(folder: Path) -> None:
    """Wait for the backup that a store makes by itself: one that is read as it closes keeps its log."""
    for _ in range(1500):
        if list((folder / "backups").glob("risk-*Z.db")):
            return
        threading.Event().wait(0.01)
    raise AssertionError("there is no backup")


def lived(folder: Path, *, is_backed_up: bool = True) -> tuple[Path | None, State | None]:
    """A guard has been there; the backup that it has made, and the state that is in it."""
    guard = Guard(folder)
    guard.go_on(200)
    guard.wait()
    first_is_made(folder)
    made = guard.store.backup() if is_backed_up else None
    state = guard.store.saved_state
    guard.go_on(50)
    guard.store.close()
    return made, state


def whole(folder: Path) -> None:
    assert verify(folder / "state.db").is_whole
    assert replay(folder / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT).is_same


@pytest.mark.parametrize("how", ["deleted", "emptied", "moved away"])
def test_a_deleted_database_is_replaced_by_the_newest_backup_loudly_and_once(tmp_path: Path, how: str) -> None:
    made, state = lived(tmp_path)
    assert made is not None
    path = tmp_path / "state.db"
    if how == "deleted":
        path.unlink()
    elif how == "emptied":
        path.write_bytes(b"")
    else:
        path.rename(tmp_path / "state.old")
    until = copies.look_at(made, with_chain=False).until
    again = Guard(tmp_path)
    assert same(again.found.was, state)
    assert again.store.warnings == [
        f"CRITICAL: The database was gone: {path} had been deleted or moved, and a guard had written it. The backup "
        f"{made.name} is in its place: what came after it is not known, locks included. That is the time from "
        f"{dated(until)} to {dated(START)}. Trades and positions are asked of the broker."
    ]
    again.go_on(50)
    again.store.close()
    third = Guard(tmp_path)
    assert third.store.warnings == []
    third.store.close()
    told = [event for kind, event in lines_of(path) if kind == PUT_BACK]
    assert len(told) == 1
    assert f'"backup":"{made.name}"' in told[0]
    assert '"user":null' in told[0]
    whole(tmp_path)


def test_it_is_said_again_until_a_guard_has_begun_with_it(tmp_path: Path) -> None:
    lived(tmp_path)
    (tmp_path / "state.db").unlink()
    open_store(tmp_path, now=lambda: START).close()  # and ends before it has said a word
    again = Guard(tmp_path)
    assert "The database was gone: " in again.store.warnings[0]
    again.store.close()


@pytest.mark.parametrize("what", ["no good backup", "a damaged one aside", "its log"])
def test_where_something_is_left_and_no_good_backup_it_begins_anew_and_says_so(tmp_path: Path, what: str) -> None:
    lived(tmp_path, is_backed_up=False)
    path = tmp_path / "state.db"
    shutil.rmtree(tmp_path / "backups", ignore_errors=True)
    path.unlink()
    if what == "no good backup":
        (tmp_path / "backups").mkdir()
        (tmp_path / "backups" / "risk-20251023T150000000000Z.db").write_bytes(b"x" * 5000)
    elif what == "its log":
        (tmp_path / "state.db-wal").write_bytes(b"x" * 5000)
    else:
        (tmp_path / "state.db.damaged-20251023T150000000000Z").write_bytes(b"x" * 5000)
    again = Guard(tmp_path)
    assert again.found.state is None
    (said,) = again.store.warnings
    assert said.startswith("CRITICAL: The database was gone: ")
    assert "There is no good backup. No lock and no count of earlier is known: look at the account" in said
    kept = list(tmp_path.glob("state.db.missing-*Z-wal"))
    assert [f"kept as {one.name}." in said for one in kept] == ([True] if what == "its log" else [])
    again.go_on(50)
    again.store.close()
    third = Guard(tmp_path)
    assert same(third.found.was, again.state)
    assert third.store.warnings == []
    third.store.close()
    whole(tmp_path)


@pytest.mark.parametrize("is_there", [False, True])
def test_a_first_start_is_silent(tmp_path: Path, is_there: bool) -> None:
    if is_there:
        (tmp_path / "backups").mkdir()
        (tmp_path / "state.db").touch()  # as a start leaves it that was killed at once
    guard = Guard(tmp_path)
    assert (guard.found.state, guard.found.put_back, guard.store.warnings) == (None, None, [])
    guard.store.close()


def test_a_backup_that_was_changed_is_passed_over_for_an_older_one(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    older = guard.store.backup().rename(tmp_path / "backups" / "risk-20251022T150000000000Z.db")
    state = guard.store.saved_state
    guard.go_on(50)
    guard.wait()
    newer = guard.store.backup().rename(tmp_path / "backups" / "risk-20251023T150000000000Z.db")
    guard.store.close()
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE journal SET at = at + 1 WHERE seq = (SELECT max(seq) FROM journal)")
        connection.commit()
    (tmp_path / "state.db").unlink()
    again = Guard(tmp_path)
    assert same(again.found.was, state)
    (said,) = again.store.warnings
    assert f"The backup {newer.name} cannot be used: The journal is broken at line " in said
    assert f"The backup {older.name} is in its place" in said
    again.store.close()
    whole(tmp_path)


def test_a_disk_without_second_names_keeps_what_was_damaged_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("not here")

    lived(tmp_path)
    damaged(tmp_path / "state.db", "header")
    before = (tmp_path / "state.db").read_bytes()
    monkeypatch.setattr(os, "link", refused)
    again = Guard(tmp_path)
    (aside,) = tmp_path.glob("state.db.damaged-*Z")
    assert aside.read_bytes() == before
    assert f"What was left is kept as {aside.name}." in again.store.warnings[0]
    again.store.close()


@pytest.mark.parametrize("how", ["header", "deleted"])
def test_what_cannot_be_replaced_is_not_begun_without_a_word(tmp_path: Path, how: str) -> None:
    lived(tmp_path)
    path = tmp_path / "state.db"
    if how == "deleted":
        path.unlink()
    else:
        damaged(path, how)
    before = path.read_bytes() if path.exists() else None
    (tmp_path / "state.db.part").mkdir()
    with pytest.raises(StoreError, match="cannot be put into") as refused:
        open_store(tmp_path, now=lambda: START)
    assert refused.value.trouble is StoreTrouble.CANNOT_WRITE
    assert (path.read_bytes() if path.exists() else None) == before
    assert lease.is_held(tmp_path) is False


@pytest.mark.skipif(sys.platform == "win32", reason="it kills itself with SIGKILL")
@pytest.mark.parametrize("how", ["header", "pages", "deleted"])
def test_a_start_that_is_killed_anywhere_on_the_way_leaves_what_the_next_one_tells(tmp_path: Path, how: str) -> None:
    _, state = lived(tmp_path / "home")
    if how == "deleted":
        (tmp_path / "home" / "state.db").unlink()
    else:
        damaged(tmp_path / "home" / "state.db", how)
    for number in range(1, KILLS_MOST):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "home", folder)
        ended = subprocess.run([sys.executable, "-m", "tests.store.struck", str(folder), str(number)], timeout=60)
        if how != "deleted":
            assert swapping.is_there(folder / "state.db"), "at every moment there is a database"
        again = Guard(folder)
        assert [said[:27] for said in again.store.warnings] == ["CRITICAL: The database was "], number
        assert same(again.found.was, state)
        again.store.close()
        if not ended.returncode:
            break
    else:
        raise AssertionError("it has been killed every time")
    assert number > 10
