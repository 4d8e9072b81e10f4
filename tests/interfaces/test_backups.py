"""The admin's backups: made while the guard runs and while it does not, listed, put back, and never by anybody else."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.audit import audit_command, replay_command
from risk_manager.config.password import set_password
from risk_manager.daemon.clock import SystemClock
from risk_manager.exit_codes import ExitCode
from risk_manager.store import open_store
from tests.crash.house import ACCOUNT, account_of, broker, guard, new_home, rows, status
from tests.daemon.programs import SECRET, Program, done, make_home, program, until

PASSWORD: Final = "three words do it"
WORD: Final = "--password-stdin"
LOSS: Final[dict[str, Any]] = {"daily_realized_loss": {"limit": -1, "include_unrealized": False}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a password and a database, and no guard."""
    folder = make_home(tmp_path / "home", "http://127.0.0.1:9", key="a-key-of-this-home")
    set_password(folder / "config" / "admin_password.hash", PASSWORD, rounds=4)
    open_store(folder / "data", now=SystemClock().now).close()
    return folder


async def answer(*words: str, says: str = PASSWORD) -> tuple[int, str, str]:
    """A command with the password on its stdin: exit code, data, talk."""
    async with program("admin", *words, WORD, says=says) as running:
        code = await running.ended()
    return code, "\n".join(running.out), "\n".join(running.err)


async def listed(home: Path) -> list[dict[str, Any]]:
    _, out, _ = await done("admin", "backups", "--home", str(home), "--json", "--check")
    return list(json.loads(out))


async def test_without_a_guard_a_backup_is_made_checked_listed_and_put_back(home: Path) -> None:
    where = ("--home", str(home))
    code, out, err = await answer("backup", *where)
    assert code == ExitCode.FINE, err
    made = Path(out)
    assert made.parent == home / "data" / "backups"
    assert "Its content is whole, and so is its chain." in err
    assert [(one["file"], one["is_good"], one["bytes"]) for one in await listed(home)] == [
        (str(made), True, made.stat().st_size)
    ]
    code, _, err = await answer("restore", made.name, *where)
    assert code == ExitCode.FINE, err
    assert "What stood there is kept: " in err
    assert len(list((home / "data").glob("state.db.replaced-*"))) == 1
    _, out, _ = await answer("backup", *where, "--json")
    assert json.loads(out)["is_good"] is True, out


async def test_without_the_password_nothing_is_made_and_nothing_put_back(home: Path) -> None:
    await answer("backup", "--home", str(home))
    before = {path: path.read_bytes() for path in (home / "data").rglob("*") if path.is_file()}
    for words in (("backup",), ("restore",), ("restore", "newest", "--yes")):
        code, out, err = await answer(*words, "--home", str(home), says="not the password")
        assert (code, out, err.splitlines()[-1]) == (ExitCode.REFUSED, "", "The password is wrong.")
    (home / "config" / "admin_password.hash").unlink()
    code, _, err = await answer("restore", "--home", str(home))
    assert (code, err.splitlines()[-1]) == (
        ExitCode.REFUSED,
        "No admin password is set yet. Set one: risk-manager admin password",
    )
    after = {path: path.read_bytes() for path in (home / "data").rglob("*") if path.is_file()}
    lock = home / "data" / "guard.lock"
    assert {**after, lock: b""} == {**before, lock: b""}


async def test_what_is_not_there_or_not_good_is_said(home: Path) -> None:
    where = ("--home", str(home))
    code, out, err = await done("admin", "backups", *where)
    assert (code, out) == (ExitCode.FINE, "")
    assert "There is no backup in " in err
    code, _, err = await answer("restore", *where)
    assert (code, "There is no good backup in " in err) == (ExitCode.REFUSED, True)
    code, _, err = await answer("restore", "risk-1.db", *where)
    assert (code, "There is no backup risk-1.db." in err) == (ExitCode.REFUSED, True)
    _, out, _ = await answer("backup", *where)
    bad = Path(out)
    bad.write_bytes(b"x" * 5000)
    code, out, _ = await done("admin", "backups", *where)
    assert (code, "NOT GOOD" in out) == (ExitCode.DIFFERS, True)
    code, _, err = await answer("restore", bad.name, *where)
    assert (code, "cannot be put back" in err) == (ExitCode.REFUSED, True)
    (home / "data" / "state.db").unlink()
    code, _, err = await answer("backup", *where)
    assert (code, "no guard has ever run there" in err) == (ExitCode.REFUSED, True)


