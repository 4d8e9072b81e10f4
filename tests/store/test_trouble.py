"""A disk that is full, a folder that cannot be written, a file that is damaged: what the guard has is not lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from risk_manager.core import engine
from risk_manager.core.state import State
from risk_manager.store import StoreError, StoreTrouble, file, open_store, opening, replay, verify
from risk_manager.store.connection import connect_to_write
from tests.store.scalper import START, first_read, settings, turns
from tests.store.telling import Taken, same

BY_ACCOUNT = {1: settings()}


def _may_write_anywhere() -> bool:
    """An administrator may, unless that right was taken from him."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(stat.S_IREAD | stat.S_IEXEC)
        return os.access(folder, os.W_OK)


needs_closed_folders = pytest.mark.skipif(
    sys.platform == "win32" or _may_write_anywhere(),
    reason="the administrator may write in every folder: they run below without that right",
)


class Guard:
    """As much of a guard as a store needs."""

    def __init__(self, folder: Path) -> None:
        self.store = open_store(folder, now=lambda: START)
        self.troubles: list[str | None] = []
        self.is_told = threading.Event()
        self.store.on_trouble = self._told
        self.found = self.store.recover(BY_ACCOUNT, lambda _: BY_ACCOUNT)
        self.state: State = self.found.state or engine.begin(BY_ACCOUNT, START)
        self.store.begin(self.state)
        self._take(first_read(self.state.now), self.state.now)
        self._events = turns(7, begin=self.state.accounts[1].arrivals + 1, at=self.state.now)

    def go_on(self, count: int) -> None:
        for _ in range(count):
            self._take(*next(self._events))

    def wait(self) -> None:
        """Until everything is durable."""
        for _ in range(1500):
            if self.store.saved_count == self.store.heard_count and self.store.trouble is None:
                return
            threading.Event().wait(0.01)
        raise AssertionError(self.store.trouble)

    def wait_for_trouble(self) -> None:
        assert self.is_told.wait(10)
        self.is_told.clear()

    def _told(self, why: str | None) -> None:
        self.troubles.append(why)
        self.is_told.set()

    def _take(self, event: object, at: object) -> None:
        step = engine.step(self.state, event, BY_ACCOUNT, at)  # type: ignore[arg-type]
        self.state = step.state
        self.store.heard(Taken(event, at, step))  # type: ignore[arg-type]


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, guard: Guard, pages: int = 1) -> Iterator[None]:
    """Inside, the file may not grow: SQLite says that the disk is full, and means it."""

    def connect(path: Path) -> sqlite3.Connection:
        connection = connect_to_write(path)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(file, "connect_to_write", connect)
        assert guard.store._writer is not None
        guard.store._writer.ask(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}")).result(10)
        yield


def test_a_full_disk_is_told_once_and_everything_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    before = guard.store.head.seq
    with failing(monkeypatch, guard):
        guard.go_on(3000)
        guard.wait_for_trouble()
        assert guard.store.trouble is not None
        assert "cannot be written: database or disk is full" in guard.store.trouble
        assert guard.store.saved_count < guard.store.heard_count
        guard.go_on(500)
    guard.wait()
    assert len(guard.troubles) == 2
    assert guard.troubles[1] is None
    assert guard.store.head.seq > before
    guard.store.close()
    again = Guard(tmp_path)
    assert same(again.found.was, guard.state)
    again.store.close()
    assert verify(tmp_path / "state.db").is_whole
    assert replay(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT).is_same


def test_what_is_not_durable_is_lost_with_the_process_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    durable = guard.store.saved_state
    head = guard.store.head
    with failing(monkeypatch, guard):
        guard.go_on(3000)
        guard.wait_for_trouble()
        assert guard.store.saved_state is not None
        assert guard.store.head.seq >= head.seq
        durable, head = guard.store.saved_state, guard.store.head
        assert not guard.store.close(0.5)
    store = open_store(tmp_path, now=lambda: START)
    found = store.recover(BY_ACCOUNT, lambda _: BY_ACCOUNT)
    assert same(found.was, durable)
    assert not found.was_clean
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
def test_a_file_that_the_system_does_not_let_grow(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.store.limited", str(tmp_path)], capture_output=True, text=True, timeout=100
    )
    assert told.returncode == 0, told.stderr
    assert "cannot be written" in told.stdout
    assert told.stdout.endswith("caught up\n")
    assert verify(tmp_path / "state.db").is_whole


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be made") as refused:
        open_store(tmp_path / "data", now=lambda: START)
    assert refused.value.trouble is StoreTrouble.CANNOT_WRITE


@needs_closed_folders
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.store.close()
    for path in (*tmp_path.iterdir(), tmp_path):
        path.chmod(stat.S_IREAD | (stat.S_IEXEC if path.is_dir() else 0))
    try:
        again = Guard(tmp_path)
        assert same(again.found.was, guard.state)
        again.go_on(10)
        again.wait_for_trouble()
    finally:
        for path in (tmp_path, *tmp_path.iterdir()):
            path.chmod(stat.S_IRWXU)
    again.wait()
    again.store.close()


