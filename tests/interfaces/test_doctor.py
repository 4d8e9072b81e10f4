"""The doctor's list: what is red, what is green, and what mends it."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from docs.pictures.states import LOCKED
from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import checks, doctor, places
from risk_manager.interfaces.admin.entrance import House
from risk_manager.ipc import status as published
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import SECRET, done, make_home

IS_ROOT = getattr(os, "geteuid", lambda: -1)() == 0


def give(path: Path, user: int) -> None:
    """Make it somebody else's. Only root may, and on Windows nobody so."""
    shutil.chown(path, user)


def listed(home: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    doctor.run(home=home, json=True)
    return {one["name"]: one for one in json.loads(capsys.readouterr().out)}


def test_a_home_that_is_not_there_says_how_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.run(home=tmp_path / "nothing") == ExitCode.DIFFERS
    shown = capsys.readouterr().out
    begin = f"risk-manager init --home {tmp_path / 'nothing'} makes one."
    assert f"RED  configuration: 2 things wrong.\n       {begin}" in shown
    assert "RED  guard: It has not run here yet." in shown
    assert shown.endswith("3 of 5 red.\n")


def test_problems_of_the_files_are_told_with_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    (home / "config" / "risk_config.yaml").write_text("version: 1\ndaily_realized_loss: {limit: 500}\n")
    found = listed(home, capsys)["configuration"]
    assert found["is_good"] is False
    assert "risk_config.yaml:2" in found["remedy"]


def test_no_rule_is_red(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    (home / "config" / "risk_config.yaml").write_text("version: 1\n")
    assert "nothing is limited" in listed(home, capsys)["configuration"]["says"]


def test_a_gateway_that_is_not_there_is_red(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(make_home(tmp_path, "http://127.0.0.1:9", key="a key"), capsys)
    assert (found["login"]["is_good"], found["clock"]["is_good"]) == (False, False)
    assert "a key" not in json.dumps(found)


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_what_others_may_read_or_write_is_red(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    accounts, risk = home / "config" / "accounts.yaml", home / "config" / "risk_config.yaml"
    for path, mode in ((home / "config", 0o700), (accounts, 0o640), (risk, 0o660)):
        path.chmod(mode)
    secrets, limits = checks.files(House(home))
    assert (secrets.is_good, secrets.remedy) == (False, f"chmod 600 {accounts}")
    assert (limits.is_good, limits.remedy) == (False, f"chmod go-w {risk}")
    accounts.chmod(0o600)
    (home / "data").mkdir()
    database = home / "data" / "state.db"
    database.touch()
    database.chmod(0o644)
    secrets, _ = checks.files(House(home))
    assert (secrets.is_good, secrets.remedy) == (False, f"chmod 600 {database}")
    database.chmod(0o600)
    risk.chmod(0o644)
    assert [one.is_good for one in checks.files(House(home))] == [True]


async def test_all_is_green_where_a_guard_runs(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 2})
        (home / "config" / "accounts.yaml").chmod(0o600)
        set_password(home / "config" / "admin_password.hash", "three words do it")
        async with guard(home) as running:
            code, out, _ = await done("doctor", "--home", str(home), BROKER_KEY=SECRET)
            assert (code, "RED" in out) == (ExitCode.FINE, False), out
            assert out.endswith("All 12 green.")
            code, out, _ = await done("doctor", "--home", str(home), BROKER_KEY="another key")
            assert code == ExitCode.DIFFERS
            assert "RED  login: " in out
            assert await running.stop() == ExitCode.FINE
        code, out, _ = await done("doctor", "--home", str(home), BROKER_KEY=SECRET)
        assert (code, "RED  guard: It does not run" in out) == (ExitCode.DIFFERS, True)


def test_an_account_that_was_not_read_is_red(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.data.mkdir()
    house.socket.touch()  # a guard that runs has one
    now = replace(LOCKED, at=datetime.now(UTC))
    asleep = replace(now, accounts=(*now.accounts, replace(now.accounts[0], id=466, is_asleep=True)))
    for shown, is_good, says in (
        (now, True, "Read and judged: 465."),
        (asleep, False, "Account 466 has not been read since the start: nothing is judged or closed there."),
    ):
        published.write(house.data / "status.json", shown)
        row = {one.name: one for one in checks.running(house)}["accounts"]
        assert (row.is_good, row.says) == (is_good, says)


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
@pytest.mark.parametrize("place", [".", "data", "config"])
def test_a_folder_in_which_all_may_write_is_red(tmp_path: Path, place: str) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    (home / "data").mkdir()
    (home / "config" / "accounts.yaml").chmod(0o600)
    assert all(one.is_good for one in checks.files(House(home)))
    (home / place).chmod(0o777)
    red = {one.name: one for one in checks.files(House(home))}["limits"]
    assert (red.is_good, red.remedy) == (False, f"chmod go-w {home / place}")


@pytest.mark.skipif(not IS_ROOT, reason="only root gives a file to somebody else")
def test_limits_that_belong_to_somebody_else_are_red(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    (home / "config" / "accounts.yaml").chmod(0o600)
    (home / "data").mkdir()
    risk = home / "config" / "risk_config.yaml"
    give(risk, 65534)
    red = {one.name: one for one in checks.files(House(home))}["owner"]
    assert (red.is_good, f"{risk} (user 65534)" in red.says, red.remedy) == (False, True, f"As root: chown 0 {risk}")
    for path in (home / "data", home / "config", home / "config" / "accounts.yaml"):
        give(path, 65534)
    assert all(one.is_good for one in checks.files(House(home))), "a guard of that user"


@pytest.mark.skipif(not IS_ROOT, reason="only root gives a file to somebody else")
@pytest.mark.parametrize("name", ["accounts.yaml", "risk_config.yaml", "notifications.yaml", "admin_password.hash"])
def test_a_file_that_the_guards_own_user_may_not_read_is_red_for_root_as_well(tmp_path: Path, name: str) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    for other in ("notifications.yaml", "admin_password.hash"):
        (home / "config" / other).touch()
    for path in (home, home / "config", *(home / "config").iterdir()):
        path.chmod(0o700)
        give(path, 65534)
    assert all(one.is_good for one in checks.files(House(home)))
    shut = home / "config" / name
    give(shut, 0)
    (red,) = (one for one in checks.files(House(home)) if not one.is_good)
    assert (red.name, red.says) == ("readable", f"The guard's own user (65534) may not read {shut}.")
    assert red.remedy == f"As root: chown 65534 {shut}"
    shut.chmod(0o604)
    assert "readable" not in {one.name for one in checks.files(House(home))}


def test_logs_that_are_not_written_as_wanted_are_red(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    assert places.logs(House(home)).is_good
    (home / "logs").write_text("in the way")
    red = places.logs(House(home))
    assert (red.is_good, f"{home / 'logs'} cannot be written" in red.says) == (False, True)
    (home / "logs").unlink()
    (home / "config" / "logging.yaml").write_text("level: loud\n")
    red = places.logs(House(home))
    assert (red.is_good, "1 thing wrong in logging.yaml" in red.says) == (False, True)
    assert "logging.yaml:1" in red.remedy


@pytest.mark.skipif(not IS_ROOT, reason="only root gives a file to somebody else")
def test_a_log_folder_that_the_guards_own_user_may_not_write_is_red_for_root_as_well(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    for name in ("data", "logs"):
        (home / name).mkdir()
    assert places.logs(House(home)).is_good
    give(home / "data", 65534)
    red = places.logs(House(home))
    assert (red.is_good, red.says) == (
        False,
        f"{home / 'logs'} cannot be written by the guard's own user (65534): nothing is logged.",
    )
    give(home / "logs", 65534)
    assert places.logs(House(home)).is_good
