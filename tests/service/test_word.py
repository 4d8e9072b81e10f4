"""What a guard is believed to do by what it publishes: never more than it says, and only as long as it speaks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from risk_manager.daemon.pulse import GUARDING
from risk_manager.ipc import status as published
from risk_manager.ipc.admin import SOCKET_FILE
from risk_manager.ipc.status import GuardStatus
from risk_manager.service.word import word
from tests.ipc.sample import STATUS

AWAKE = replace(STATUS, accounts=tuple(replace(one, is_asleep=False) for one in STATUS.accounts))
WELL = replace(AWAKE, connection=replace(STATUS.connection, user_hub=True, market_hub=True))
NOW = WELL.at + timedelta(seconds=1)


def home(folder: Path, status: GuardStatus) -> Path:
    """A home in which this was published, with the door open."""
    (folder / "data").mkdir()
    published.write(folder / "data" / "status.json", status)
    (folder / "data" / SOCKET_FILE).touch()
    return folder


def test_one_that_says_so_guards(tmp_path: Path) -> None:
    assert word(home(tmp_path, WELL), NOW) == (True, f"{GUARDING}{WELL.accounts[0].id}.")


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        (replace(WELL, connection=replace(WELL.connection, user_hub=False)), "BLIND: the user hub is away."),
        (replace(WELL, accounts=(replace(WELL.accounts[0], is_asleep=True),)), "Not guarding yet: not every account"),
        (replace(WELL, has_ended=True), "It has not said yet whether it guards."),
        (replace(WELL, at=NOW + timedelta(seconds=60)), "What it has published is of a time 60 s ahead: the clock was"),
        (replace(WELL, at=NOW - timedelta(seconds=60)), "It has said nothing for 60 s: it hangs, cannot publish, or"),
    ],
)
def test_one_that_does_not_see_or_does_not_speak_does_not(tmp_path: Path, status: GuardStatus, begins: str) -> None:
    guards, said = word(home(tmp_path, status), NOW)
    assert not guards
    assert said.startswith(begins)


def test_without_a_door_or_a_word_that_can_be_read_it_does_not(tmp_path: Path) -> None:
    assert word(tmp_path, NOW) == (False, "It has not said yet whether it guards.")
    (home(tmp_path, WELL) / "data" / SOCKET_FILE).unlink()
    guards, said = word(tmp_path, NOW)
    assert (guards, said.startswith("Its admin's door is not there: ")) == (False, True)
    (tmp_path / "data" / "status.json").write_text("{")
    guards, said = word(tmp_path, NOW)
    assert (guards, said.startswith("What it has published cannot be read")) == (False, True)