@needs_closed_folders
def test_a_folder_that_may_not_be_written_with_a_log_that_a_killed_guard_has_left(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    left = tmp_path / "left"
    left.mkdir()
    for ending in ("", "-wal"):
        shutil.copyfile(tmp_path / f"state.db{ending}", left / f"state.db{ending}")
    saved = guard.store.saved_state
    guard.store.close()
    left.chmod(stat.S_IREAD | stat.S_IEXEC)
    try:
        again = Guard(left)
        assert same(again.found.was, saved)
    finally:
        left.chmod(stat.S_IRWXU)
    again.wait()
    again.store.close()


@pytest.mark.skipif(
    not (_may_write_anywhere() and shutil.which("setpriv")), reason="no right to take away: both have run just now"
)
def test_closed_folders_where_an_administrators_right_is_taken_from_him() -> None:
    words = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override", sys.executable, "-m", "pytest"]
    files = [__file__, str(Path(__file__).parents[1] / "daemon" / "test_keeping_in_trouble.py")]
    words += ["-q", "-p", "no:cacheprovider", "-k", "test_a_folder_that_may", *files]
    told = subprocess.run(words, capture_output=True, text=True, timeout=200)
    assert "3 passed" in told.stdout, told.stdout + told.stderr


def test_a_file_that_can_only_be_read_gives_its_locks_and_is_written_as_soon_as_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.store.close()

    def refused(path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorname = "SQLITE_READONLY"
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(opening, "connect_to_write", refused)
        patch.setattr(file, "connect_to_write", refused)
        again = Guard(tmp_path)
        assert "can be read and not written" in again.store.warnings[0]
        assert same(again.found.was, guard.state)
        again.go_on(10)
        again.wait_for_trouble()
    again.wait()
    again.store.close()


def damaged(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "header":
        content[:100] = b"x" * 100
    elif how == "pages":
        for at in range(4096, len(content), 4096):
            content[at : at + 64] = b"\xff" * 64
    else:
        del content[len(content) // 2 :]
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["header", "pages", "truncated"])
def test_a_damaged_file_is_set_aside_and_the_backup_taken(tmp_path: Path, how: str) -> None:
    guard = Guard(tmp_path)
    guard.go_on(200)
    guard.wait()
    guard.store.backup()
    kept = guard.store.saved_state
    guard.go_on(50)
    guard.store.close()
    damaged(tmp_path / "state.db", how)
    again = Guard(tmp_path)
    assert any("was damaged" in warning and "The backup risk-" in warning for warning in again.store.warnings)
    assert same(again.found.was, kept)
    assert len(list(tmp_path.glob("state.db.damaged-*"))) == 1
    again.go_on(50)
    again.wait()
    again.store.close()
    assert verify(tmp_path / "state.db").is_whole


def test_a_damaged_file_without_a_backup_begins_with_nothing_and_says_so(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.store.close()
    for made in (tmp_path / "backups").glob("*"):
        made.unlink()
    damaged(tmp_path / "state.db", "pages")
    again = Guard(tmp_path)
    assert again.found.state is None
    assert any("There is no good backup" in warning for warning in again.store.warnings)
    again.store.close()


def test_a_line_that_was_changed_in_what_is_replayed_counts_as_damage(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    guard.store.backup()
    guard.store.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.execute("UPDATE journal SET at = at + 1 WHERE seq = (SELECT max(seq) FROM journal)")
        connection.commit()
    again = Guard(tmp_path)
    assert any("broken at line" in warning for warning in again.store.warnings)
    again.store.close()


def test_a_backup_that_leads_to_nothing_either_is_passed_over(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    guard.store.close()
    for made in (tmp_path / "backups").glob("*"):
        made.unlink()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.execute("UPDATE journal SET at = at + 1 WHERE seq = (SELECT max(seq) FROM journal)")
        connection.commit()
    (tmp_path / "backups").mkdir(exist_ok=True)
    shutil.copyfile(tmp_path / "state.db", tmp_path / "backups" / "risk-20251023T150000000000Z.db")
    again = Guard(tmp_path)
    assert again.found.state is None
    (said,) = again.store.warnings
    assert "The backup risk-20251023T150000000000Z.db cannot be used: The journal is broken at line " in said
    assert "There is no good backup." in said
    again.go_on(10)
    again.wait()
    again.store.close()
    assert verify(tmp_path / "state.db").is_whole


def test_a_file_that_is_damaged_while_the_guard_runs_is_begun_anew_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard(tmp_path)
    guard.go_on(50)
    guard.wait()
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorname = "SQLITE_CORRUPT"
    whole = file.File.write
    broken = [error]

    def write(self: file.File, *given: object) -> None:
        if broken:
            raise broken.pop()
        whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(file.File, "write", write)
    guard.go_on(50)
    guard.wait()
    assert guard.troubles[0] is not None
    assert "is damaged" in guard.troubles[0]
    guard.go_on(20)
    guard.store.close()
    again = Guard(tmp_path)
    assert same(again.found.was, guard.state)
    again.store.close()
    assert replay(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT).is_same


def test_a_clock_that_goes_back_changes_nothing(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(40)
    guard._events = turns(9, begin=1000, at=START)
    guard.go_on(40)
    guard.store.close()
    assert replay(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT).is_same


def test_an_error_of_ours_ends_the_writer_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    guard = Guard(tmp_path)

    def write(self: file.File, *given: object) -> None:
        raise sqlite3.IntegrityError("UNIQUE constraint failed: journal.seq")

    monkeypatch.setattr(file.File, "write", write)
    guard.go_on(20)
    guard.wait_for_trouble()
    assert "has ended with IntegrityError" in str(guard.store.trouble)
    assert not guard.store.close(1)
