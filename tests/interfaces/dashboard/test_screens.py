"""The screens as text, line by line. After a change: `python -m tests.interfaces.dashboard.screens`; read the diff."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from docs.pictures.states import CALM, LOCKED, NEAR, TWENTY
from docs.pictures.still import Still, shown, text
from risk_manager.interfaces.trader.dashboard.app import Dashboard
from risk_manager.ipc.status import GuardStatus
from tests.daemon.programs import until
from tests.interfaces.dashboard.screens import FOLDER, SCREENS, drawn


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_is_as_it_was_read(name: str) -> None:
    assert await drawn(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_no_screen_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(SCREENS)


def has_colour(pilot: Pilot[None]) -> bool:
    """Whether anything on the screen is of a colour that is no grey."""
    styles = [segment.style for strip in pilot.app.screen._compositor.render_strips() for segment in strip]
    found = [colour.triplet for style in styles if style for colour in (style.color, style.bgcolor) if colour]
    return any(len({one.red, one.green, one.blue}) > 1 for one in found if one is not None)


@pytest.mark.parametrize("status", [LOCKED, NEAR])
async def test_without_colour_it_says_the_same(status: GuardStatus, monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown(Still(status)) as pilot:
        coloured = text(pilot)
        assert has_colour(pilot)
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(Still(status)) as pilot:
        assert text(pilot) == coloured
        assert not has_colour(pilot)


async def test_light_and_dark_say_the_same() -> None:
    async with shown(Still(LOCKED)) as pilot:
        dark = text(pilot)
        await pilot.press("t")
        await pilot.pause()
        assert pilot.app.theme == "textual-light"
        assert text(pilot) == dark


async def test_an_act_of_the_guard_flashes_and_rings_once_and_what_was_there_before_does_not() -> None:
    source = Still(CALM)
    rang: list[str] = []
    async with shown(source) as pilot:
        app = pilot.app
        assert isinstance(app, Dashboard)
        app.bell = lambda: rang.append("rang")  # type: ignore[method-assign]
        lit = [app.query_one(name) for name in ("#banner", "#news")]
        app.show_now()
        assert not rang
        assert not any(one.has_class("flash") for one in lit)
        source.status = LOCKED
        app.show_now()
        app.show_now()
        assert rang == ["rang"]
        assert all(one.has_class("flash") for one in lit)
        await until(lambda: not any(one.has_class("flash") for one in lit), "the flash ends")


async def test_no_size_breaks_a_page() -> None:
    async with shown(Still(TWENTY)) as pilot:
        for page in "1234567":
            await pilot.press(page)
            for size in ((1, 1), (10, 5), (100, 50)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
        assert pilot.app.return_code is None
        assert "Clock" in text(pilot)
