"""The screens as text, line by line. After a change: `python -m tests.interfaces.console.screens`; read the diff."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.pictures.still import text
from tests.interfaces.console.house import PASSWORD, furnish, press, shown
from tests.interfaces.console.screens import FOLDER, SCREENS, drawn
from tests.interfaces.dashboard.test_screens import has_colour


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_is_as_it_was_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    now = await drawn(name)
    assert now == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert "not-to-be-seen" not in now
    assert PASSWORD not in now


def test_no_screen_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(SCREENS)


async def test_without_colour_it_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = furnish(tmp_path)
    keys = ("1", "3", "2", "ctrl+u", "type:-400", "enter")
    async with shown(home, *keys) as pilot:
        coloured = text(pilot)
        assert has_colour(pilot)
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(home, *keys) as pilot:
        assert text(pilot) == coloured
        assert not has_colour(pilot)


async def test_no_size_breaks_a_page(tmp_path: Path) -> None:
    async with shown(furnish(tmp_path)) as pilot:
        for page in "1234567":
            await press(pilot, page)
            for size in ((1, 1), (10, 5), (100, 50), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
            await press(pilot, "escape")
        assert pilot.app.return_code is None
        assert "Lockouts" in text(pilot)


async def test_the_mouse_and_the_arrows_open_what_the_numbers_open(tmp_path: Path) -> None:
    async with shown(furnish(tmp_path), "1", "3") as pilot:
        by_number = text(pilot)
    async with shown(furnish(tmp_path / "two"), "enter", "down", "down", "right") as pilot:
        assert text(pilot) == by_number
        await press(pilot, "left", "left")
        await pilot.click("OptionList", offset=(10, 0))
        await press(pilot)
        await pilot.click("OptionList", offset=(10, 2))
        await press(pilot)
        assert text(pilot) == by_number
