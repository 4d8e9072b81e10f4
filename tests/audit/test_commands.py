"""What people see of a look back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from risk_manager.audit import audit_command, replay_command
from risk_manager.audit.past import configuration, read
from risk_manager.core import engine
from risk_manager.exit_codes import ExitCode
from risk_manager.store import open_store
from tests.store.scalper import START, first_read, turns
from tests.store.telling import Taken

ACCOUNTS = """
topstepx:
  username: me
  api_key: ${NOBODY_HAS_SET_THIS}
monitored_account:
  account_id: 1
  account_name: mine
"""
RISK = "version: 1\nmax_contracts: {limit: 2, count_type: gross, reduce_to_limit: true}\n"
STRICTER = "version: 1\nmax_contracts: {limit: 1}\n"


def configured(folder: Path, risk: str) -> Path:
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "accounts.yaml").write_text(ACCOUNTS)
    (folder / "config" / "risk_config.yaml").write_text(risk)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose guard has watched a trader for a while."""
    folder = configured(tmp_path / "home", RISK)
    chosen = configuration(folder)
    store = open_store(folder / "data", now=lambda: START)
    store.recover(chosen.settings, read)
    state = engine.begin(chosen.settings, START)
    store.begin(state)
    store.remember_configuration(chosen.texts)
    events = turns(3)
    for event, at in [(first_read(START), START), *(next(events) for _ in range(300))]:
        step = engine.step(state, event, chosen.settings, at)
        state = step.state
        store.heard(Taken(event, at, step))
    assert store.close()
    return folder


def test_a_whole_journal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit_command.verify(home=home) == ExitCode.FINE
    told = capsys.readouterr().out
    assert "lines from 2025-10-23 15:00:00 to 2025-10-23" in told
    assert "The chain is whole." in told


def test_the_same_for_other_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit_command.verify(home=home, json=True) == ExitCode.FINE
    whole = json.loads(capsys.readouterr().out)
    assert (whole["is_whole"], whole["problems"], len(whole["last_hash"])) == (True, [], 32)
    assert replay_command.run(home=home, json=True) == ExitCode.FINE
    assert json.loads(capsys.readouterr().out)["is_same"] is True
    stricter = configured(home.parent / "stricter", STRICTER)
    assert replay_command.run(home=home, config=stricter, json=True) == ExitCode.FINE
    told = json.loads(capsys.readouterr().out)
    assert told["lines"] == whole["lines"]
    assert told["only_other"]
    with closing(sqlite3.connect(home / "data" / "state.db")) as connection:
        connection.execute("DELETE FROM journal WHERE seq = 12")
        connection.commit()
    assert audit_command.verify(home=home, json=True) == ExitCode.DIFFERS
    assert json.loads(capsys.readouterr().out)["problems"] == ["Line 12 is missing."]


def test_a_journal_that_was_changed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(home / "data" / "state.db")) as connection:
        connection.execute("DELETE FROM journal WHERE seq = 12")
        connection.commit()
    assert audit_command.verify(home=home) == ExitCode.DIFFERS
    assert "Line 12 is missing." in capsys.readouterr().out


def test_no_journal_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit_command.verify(home=tmp_path) == ExitCode.BAD_INPUT
    assert replay_command.run(home=tmp_path) == ExitCode.BAD_INPUT
    assert capsys.readouterr().err.count("no guard has ever run there") == 2


def test_a_replay_with_the_settings_of_then(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config" / "risk_config.yaml").write_text(STRICTER)  # What was in force then is what counts.
    assert replay_command.run(home=home) == ExitCode.FINE
    assert "the same answers, the same states, the same tables" in capsys.readouterr().out


def test_a_table_that_was_changed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(home / "data" / "state.db")) as connection:
        connection.execute("DELETE FROM trade_history")
        connection.commit()
    assert replay_command.run(home=home) == ExitCode.DIFFERS
    assert "The table trade_history is not what the journal leads to" in capsys.readouterr().out


def test_another_configuration(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = configured(tmp_path / "other", STRICTER)
    assert replay_command.run(home=home, config=other) == ExitCode.FINE
    told = capsys.readouterr().out
    assert "breach of RULE-001" in told.split("Did not happen, and would have:")[1]


def test_another_configuration_that_is_broken(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = configured(tmp_path / "other", "max_contracts: {limit: many}\n")
    assert replay_command.run(home=home, config=other) == ExitCode.BAD_INPUT
    assert "risk_config.yaml:1" in capsys.readouterr().err
