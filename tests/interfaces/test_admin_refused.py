"""A change that the running guard refuses is in no file afterwards, and what root makes can be read by the guard."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from risk_manager import home as homes
from risk_manager.config.editing import Edit, with_value
from risk_manager.config.password import set_password
from risk_manager.daemon.reloading import Reload as Reloaded
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import changing, edits
from risk_manager.interfaces.admin.entrance import House, RefusedError
from risk_manager.ipc.admin import TOKEN_ENDED, Answer
from tests.daemon.admin_house import house
from tests.daemon.programs import make_home
from tests.daemon.test_rights import another, place, seen_by
from tests.interfaces.test_admin import PASSWORD, RISK, TEXT, typed
from tests.interfaces.test_admin_edits import editor

__all__ = ["another", "place"]
give: Any = getattr(os, "chown", None)
REFUSED = Reloaded(False, "accounts.yaml cannot be read: Permission denied")


async def put(home: Path, token: str, name: str, key: str, value: str) -> Answer:
    """Change one value as the commands and the console do, with a guard that runs."""

    def change() -> Answer:
        there = House(home)
        edit: Callable[[str, str], Edit] = lambda found, text: with_value(found, text, key, value)  # noqa: E731
        return changing.carried_out(there, changing.proposed(there, name, edit), token, "a change")

    return await asyncio.to_thread(change)


def guarded(tmp_path: Path) -> tuple[Path, Path]:
    """A home, and the folder for the door of its guard."""
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    (home / "config" / RISK).write_text(TEXT)
    (home / "data").mkdir(exist_ok=True)
    return home, home / "data"


async def test_what_the_guard_refuses_is_taken_back_and_that_is_said(tmp_path: Path) -> None:
    home, data = guarded(tmp_path)
    async with house(data) as one:
        one.reload = REFUSED
        token = await one.token()
        answer = await put(home, token, RISK, "daily_realized_loss.limit", "-400")
        assert (answer.is_done, answer.says) == (False, f"{REFUSED.says}\n{RISK} is as it was before.")
        assert (home / "config" / RISK).read_text() == TEXT
        answer = await put(home, token, "logging.yaml", "format", "json")
        assert (answer.is_done, answer.says) == (
            False,
            f"{REFUSED.says}\nlogging.yaml is taken away again: it was not there.",
        )
        assert not (home / "config" / "logging.yaml").exists()
        answer = await put(home, "no token of this guard", RISK, "daily_realized_loss.limit", "-400")
        assert answer.says.startswith(TOKEN_ENDED)
        assert (home / "config" / RISK).read_text() == TEXT
        one.reload = Reloaded(True, "The new settings are in force.")
        answer = await put(home, token, RISK, "daily_realized_loss.limit", "-400")
        assert (answer.is_done, answer.says) == (True, "The new settings are in force.")
        assert (home / "config" / RISK).read_text() == TEXT.replace("-500", "-400")


async def test_what_somebody_else_has_written_meanwhile_stays(tmp_path: Path) -> None:
    home, data = guarded(tmp_path)
    path = home / "config" / RISK
    async with house(data) as one:
        one.reload = REFUSED
        one.meanwhile = lambda: path.write_text("version: 1\n")
        answer = await put(home, await one.token(), RISK, "daily_realized_loss.limit", "-400")
        assert answer.says.endswith(f"{RISK} has been changed by somebody else meanwhile: that stays.")
    assert path.read_text() == "version: 1\n"


async def test_where_the_guard_cannot_be_asked_any_more_it_is_said_that_the_file_is_written(tmp_path: Path) -> None:
    home, _ = guarded(tmp_path)
    with pytest.raises(
        RefusedError, match=rf"{RISK} is written\. Whether the guard has taken it is not known\. No guard"
    ):
        await put(home, "a token", RISK, "daily_realized_loss.limit", "-400")


@pytest.mark.skipif(os.name == "nt", reason="owners of POSIX")
def test_the_guard_can_read_what_root_has_begun(
    place: Path, another: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = make_home(place, "http://127.0.0.1:9", key="a key")
    set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
    for path in (home, *home.rglob("*")):
        give(path, another.pw_uid, another.pw_gid)
    typed(monkeypatch, PASSWORD)
    assert edits.set_value("format", "json", file="logging.yaml", home=home, password_stdin=True) == ExitCode.FINE
    file = home / "config" / "logging.yaml"
    seen = seen_by(another, "cat", str(file))
    assert (seen.returncode, seen.stdout) == (0, file.read_text())
    monkeypatch.setenv("EDITOR", editor(tmp_path, "format: no such\n"))
    assert edits.edit("logging.yaml", home=home, password_stdin=True) == ExitCode.BAD_INPUT
    assert seen_by(another, "cat", str(home / "config" / "logging.yaml.typed")).stdout == "format: no such\n"
    assert [path for path in home.rglob("*") if path.stat().st_uid != another.pw_uid] == []


@pytest.mark.skipif(os.name == "nt", reason="owners of POSIX")
def test_folders_that_root_makes_belong_to_whom_the_way_belongs(place: Path, another: Any) -> None:
    give(place, another.pw_uid, another.pw_gid)
    homes.make_folder(place / "guard" / "config", homes.CLOSED)
    owners = [path.stat().st_uid for path in (place / "guard", place / "guard" / "config")]
    assert owners == [another.pw_uid] * 2
