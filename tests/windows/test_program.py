"""The program as it is, on CPython for Windows."""

from __future__ import annotations

from typing import Final

from tests.windows.prefix import Windows

_PLACES: Final = (
    *(r"daemon\test_admin_door.py", r"daemon\test_publishing.py", r"ipc\test_status.py"),
    *(r"config\test_password.py", r"config\test_editing.py"),
)


def test_the_demo_does_all_that_it_should(windows: Windows) -> None:
    ended = windows.ours("demo", "--plain")
    assert ended.code == 0, ended.says
    assert "Everything that should happen did." in ended.says


def test_the_scenarios_hold(windows: Windows) -> None:
    ended = windows.ours("rehearse", r"Z:\project\tests\scenarios")
    assert ended.code == 0, ended.says[-3000:]
    assert "scenarios, all hold" in ended.says


def test_the_tests_that_touch_the_system_pass_there_too(windows: Windows) -> None:
    how = ["--rootdir", r"Z:\project", "-p", "no:cacheprovider", "-q", "-o", "timeout_method=thread"]
    ended = windows.run("-m", "pytest", *how, *(rf"Z:\project\tests\{place}" for place in _PLACES), seconds=100)
    assert ended.code == 0, ended.says[-6000:]
    assert " passed" in ended.says
