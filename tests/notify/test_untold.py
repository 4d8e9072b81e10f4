"""What is kept for the next guard, on a real disk."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from risk_manager.notify.notice import Notice
from risk_manager.notify.untold import OLD_AFTER, Kept, Untold
from risk_manager.notify.wording import text, with_age
from tests.notify.samples import LOSS, NOON, notice

ONE = Kept("coach", LOSS)


def test_what_is_kept_is_there_for_the_next_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "untold.json"
    first = Untold(path)
    assert first.take(NOON) == []
    first.begin()
    first.keep([ONE])
    first.close(20)
    assert Untold(path).take(NOON) == [ONE]
    assert Untold(path).take(NOON + OLD_AFTER) == []
    second = Untold(path)
    second.begin()
    second.keep([])
    second.close(20)
    assert Untold(path).take(NOON) == []


@pytest.mark.parametrize("content", [b"", b"{}", b'[{"channel": 1}]', b"\xff", b"[" * 100_000])
def test_a_file_that_holds_something_else_is_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "untold.json"
    path.write_bytes(content)
    assert Untold(path).take(NOON) == []


def test_a_disk_that_takes_nothing_ends_nothing(tmp_path: Path) -> None:
    nowhere = Untold(tmp_path / "gone" / "untold.json")
    nowhere.begin()
    nowhere.keep([ONE])
    nowhere.close(20)
    assert os.listdir(tmp_path) == []


def test_what_is_told_late_says_so_and_why() -> None:
    def first_line(seconds: float, *, is_left_over: bool = False) -> str:
        told = with_age(notice_of(is_left_over=is_left_over), NOON + timedelta(seconds=seconds))
        return text(told).splitlines()[1]

    def notice_of(*, is_left_over: bool) -> Notice:
        return notice("It is grave", LOSS.severity, at=NOON, is_left_over=is_left_over)

    assert first_line(59) == "It is grave"
    assert first_line(61) == "Told 61 s after it happened: nobody took it before."
    left = "the guard ended before anybody took it, and runs again."
    assert first_line(3, is_left_over=True) == f"Told 3 s after it happened: {left}"
    assert first_line(-3, is_left_over=True) == f"Told 0 s after it happened: {left}"
    assert first_line(3 * 3600, is_left_over=True) == f"Told 3 h after it happened: {left}"
    mild = notice(at=NOON)
    assert with_age(mild, NOON + timedelta(days=1)) == mild, "it may have waited for the end of quiet hours"
