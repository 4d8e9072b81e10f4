"""A backup put back: the record says so, nothing is lost of what it replaces, and what is not whole is not taken."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from risk_manager.core.told_times import dated
from risk_manager.store import StoreError, StoreTrouble, backup, copies, put_back, replay, restore, verify
from risk_manager.store.connection import connect_to_read
from risk_manager.store.line import PUT_BACK
from risk_manager.store.recovery import read_lines
from tests.store.scalper import START
from tests.store.telling import same
from tests.store.test_trouble import BY_ACCOUNT, Guard

LATER = START + timedelta(days=1)


def backed_up(folder: Path) -> tuple[Path, Guard]:
    """A backup, and the guard that went on after it and has ended."""
    guard = Guard(folder)
    guard.go_on(200)
    guard.wait()
    made = guard.store.backup()
    guard.go_on(200)
    guard.store.close()
    return made, guard


def lines_of(path: Path) -> list[tuple[str, str]]:
    with closing(connect_to_read(path)) as connection:
        return [(line.kind, line.event) for line in read_lines(connection, 0)]


def test_the_journal_that_is_put_back_says_so_and_is_whole(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    before = copies.look_at(made, with_chain=True)
    assert before.is_good
    assert restore(tmp_path, made, now=lambda: LATER, user=1000) is not None
    path = tmp_path / "state.db"
    assert verify(path).is_whole
    assert verify(path).last.seq == before.last.seq + 1
    kind, event = lines_of(path)[-1]
    assert kind == PUT_BACK
    assert f'"backup":"{made.name}"' in event
    assert '"user":1000' in event
    assert replay(path, BY_ACCOUNT, lambda _: BY_ACCOUNT).is_same


def test_the_next_guard_hears_of_it_loudly_and_the_one_after_that_does_not(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    until = copies.look_at(made, with_chain=False).until
    aside = restore(tmp_path, made, now=lambda: LATER, user=1000)
    assert aside is not None
    again = Guard(tmp_path)
    back = again.found.put_back
    assert back == put_back.PutBack(backup=made.name, until=until, at=LATER, user=1000, aside=aside.name)
    assert until is not None
    assert again.store.warnings == [
        f"CRITICAL: The database is the backup {made.name}, which user 1000 put back at {dated(LATER)}. "
        f"It ends at {dated(until)}: locks, waivers and counts of later are not known. Trades and "
        f"positions are asked of the broker. What stood there is kept as {aside.name}."
    ]
    again.go_on(50)
    again.store.close()
    third = Guard(tmp_path)
    assert (third.found.put_back, third.store.warnings) == (None, [])
    third.store.close()
    assert replay(tmp_path / "state.db", BY_ACCOUNT, lambda _: BY_ACCOUNT).is_same


def test_what_was_replaced_can_be_put_back_itself_with_all_that_lay_in_its_log(tmp_path: Path) -> None:
    guard = Guard(tmp_path)
    guard.go_on(200)
    guard.wait()
    made = guard.store.backup()
    guard.go_on(200)
    guard.wait()
    killed = tmp_path / "killed"  # as a guard that was killed leaves it: the log is not folded in
    killed.mkdir()
    for path in tmp_path.glob("state.db*"):
        shutil.copyfile(path, killed / path.name)
    then = guard.store.saved_state
    guard.store.close()
    assert (killed / "state.db-wal").stat().st_size > 0
    aside = restore(killed, made, now=lambda: LATER)
    assert aside is not None
    assert not (killed / "state.db-wal").exists()
    restore(killed, aside, now=lambda: LATER + timedelta(minutes=1))
    again = Guard(killed)
    assert same(again.found.was, then)
    again.store.close()


def test_a_damaged_database_is_replaced_and_kept_as_it_is(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    (tmp_path / "state.db").write_bytes(b"x" * 5000)
    aside = restore(tmp_path, made, now=lambda: LATER)
    assert aside is not None
    assert aside.read_bytes() == b"x" * 5000
    assert verify(tmp_path / "state.db").is_whole


def test_where_there_was_none_it_is_there_then(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    elsewhere = tmp_path / "a new machine" / "data"
    assert restore(elsewhere, made, now=lambda: LATER) is None
    again = Guard(elsewhere)
    assert again.found.put_back is not None
    assert again.found.put_back.aside == ""
    again.store.close()


def test_a_backup_in_which_a_line_was_changed_is_not_put_back(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("UPDATE journal SET event = replace(event, 'MNQ', 'NQ') WHERE seq = 20")
        connection.commit()
    before = (tmp_path / "state.db").read_bytes()
    assert copies.look_at(made, with_chain=False).is_good, "only the chain shows it"
    with pytest.raises(StoreError, match="changed, or of a newer program: Line 20 ") as refused:
        restore(tmp_path, made, now=lambda: LATER)
    assert refused.value.trouble is StoreTrouble.DAMAGED
    assert (tmp_path / "state.db").read_bytes() == before


def test_the_database_is_no_backup_of_itself(tmp_path: Path) -> None:
    backed_up(tmp_path)
    with pytest.raises(StoreError, match="is the database itself"):
        restore(tmp_path, tmp_path / "state.db", now=lambda: LATER)


def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    before = (tmp_path / "state.db").read_bytes()
    (tmp_path / "state.db.part").mkdir()
    with pytest.raises(StoreError, match="cannot be put into"):
        restore(tmp_path, made, now=lambda: LATER)
    assert (tmp_path / "state.db").read_bytes() == before
    assert not list(tmp_path.glob("*replaced*"))


def test_how_much_is_lost_is_counted_in_lines_of_the_journal_of_now(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    path, copy = tmp_path / "state.db", copies.look_at(made, with_chain=False)
    assert copies.lines_lost(path, copy) == verify(path).last.seq - copy.last.seq > 0
    other = Guard(tmp_path / "other")
    other.go_on(3)
    other.store.close()
    assert copies.lines_lost(tmp_path / "other" / "state.db", copy) is None
    assert copies.lines_lost(tmp_path / "none.db", copy) is None


def test_every_backup_of_a_folder_is_told_good_or_with_what_is_wrong(tmp_path: Path) -> None:
    made, _ = backed_up(tmp_path)
    (made.parent / "risk-20991231T000000000000Z.db").write_bytes(b"x" * 5000)
    bad, good = copies.all_of(tmp_path)
    assert (bad.is_good, bad.until, good.path) == (False, None, made)
    assert "file is not a database" in bad.problems[0]
    assert good.is_good
    assert list(copies.all_of(tmp_path / "nowhere")) == []


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can give a file to another user")
def test_what_root_makes_in_the_folder_of_the_guard_belongs_to_the_guards_user(tmp_path: Path) -> None:
    data, user = tmp_path / "data", 65534
    Guard(data).store.close()
    shutil.rmtree(data / "backups", ignore_errors=True)
    (data / "guard.lock").unlink()
    for path in (data, *data.iterdir()):
        getattr(os, "chown")(path, user, user)  # noqa: B009  the name is not there on Windows
    made = backup.make(data / "state.db", data / "backups", LATER, 14)
    assert restore(data, made, now=lambda: LATER) is not None
    found = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in data.rglob("*")}
    assert found.keys() >= {"state.db", "guard.lock", "backups", made.name}
    assert found == dict.fromkeys(found, (user, user))
