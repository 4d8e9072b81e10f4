"""The four logs: what is in which, how a line looks, rotation, and that nothing waits for them."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from risk_manager.config import ConfigError
from risk_manager.config.logs import Format, Level, LogSettings, read_log_settings
from risk_manager.core import engine
from risk_manager.core.events import AdminActed, AnyEvent, CommandLost
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.logs import Logs
from tests.core.story import ACCOUNT, Story, position
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import SECRET, until

NOW = datetime(2025, 10, 23, 15, 30, 0, 123456, UTC)


def after(story: Story, event: AnyEvent) -> Taken:
    step = engine.step(story.state, event, {ACCOUNT: story.settings}, story.now)
    story.state = step.state
    return Taken(event, NOW, step)


def written(tmp_path: Path, settings: LogSettings | None = None) -> dict[str, list[str]]:
    logs = Logs(tmp_path, settings or LogSettings())
    story = Story(max_contracts={"limit": 1})
    taken = after(story, position("MNQ", 3))
    logs.heard(taken)
    logs.heard(after(story, CommandLost(account=ACCOUNT, command=taken.step.commands[0], why="time-out")))
    logs.heard(after(story, AdminActed(user=1000, what="give a wrong password", is_refused=True)))
    logs.say("Guarding.")
    logs.say("CRITICAL: the disk is full.")
    logs.close()
    folder = tmp_path / (settings or LogSettings()).folder
    return {path.stem: path.read_text().splitlines() for path in folder.glob("*.log")}


def test_each_log_has_what_belongs_there(tmp_path: Path) -> None:
    logs = written(tmp_path)
    assert any("RULE-001 3 contracts (net) are more than the limit of 1" in line for line in logs["daemon"])
    assert any("Guarding." in line for line in logs["daemon"])
    assert [re.sub(r".*\] ", "", line) for line in logs["enforcement"]] == [
        "The guard asks to close all of MNQ: RULE-001: 3 contracts (net) are more than the limit of 1",
        "Nobody knows whether the broker got the request to close all of MNQ: time-out",
    ]
    assert [line.partition("user ")[2] for line in logs["api"]] == ["1000, refused: give a wrong password"]
    assert any("the disk is full" in line for line in logs["error"])
    assert not any("Guarding." in line for line in logs["error"])


def test_a_line_of_text_begins_with_its_time_and_names_account_and_rule(tmp_path: Path) -> None:
    line = written(tmp_path)["daemon"][0]
    assert line.startswith("2025-10-23T15:30:00.123456Z ERROR    [account 465] [rule RULE-001] RULE-001 3 contracts")


def test_a_line_of_json_is_one_object(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in written(tmp_path, LogSettings(format=Format.JSON))["daemon"]
    ]
    assert (lines[0]["account"], lines[0]["rule"], lines[0]["level"]) == (ACCOUNT, "RULE-001", "error")
    assert lines[0]["at"] == "2025-10-23T15:30:00.123456Z"


def test_the_level_leaves_out_what_is_quieter(tmp_path: Path) -> None:
    logs = written(tmp_path, LogSettings(level=Level.ERROR))
    assert not any("Guarding." in line for line in logs["daemon"])
    assert any("RULE-001" in line for line in logs["daemon"])


def test_a_log_that_is_full_is_put_aside(tmp_path: Path) -> None:
    logs = Logs(tmp_path, LogSettings(size_mb=1, keep=2))
    for count in range(3500):
        logs.say("x" * 900)
        if count % 500 == 0:
            logs.close()
            logs = Logs(tmp_path, LogSettings(size_mb=1, keep=2))
    logs.close()
    assert sorted(path.name for path in (tmp_path / "logs").glob("daemon*")) == [
        "daemon.log",
        "daemon.log.1",
        "daemon.log.2",
    ]


def test_the_file_is_read_and_what_is_wrong_told(tmp_path: Path) -> None:
    assert read_log_settings(tmp_path) == LogSettings()
    path = tmp_path / "logging.yaml"
    path.write_text("format: json\nlevel: warning\nkeep: 2\n")
    assert read_log_settings(tmp_path) == LogSettings(format=Format.JSON, level=Level.WARNING, keep=2)
    path.write_text("format: yml\nkep: 2\nsize_mb: 0\n")
    with pytest.raises(ConfigError) as error:
        read_log_settings(tmp_path)
    assert [problem.line for problem in error.value.problems] == [1, 2, 3]


def test_it_may_be_json_and_there_is_one_of_it(tmp_path: Path) -> None:
    """A change by command is made in the file that is there, and is in force."""
    path = tmp_path / "logging.json"
    path.write_text('{"format": "json", "keep": 2}\n')
    assert read_log_settings(tmp_path) == LogSettings(format=Format.JSON, keep=2)
    path.write_text('{"format": "json",\n"kep": 2}\n')
    with pytest.raises(ConfigError) as error:
        read_log_settings(tmp_path)
    assert [(problem.file, problem.line) for problem in error.value.problems] == [("logging.json", 2)]
    (tmp_path / "logging.yaml").write_text("keep: 3\n")
    with pytest.raises(ConfigError, match=r"logging\.yaml and logging\.json are both there\. Keep one of them"):
        read_log_settings(tmp_path)


def text_of(path: Path) -> str:
    """What a log has so far; a log that nothing was written to is not there."""
    return path.read_text() if path.exists() else ""


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_a_running_guard_writes_them_and_no_secret(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
        (home / "config" / "logging.yaml").write_text("format: json\n")
        async with guard(home) as running:
            await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=0, size=2)
            await running.says("The guard asks to close all of MNQ")
            taken = "The broker has taken the request to close all of MNQ"
            await until(lambda: taken in text_of(home / "logs" / "enforcement.log"), "the broker has answered")
            assert await running.stop() == 0
        logs = {path.stem: path.read_text() for path in (home / "logs").glob("*.log")}
    assert '"text":"The guard has stopped. Nobody watches the account now."' in logs["daemon"]
    assert SECRET not in "".join(logs.values())


def test_a_line_says_its_level_once(tmp_path: Path) -> None:
    logs = Logs(tmp_path, LogSettings())
    logs.say("WARNING: the session ends soon")
    logs.say("CRITICAL: nothing can be saved")
    logs.say("Guarding.")
    logs.close()
    lines = (tmp_path / "logs" / "daemon.log").read_text().splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "WARNING  the session ends soon",
        "CRITICAL nothing can be saved",
        "INFO     Guarding.",
    ]
