"""A database that loses its name, or its place, while the guard writes it: it comes back whole, and everybody hears of
it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from risk_manager.store import copies, file, writer
from risk_manager.store.connection import damaged
from tests.store.telling import same
from tests.store.test_gone import whole
from tests.store.test_trouble import Guard

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no file that is open")


def until(is_so: object, what: str) -> None:
    assert callable(is_so)
    for _ in range(1500):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError(what)


@pytest.fixture
def guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guard:
    """One that looks after its file several times a second."""
    monkeypatch.setattr(writer, "HEARTBEAT_SECONDS", 0.05)
    guard = Guard(tmp_path)
    guard.go_on(200)
    guard.wait()
    until(lambda: list((tmp_path / "backups").glob("risk-*Z.db")), "the first backup is made")
    return guard


def is_back(guard: Guard, folder: Path) -> None:
    """All that was written before and after is there, and it has been said."""
    guard.wait()
    guard.store.close()
    again = Guard(folder)
    assert same(again.found.was, guard.state)
    again.store.close()
    whole(folder)


@pytest.mark.parametrize("how", ["deleted", "moved away", "deleted with its log", "another in its place"])
def test_it_comes_back_with_all_that_it_held(tmp_path: Path, guard: Guard, how: str) -> None:
    told: list[str] = []

    def hear(text: str) -> None:
        if text.startswith("CRITICAL"):  # a reset's backup may find nothing to copy at just this moment, and says so
            told.append(text)

    guard.store.on_warning = hear
    path = tmp_path / "state.db"
    if how == "another in its place":
        (tmp_path / "other").write_bytes(b"nothing")
        os.replace(tmp_path / "other", path)
    elif how == "moved away":
        path.rename(tmp_path / "elsewhere.db")
    else:
        path.unlink()
        for ending in ("-wal", "-shm") if how == "deleted with its log" else ():
            Path(f"{path}{ending}").unlink()
    guard.go_on(100)
    until(lambda: told, "it is said")
    assert told == [
        f"CRITICAL: The database {path} was deleted or moved while the guard was writing it. It is back with all that "
        "it held. Whoever did that may write in the guard's folder, and should not."
    ]
    guard.go_on(100)
    is_back(guard, tmp_path)


def test_where_it_cannot_come_back_that_is_said_and_tried_again(tmp_path: Path, guard: Guard) -> None:
    (tmp_path / "state.db.part").mkdir()
    (tmp_path / "state.db").unlink()
    guard.go_on(100)
    guard.wait_for_trouble()
    assert guard.store.trouble is not None
    assert "it was deleted or moved, and cannot be put back: " in guard.store.trouble
    assert "goes on from memory" in guard.store.trouble
    guard.go_on(100)
    (tmp_path / "state.db.part").rmdir()
    is_back(guard, tmp_path)
    assert guard.troubles[-1] is None


def test_the_whole_folder_may_go_and_come_back(tmp_path: Path, guard: Guard) -> None:
    away = tmp_path.parent / f"{tmp_path.name}-away"
    tmp_path.rename(away)
    guard.go_on(100)
    guard.wait_for_trouble()
    guard.go_on(100)
    away.rename(tmp_path)
    is_back(guard, tmp_path)
    assert guard.troubles[-1] is None


def test_a_file_that_is_gone_when_it_is_opened_again_is_not_begun_empty_without_a_word(
    tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "HEARTBEAT_SECONDS", 3600.0)
    guard.go_on(10)
    guard.wait()

    def close(connection: sqlite3.Connection) -> None:
        """As after any trouble with the disk."""
        assert guard.store._writer is not None
        guard.store._writer._file.close()
        shutil.rmtree(tmp_path / "backups")
        (tmp_path / "state.db").unlink()

    assert guard.store._writer is not None
    guard.store._writer.ask(close).result(10)
    guard.go_on(100)
    guard.wait()
    assert guard.troubles[0] is not None
    assert "is damaged: the file is gone" in guard.troubles[0]
    is_back(guard, tmp_path)


def test_a_damaged_file_that_nothing_can_replace_is_tried_again(
    tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state.db.part").mkdir()
    is_damaged, write = [True], file.File.write

    def fail(self: file.File, *given: object) -> None:
        if is_damaged:
            raise damaged("database disk image is malformed")
        write(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(file.File, "write", fail)
    guard.go_on(50)
    guard.wait_for_trouble()
    assert guard.store.trouble is not None
    assert "is malformed (SQLITE_CORRUPT), and nothing can take its place: " in guard.store.trouble
    guard.go_on(50)
    (tmp_path / "state.db.part").rmdir()
    until(lambda: any("is damaged" in why for why in guard.troubles if why is not None), "it is set aside")
    is_damaged.clear()
    is_back(guard, tmp_path)
    assert guard.troubles[-1] is None


def test_the_first_backup_is_made_with_the_first_lines(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(10)
    guard.wait()
    until(lambda: list((tmp_path / "backups").glob("risk-*Z.db")), "there is a backup")
    guard.store.close()
    (made,) = (tmp_path / "backups").glob("risk-*Z.db")
    assert copies.look_at(made, with_chain=True).is_good
    (tmp_path / "state.db").unlink()
    again = Guard(tmp_path)
    assert "CRITICAL: The database was gone: " in again.store.warnings[0]
    assert f"The backup {made.name} is in its place" in again.store.warnings[0]
    again.store.close()
