"""The writer's thread, and what is done beside it, at the end."""

from __future__ import annotations

import threading

import pytest

from risk_manager.store.pace import ThreadPace


def test_an_end_that_comes_while_something_begins_beside_the_turns_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = ThreadPace()
    is_done = threading.Event()

    class Starting(threading.Thread):
        def start(self) -> None:
            pace.finish_aside(5)  # the guard is ended in this very moment
            super().start()

    monkeypatch.setattr(threading, "Thread", Starting)
    pace.aside(is_done.set, "backup")
    pace.finish_aside(5)
    assert is_done.is_set()


def test_what_is_under_way_beside_the_turns_is_enough() -> None:
    pace = ThreadPace()
    may_end = threading.Event()
    begun: list[int] = []

    def work() -> None:
        begun.append(len(begun))
        may_end.wait(5)

    for _ in range(3):
        pace.aside(work, "backup")
    may_end.set()
    pace.finish_aside(5)
    assert begun == [0]
