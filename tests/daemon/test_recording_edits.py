"""Files that no reload reads: who is told, and how the logs are written. Whoever edits them, the record says what of
them is in force, with old and new value and without a secret.

The guard and the broker are processes.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.store.opening import FILE
from tests.crash.house import broker, guard, new_home, rows, status
from tests.daemon.programs import Program, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM and SIGKILL")

ADDRESS: Final = "http://127.0.0.1:9/api/webhooks/1/{token}"
OLD_TOKEN, NEW_TOKEN = "an-old-token-of-a-channel", "a-new-token-of-a-channel"
ONE: Final = {"max_contracts": {"limit": 1}}


def told(home: Path, token: str = OLD_TOKEN, **more: Any) -> None:
    """The coach is told, from now on or at the next start."""
    coach = {"kind": "discord", "webhook_url": ADDRESS.format(token=token), **more}
    text = f"# {token}\n{json.dumps({'version': 1, 'channels': {'coach': coach}})}\n"  # JSON is YAML
    (home / "config" / "notifications.yaml").write_text(text)


def record(home: Path) -> str:
    return str(rows(home, "SELECT * FROM journal")) + str(rows(home, "SELECT * FROM meta"))


async def stop(running: Program) -> None:
    assert await running.stop() == 0, "\n".join(running.err)


async def test_who_is_told_is_recorded_also_by_hand_and_while_no_guard_ran(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **ONE)
        told(home)
        async with guard(home) as running:
            told(home, severity="critical")
            await running.says("in force (notifications.yaml channels.coach.severity: not set -> critical)")
            told(home, NEW_TOKEN, severity="critical")
            await running.says("(notifications.yaml channels.coach.webhook_url: another one, which is not shown)")
            await stop(running)
        told(home, NEW_TOKEN, severity="warning")
        async with guard(home) as running:
            await running.says("in force (notifications.yaml channels.coach.severity: critical -> warning)")
            await stop(running)
        async with guard(home) as running:
            await stop(running)
        kept = record(home)
    for once in ("severity: not set -> critical", "webhook_url: another one", "severity: critical -> warning"):
        assert kept.count(once) == 1, once
    assert OLD_TOKEN not in kept
    assert NEW_TOKEN not in kept


async def test_what_an_earlier_version_has_kept_nothing_of_is_no_news(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **ONE)
        told(home, severity="critical")
        async with guard(home) as running:
            await stop(running)
        with closing(sqlite3.connect(home / "data" / FILE)) as database, database:
            texts = json.loads(database.execute("SELECT value FROM meta WHERE key = 'texts'").fetchone()[0])
            assert texts.pop("notifications.yaml")
            assert texts.pop("logging.yaml") == ""
            database.execute("UPDATE meta SET value = ? WHERE key = 'texts'", [json.dumps(texts)])
        async with guard(home) as running:
            await stop(running)
        assert "channels.coach" not in "\n".join(running.out)
        assert "not set -> critical" not in record(home)


async def test_a_channel_that_was_taken_away_by_hand_is_on_the_record(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **ONE)
        told(home, severity="critical")
        async with guard(home) as running:
            (home / "config" / "notifications.yaml").unlink()
            await running.says("notifications.yaml channels.coach.severity: critical -> not set")
            await stop(running)


async def test_a_file_that_no_guard_can_take_at_its_start_leaves_nobody_told_and_that_is_recorded(
    tmp_path: Path,
) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **ONE)
        told(home, severity="critical")
        async with guard(home) as running:
            await stop(running)
        (home / "config" / "notifications.yaml").write_text("version: 1\nchannels: {coach: {kind: fax}}\n")
        async with guard(home) as running:
            await running.says("notifications.yaml channels.coach.severity: critical -> not set")
            told(home, severity="warning")
            await running.says("notifications.yaml channels.coach.severity: not set -> warning")
            await stop(running)


async def test_how_the_logs_are_written_waits_for_a_start_and_is_recorded_then(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **ONE)
        logging = home / "config" / "logging.yaml"
        logging.write_text("level: info\n")
        async with guard(home) as running:
            logging.write_text("level: warning\n")
            waits = await running.says("A part of the new configuration waits.")
            assert "logging.yaml: the logs are to be written another way." in waits
            assert "in force at the next start of the guard. Edited: logging.yaml level: info -> warning." in waits
            await until(lambda: "another way" in " ".join(waiting(home)), "it is shown")
            await stop(running)
        logging.write_text("level: debug\n")
        async with guard(home) as running:
            await running.says("New settings are in force (logging.yaml level: info -> debug)")
            await until(lambda: not waiting(home), "nothing waits")
            await stop(running)
        assert record(home).count("logging.yaml level: info -> debug") == 1


async def test_how_the_logs_are_written_waits_no_more_when_it_is_taken_back(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **ONE)
        logging = home / "config" / "logging.yaml"
        async with guard(home) as running:
            logging.write_text("format: toml\n")
            assert "logging.yaml:1" in await running.says("logging.yaml does not hold, and the logs would be written")
            await until(lambda: bool(waiting(home)), "it is shown")
            logging.unlink()
            await until(lambda: not waiting(home), "nothing waits any more")
            await stop(running)


async def test_what_waits_keeps_no_other_edit_from_the_record(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1, "enabled": False})
        async with guard(home) as running:
            (home / "config" / "logging.yaml").write_text("level: warning\n")
            await running.says("A part of the new configuration waits.")
            risk = home / "config" / "risk_config.yaml"
            risk.write_text(risk.read_text().replace('"limit": 1', '"limit": 7'))
            await running.says("New settings are in force (max_contracts.limit: 1 -> 7)")
            await stop(running)


def waiting(home: Path) -> tuple[str, ...]:
    now = status(home)
    return () if now is None else tuple(now.waits_for_start)
