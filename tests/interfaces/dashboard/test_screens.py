"""The screens as text, line by line. After a change: `python -m tests.interfaces.dashboard.screens`; read the diff."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from docs.pictures.states import CALM, HOME, LOCKED, NEAR, NOW, TWENTY
from docs.pictures.still import Still, shown, text
from risk_manager.interfaces.trader import hours
from risk_manager.interfaces.trader.dashboard.app import Dashboard
from risk_manager.ipc.status import GuardStatus
from tests.daemon.programs import until
from tests.interfaces.dashboard.screens import FOLDER, SCREENS, drawn
from tests.interfaces.dashboard.wire import Wire


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
    app = Dashboard(source, clock=lambda: NOW, zone=HOME)
    wire = Wire(app)
    async with app.run_test(headless=False, size=(80, 24)):
        await until(lambda: "GUARDING" in wire.written, "it is drawn")
        lit = [app.query_one(name) for name in ("#banner", "#news")]
        app.show_now()
        assert wire.rings == 0
        assert not any(one.has_class("flash") for one in lit)
        source.status = LOCKED
        app.show_now()
        app.show_now()
        assert wire.rings == 1
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


def clock_card(path: Path) -> Dashboard:
    """With the trader's hours in a file."""
    return Dashboard(
        Still(CALM),
        clock=lambda: NOW,
        zone=HOME,
        hours=lambda: tuple(hours.read(path)),
        punch=lambda: hours.punch(path, NOW),
    )


async def test_the_clock_is_punched_by_a_key_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    async with clock_card(path).run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("c")
        await until(lambda: "You are clocked in since" in text(pilot), "clocked in")
        await pilot.press("c")
        await until(lambda: "You clocked out 0.0 s ago" in text(pilot), "clocked out")
    assert [(one.began_at, one.ended_at) for one in hours.read(path)] == [(NOW, NOW)]


async def test_hours_that_cannot_be_kept_are_said_and_the_dashboard_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    path.write_text("not hours")
    async with clock_card(path).run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("c")
        await until(lambda: "Your hours were not changed" in text(pilot), "said why")
        await pilot.press("1")
        await until(lambda: "Protected" in text(pilot), "the first page")
    assert path.read_text() == "not hours"
