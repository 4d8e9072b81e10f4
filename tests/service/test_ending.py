"""Why nobody has watched: last words, and what the machine tells without any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from risk_manager.core.told_times import dated
from risk_manager.daemon import ending
from risk_manager.daemon.ending import Ending, in_words

ALIVE = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
BEFORE, AFTER = ALIVE - timedelta(days=3), ALIVE + timedelta(minutes=2)
STOPPED = Ending(ALIVE, "it was stopped by the signal SIGTERM", is_orderly=True)
HUNG = Ending(ALIVE, "its engine stood still for 5 s")


@pytest.mark.parametrize(
    ("words", "booted_at", "was_clean", "told"),
    [
        (STOPPED, BEFORE, True, "it was stopped by the signal SIGTERM"),
        (STOPPED, AFTER, True, "it was stopped by the signal SIGTERM"),
        (STOPPED, BEFORE, False, "it was stopped by the signal SIGTERM; not all of it could be saved"),
        (HUNG, BEFORE, False, "its engine stood still for 5 s"),
        (None, BEFORE, True, "it ended in order"),
        (None, BEFORE, False, "it crashed or was killed, while the machine stayed up"),
        (None, ALIVE + timedelta(seconds=4), False, "it crashed or was killed, while the machine stayed up"),
        (None, AFTER, False, f"the machine went down under it, and was started again at {dated(AFTER)}"),
    ],
)
def test_why(words: Ending | None, booted_at: datetime, was_clean: bool, told: str) -> None:
    assert in_words(words, ALIVE, booted_at, was_clean=was_clean) == told


def test_last_words_are_heard_once(tmp_path: Path) -> None:
    ending.write(tmp_path, STOPPED)
    assert ending.take(tmp_path) == STOPPED
    assert ending.take(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", '{"at": "then", "why": 1}'])
def test_words_that_cannot_be_read_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ending.FILE).write_text(text)
    assert ending.take(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_machine_was_started_before_now() -> None:
    assert ending.booted_at() < datetime.now(UTC)
