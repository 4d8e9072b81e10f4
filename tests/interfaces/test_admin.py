"""The admin's commands: what is written, what is refused, what is in force then."""

from __future__ import annotations

import io
import json
import os
import string
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_manager.config import ConfigError, load_home
from risk_manager.config.password import matches, set_password
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import configuration, edits, lockouts, password
from risk_manager.interfaces.admin.entrance import House
from tests.crash.house import ACCOUNT, account_of, broker, guard, new_home, rows, status
from tests.daemon.programs import SECRET, Side, done, make_home, program, until

PASSWORD: Final = "three words do it"
RISK: Final = "risk_config.yaml"
TEXT: Final = """\
version: 1
# Not more than this.
daily_realized_loss: {limit: -500, include_unrealized: false}   # a bad day
max_contracts_per_instrument:
  limits: {MNQ: 4}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a password, and no guard."""
    folder = make_home(tmp_path, "http://127.0.0.1:9", key="a-key-of-this-home")
    (folder / "config" / RISK).write_text(TEXT)
    set_password(folder / "config" / "admin_password.hash", PASSWORD, rounds=4)
    return folder


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def risk(home: Path) -> str:
    return (home / "config" / RISK).read_text()


def test_a_value_is_set_and_the_difference_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, PASSWORD)
    assert edits.set_value("daily_realized_loss.limit", "-400", home=home, password_stdin=True) == 0
    said = capsys.readouterr()
    assert "-daily_realized_loss: {limit: -500, include_unrealized: false}   # a bad day" in said.out
    assert "+daily_realized_loss: {limit: -400, include_unrealized: false}   # a bad day" in said.out
    assert "No guard is running; it is in force at the next start." in said.err
    assert risk(home) == TEXT.replace("-500", "-400")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("daily_realized_loss.limit", "500", "risk_config.yaml:3  daily_realized_loss.limit"),
        ("daily_realized_loss.limt", "-400", "Did you mean limit?"),
        ("daily_realized_los.limit", "-400", "Did you mean daily_realized_loss?"),
        ("max_contracts_per_instrument.limits.MNQ", "many", "limits.MNQ"),
        ("daily_realized_loss.limit", "[", "cannot be read as a value"),
    ],
)
def test_what_would_not_hold_is_never_written(
    home: Path, capsys: pytest.CaptureFixture[str], key: str, value: str, says: str
) -> None:
    assert edits.set_value(key, value, home=home, password_stdin=True) == ExitCode.BAD_INPUT
    assert says in capsys.readouterr().err
    assert risk(home) == TEXT


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(
        [
            "daily_realized_loss.limit",
            "max_contracts_per_instrument.limits.MNQ",
            "max_contracts.limit",
            "defaults",
            "version",
        ]
    ),
    value=st.one_of(
        st.integers(-9999, 9999).map(str),
        st.decimals(-9999, 9999, places=2).map(str),
        st.text(string.printable, max_size=12),
        st.sampled_from(["true", "null", "{}", "[]", "{a: 1}", "'x'", "-0", "1e400", ".nan", "&a [*a]"]),
    ),
)
def test_after_any_edit_the_file_holds_and_nothing_but_a_good_one_is_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    typed(monkeypatch, PASSWORD)
    before = risk(home)
    code = edits.set_value(key, value, home=home, password_stdin=True)
    try:
        load_home(home, known_rules(), environment=NO_SECRETS)
    except ConfigError as error:
        pytest.fail(f"{key} = {value!r} was written: {error}")
    assert code == ExitCode.FINE or risk(home) == before


@pytest.mark.parametrize("given_password", ["wrong one entirely", ""])
def test_without_the_password_nothing_is_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given_password: str
) -> None:
    typed(monkeypatch, given_password)
    code = edits.set_value("daily_realized_loss.limit", "-9000", home=home, password_stdin=True)
    assert (code, risk(home)) == (ExitCode.REFUSED, TEXT)
    assert "The password is wrong." in capsys.readouterr().err


def test_a_home_without_a_password_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config" / "admin_password.hash").unlink()
    assert edits.unset("max_contracts_per_instrument", home=home, password_stdin=True) == ExitCode.REFUSED
    assert "risk-manager admin password" in capsys.readouterr().err
    assert risk(home) == TEXT


def test_a_key_is_taken_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, PASSWORD)
    assert edits.unset("max_contracts_per_instrument", home=home, password_stdin=True) == ExitCode.FINE
    assert "MNQ" not in risk(home)


