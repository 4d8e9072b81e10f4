"""The admin's commands that only look: rules, accounts, the connection, logs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.core.rules import RULES
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import logs, rules
from risk_manager.interfaces.admin.logs import Tail
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import SECRET, done, make_home, program

ACCOUNTS = """\
topstepx: {username: a, api_key: "${NOT_SET_ANYWHERE}"}
monitored_accounts:
  - {account_id: 1, account_name: First}
  - {account_id: 2, rules: {max_contracts: {limit: 9}, daily_realized_loss: {enabled: false}}}
"""
RISK = """\
version: 1
max_contracts: {limit: 2}
daily_realized_loss: {limit: -500.50, reset_time: "16:00"}
cooldown_after_loss: {loss_thresholds: [{loss_amount: -100, cooldown_duration: 60}]}
session_block_outside: {global_session: {start: "17:00", end: "15:05", days: [mon, fri]}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two accounts; the key is not needed to read what is limited."""
    folder = make_home(tmp_path, "http://127.0.0.1:9")
    (folder / "config" / "accounts.yaml").write_text(ACCOUNTS)
    (folder / "config" / "risk_config.yaml").write_text(RISK)
    return folder


def test_every_rule_is_listed_for_each_account_with_what_was_written_down(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rules.run(home=home) == ExitCode.FINE
    first, second = capsys.readouterr().out.split("Account 2\n")
    told = {line.split()[1]: line.partition("  on   ")[2] for line in first.splitlines()[1:] if "  on" in line}
    assert told == {
        "max_contracts": "limit 2",
        "daily_realized_loss": "limit -500.50, reset_time 16:00",
        "cooldown_after_loss": "loss_thresholds [{loss_amount: -100, cooldown_duration: 60}]",
        "session_block_outside": "global_session {start: 17:00, end: 15:05, days: [mon, fri]}",
    }
    assert "max_contracts                 on   limit 9" in second
    assert "daily_realized_loss           off" in second
    assert first.startswith("Account 1 First\n")
    assert first.count("RULE-") == second.count("RULE-") == len(RULES)


def test_rules_as_json_have_all_settings(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.run(home=home, account=1, json=True) == ExitCode.FINE
    (account,) = json.loads(capsys.readouterr().out)
    loss = next(one for one in account["rules"] if one["id"] == "RULE-003")
    assert (loss["is_on"], loss["settings"]["limit"], loss["settings"]["include_fees"]) == (True, "-500.50", True)


def test_what_cannot_be_listed_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.run(home=home, account=3) == ExitCode.BAD_INPUT
    assert "No account 3" in capsys.readouterr().err
    (home / "config" / "risk_config.yaml").write_text("max_contracts: {limit: many}\n")
    assert rules.run(home=home) == ExitCode.BAD_INPUT
    assert "risk_config.yaml:1  max_contracts.limit" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_accounts_and_connection_of_a_guard_that_runs_and_of_one_that_does_not(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 2})
        where = ("--home", str(home))
        code, out, _ = await done("admin", "accounts", *where, BROKER_KEY=SECRET)
        assert (code, "not guarded: no guard runs" in out) == (ExitCode.FINE, True)
        async with guard(home) as running:
            code, out, _ = await done("admin", "accounts", *where, "--json", BROKER_KEY=SECRET)
            accounts: dict[int, Any] = {one["id"]: one for one in json.loads(out)["accounts"]}
            assert (accounts[465]["is_guarded"], accounts[465]["is_seen"], code) == (True, True, ExitCode.FINE)
            other = next(one for number, one in accounts.items() if number != 465)
            assert (other["is_configured"], other["says"]) == (False, "not guarded: it is not in accounts.yaml")
            code, out, err = await done("admin", "accounts", *where)
            assert (code, "gateway not asked" in out) == (ExitCode.UNREACHABLE, True)
            assert "the environment variable BROKER_KEY is not set" in err
            code, out, _ = await done("admin", "test-connection", *where, BROKER_KEY=SECRET)
            assert code == ExitCode.FINE, out
            assert [line[:3] for line in out.splitlines()] == ["ok "] * 4
            assert await running.stop() == ExitCode.FINE
        code, out, err = await done("admin", "test-connection", *where, "--json", BROKER_KEY="wrong-and-secret")
        assert code == ExitCode.UNREACHABLE
        assert [one["is_good"] for one in json.loads(out)] == [True, False, True]
        assert "wrong-and-secret" not in out + err
        assert (await done("admin", "test-connection", *where))[0] == ExitCode.BAD_INPUT


def test_the_newest_lines_come_from_files_that_were_put_aside_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert logs.run(home=home) == ExitCode.NOT_RUNNING
    assert "nothing has been written to it yet" in capsys.readouterr().err
    folder = home / "logs"
    folder.mkdir()
    (folder / "error.log.2").write_text("one\ntwo\n")
    (folder / "error.log.1").write_text("three\nfour\n")
    (folder / "error.log").write_text("five\nsix\n")
    assert logs.run(which="error", lines=5, home=home) == ExitCode.FINE
    assert capsys.readouterr().out.split() == ["two", "three", "four", "five", "six"]
    assert logs.run(which="error", lines=1, json=True, home=home) == ExitCode.FINE
    assert json.loads(capsys.readouterr().out) == {"log": "error", "line": "six"}
    (home / "config" / "logging.yaml").write_text("folder: elsewhere\n")
    assert logs.run(which="error", home=home) == ExitCode.NOT_RUNNING


@given(st.lists(st.sampled_from(["line", "half", "aside", "look"]), max_size=30))
def test_no_line_is_missed_or_told_twice_however_it_is_written_and_put_aside(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("logs") / "daemon.log"
    path.touch()
    tail, told, written, may_turn = Tail(path), list[str](), "", True
    tail.newest(5)
    for number, act in enumerate(acts):
        if act == "look":
            told += tail.more()
            may_turn = True
        elif act == "aside" and may_turn and (not written or written.endswith("\n")):
            path.rename(path.with_name("daemon.log.1"))  # not twice between two looks, nor within a line
            path.touch()
            may_turn = False
        elif act != "aside":
            text = f"{act} {number}" + ("\n" if act == "line" else "")
            written += text
            with path.open("a") as file:
                file.write(text)
    told += tail.more()
    assert told == written.split("\n")[:-1]


async def test_what_comes_is_shown_as_it_comes(home: Path) -> None:
    path = home / "logs" / "daemon.log"
    path.parent.mkdir()
    path.write_text("before\n")
    async with program("admin", "logs", "--follow", "--home", str(home)) as running:
        await running.says("before")
        with path.open("a") as file:
            file.write("after\n")
        await running.says("after")