def locked(home: Path) -> list[str]:
    now = status(home)
    return [lock.rule for lock in account_of(now).locks] if now is not None and now.accounts else []


async def killed(running: Program) -> None:
    running.process.kill()
    await running.ended()


@pytest.mark.skipif(os.name == "nt", reason="Unix sockets, and it ends its programs with SIGTERM and SIGKILL")
async def test_a_backup_of_a_running_guard_is_put_back_and_the_next_start_says_so(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **LOSS)
        set_password(home / "config" / "admin_password.hash", PASSWORD)
        where = ("--home", str(home))
        async with guard(home) as first:
            await side.post("place", accountId=ACCOUNT, contractId=await side.contract("EP"), side=0, size=1)
            await until(lambda: locked(home) == ["RULE-003"], "the day is lost")
            code, out, err = await answer("backup", *where)
            assert code == ExitCode.FINE, err
            made = Path(out)
            await first.says("asked to make a backup")
            cleared = await answer("lockouts", "clear", "RULE-003", "--account", str(ACCOUNT), "--reason", "x", *where)
            assert cleared[0] == ExitCode.FINE, cleared
            await until(lambda: locked(home) == [], "the lock is gone")
            code, _, err = await answer("restore", *where)
            assert (code, "A guard is running for this home" in err) == (ExitCode.REFUSED, True)
            await killed(first)
        code, _, err = await answer("restore", made.name, *where)
        assert code == ExitCode.FINE, err
        assert " lines of the journal of now come after it." in err
        assert "What happened from " in err
        async with guard(home) as second:
            said = await second.says("CRITICAL: The database is the backup ")
            assert made.name in said
            await second.says("asked to put the backup ")
            assert "a backup that was put back: of the time since " in await second.says("nothing is known")
            await until(lambda: locked(home) == ["RULE-003"], "the lock of the backup stands again")
            now = status(home)
            assert now is not None
            assert any("put back" in told for told in now.while_away)
            assert await second.stop() == ExitCode.FINE
        assert audit_command.verify(home=home) == ExitCode.FINE
        assert replay_command.run(home=home) == ExitCode.FINE
        acts = [row["event"] for row in rows(home, "SELECT event FROM journal WHERE kind = 'admin_acted'")]
        assert [act for act in acts if made.name in act]
        assert SECRET.encode() not in made.read_bytes()
        (aside,) = (home / "data").glob("state.db.replaced-*Z")
        assert aside.stat().st_size > 0


@pytest.mark.skipif(os.name == "nt", reason="terminals are of another kind there")
@pytest.mark.parametrize("answer_given", [b"\r", b"n\r", b"\x04"], ids=["nothing", "no", "gone"])
async def test_at_a_terminal_it_is_shown_what_is_lost_and_asked_once_more(home: Path, answer_given: bytes) -> None:
    in_terminal: Any = import_module("tests.terminal").in_terminal  # not on Windows

    await answer("backup", "--home", str(home))
    before = (home / "data" / "state.db").read_bytes()
    async with in_terminal("admin", "restore", "--home", str(home)) as (screen, _):
        await screen.shows(b"is empty: no lock and no count is in it.")
        await screen.shows(b"Admin password: ")
        screen.press(PASSWORD.encode() + b"\r")
        await screen.shows(b"Put it back [n]: ")
        screen.press(answer_given)
        await screen.shows(b"Nothing is changed.")
        assert await screen.ended() == ExitCode.REFUSED
        assert PASSWORD.encode() not in screen.written
    assert (home / "data" / "state.db").read_bytes() == before