def test_show_keeps_the_key_to_itself_and_check_tells_all_problems(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert configuration.show(home=home) == ExitCode.FINE
    shown = capsys.readouterr().out
    assert "limit: -500" in shown
    assert "a-key-of-this-home" not in shown
    assert configuration.check(home=home) == ExitCode.FINE
    proposal = tmp_path / RISK
    proposal.write_text("version: 1\nmax_contracts: {limit: -1}\ndaily_realized_loss: {limit: 5}\n")
    assert configuration.check(proposal, home=home) == ExitCode.BAD_INPUT
    told = capsys.readouterr().out.splitlines()
    assert [line.partition("  ")[0] for line in told] == ["risk_config.yaml:2", "risk_config.yaml:3"]


def test_the_password_is_changed_with_the_old_one_only(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "not the old one", "a new one for all")
    assert password.run(home=home, password_stdin=True) == ExitCode.REFUSED
    typed(monkeypatch, PASSWORD, "short")
    assert password.run(home=home, password_stdin=True) == ExitCode.BAD_INPUT
    typed(monkeypatch, PASSWORD, "a new one for all")
    assert password.run(home=home, password_stdin=True) == ExitCode.FINE
    typed(monkeypatch, "a new one for all")
    assert edits.set_value("daily_realized_loss.limit", "-300", home=home, password_stdin=True) == 0
    said = capsys.readouterr()
    assert "a new one" not in said.out + said.err


def test_locks_are_cleared_by_the_guard_that_holds_them(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, PASSWORD)
    code = lockouts.clear("RULE-003", account=ACCOUNT, reason="x", home=home, password_stdin=True)
    assert code == ExitCode.NOT_RUNNING
    assert "Start it." in capsys.readouterr().err


async def answer(*words: str, says: str) -> tuple[int, str, str]:
    """A command with the password on its stdin."""
    async with program(*words, "--password-stdin", says=says) as running:
        code = await running.ended()
    return code, "\n".join(running.out), "\n".join(running.err)


async def order(side: Side, code: str, size: int) -> None:
    await side.post("place", accountId=ACCOUNT, contractId=await side.contract(code), side=0, size=size)


@pytest.mark.skipif(os.name == "nt", reason="Unix sockets")
async def test_with_a_guard_a_limit_is_in_force_at_once_and_a_lock_is_cleared_with_a_reason(tmp_path: Path) -> None:
    async with broker() as side:
        rules: dict[str, Any] = {
            "max_contracts_per_instrument": {"limits": {"MNQ": 4}, "unknown_symbol_action": "allow_unlimited"}
        }
        home = new_home(tmp_path, side, **rules, trade_frequency_limit={"limits": {"per_session": 2}})
        path = home / "config" / RISK
        path.write_text(path.read_text())  # JSON is YAML: the editor keeps its form
        set_password(home / "config" / "admin_password.hash", PASSWORD)
        async with guard(home) as running:
            await order(side, "MNQ", 4)
            await until(lambda: sizes(home) == [4], "the guard sees the position")
            where = ("--home", str(home))
            code, out, err = await answer(
                "admin", "config", "set", "max_contracts_per_instrument.limits.MNQ", "1", *where, says=PASSWORD
            )
            assert code == ExitCode.FINE, err
            assert "MNQ" in out
            assert "The new settings are in force. Changed: RULE-002." in err
            await until(lambda: sizes(home) == [1], "the excess is closed")
            await running.says("asked to reload the configuration: edit risk_config.yaml")
            await running.says("changed: RULE-002 (max_contracts_per_instrument.limits.MNQ: 4 -> 1)")
            code, _, err = await answer("admin", "config", "reload", *where, says="wrong password")
            assert (code, err.splitlines()[-1]) == (ExitCode.REFUSED, "The password is wrong.")
            await order(side, "EP", 1)  # the second entry
            await running.says("is in a cooldown until")
            clear = ("admin", "lockouts", "clear", "rule-6", "--account", str(ACCOUNT))
            code, _, err = await answer(*clear, "--reason", "a test of mine", *where, says=PASSWORD)
            assert code == ExitCode.FINE, err
            now = status(home)
            assert now is not None
            await until(lambda: not account_of(status(home) or now).locks, "the lock is gone")
            code, out, _ = await done("admin", "lockouts", "list", *where)
            assert (code, "RULE-006  waived until" in out) == (ExitCode.FINE, True)
            assert await running.stop() == ExitCode.FINE
            assert PASSWORD not in "\n".join((*running.out, *running.err))
        journal = json.dumps(rows(home, "SELECT * FROM journal"), default=str)
        assert "a test of mine" in journal
        assert PASSWORD not in journal
        assert SECRET not in journal


@pytest.mark.skipif(os.name == "nt", reason="it ends its program with SIGKILL")
async def test_after_a_kill_the_door_that_is_left_is_no_sign_of_a_guard(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 4, "micro_weight": 0.1})
        set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        async with guard(home) as running:
            await until(lambda: House(home).socket.exists(), "the door is open")
            assert House(home).is_guarded()
            running.process.kill()
            await running.ended()
        assert House(home).socket.exists()
        assert not House(home).is_guarded()
        words = ("admin", "config", "set", "max_contracts.limit", "3", "--home", str(home))
        code, _, err = await answer(*words, says=PASSWORD)
        assert code == ExitCode.FINE, err
        assert "risk_config.yaml is written. No guard is running; it is in force at the next start." in err


def test_to_whom_the_lease_cannot_be_told_the_door_is_the_sign(home: Path) -> None:
    (home / "data").mkdir()
    assert not House(home).is_guarded()
    House(home).socket.touch()
    assert House(home).is_guarded()


def sizes(home: Path) -> list[int]:
    now = status(home)
    return [] if now is None or not now.accounts else [one.signed_size for one in account_of(now).positions]


@pytest.mark.skipif(os.name == "nt", reason="Unix sockets")
async def test_with_a_guard_the_old_password_passes_its_gate_and_the_change_is_on_the_record(tmp_path: Path) -> None:
    other = "words of another kind"
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 4, "micro_weight": 0.1})
        set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        async with guard(home) as running:
            change = ("admin", "password", "--home", str(home))
            code, _, err = await answer(*change, says=f"{PASSWORD}\n{other}")
            assert code == ExitCode.FINE, err
            await running.says("asked to change the admin password")
            for _ in range(5):
                code, _, err = await answer(*change, says=f"{PASSWORD}\n{PASSWORD}")
                assert code == ExitCode.REFUSED
                await running.says("tried to give a wrong password")
            assert "None is looked at before" in err
            code, _, err = await answer(*change, says=f"{other}\n{PASSWORD}")
            assert (code, "none is looked at before" in err) == (ExitCode.REFUSED, True), err
            await running.says("tried to give a password in the silence after wrong ones")
            assert matches(home / "config" / "admin_password.hash", other)
            assert await running.stop() == ExitCode.FINE
        journal = json.dumps(rows(home, "SELECT * FROM journal"), default=str)
        assert "change the admin password" in journal
        assert other not in journal
