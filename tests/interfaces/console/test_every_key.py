"""Every key of every rule, every row of its lists and tables, changed on the console; and rows added there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from docs.pictures.still import text
from risk_manager.config.document import only_document
from risk_manager.config.keys import Key
from risk_manager.config.tree import node_by, plain
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.interfaces.admin.console.app import Console
from risk_manager.interfaces.admin.console.dialogs import Ask, Choose
from risk_manager.interfaces.admin.console.keys import KeysPage
from risk_manager.interfaces.admin.console.page import Page
from risk_manager.interfaces.admin.entrance import House
from tests.config.values import KEYS, another_for, before_it, only
from tests.interfaces.console.house import PASSWORD, furnish

_PATIENCE_SECONDS: Final = 30.0


class Admin:
    """Somebody at the keys of a console, who looks at what is open and not at every frame."""

    def __init__(self, pilot: Pilot[None], console: Console, risk: Path) -> None:
        self.pilot, self.console, self.risk = pilot, console, risk

    async def sees(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, and nothing is waited for."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while self.console.jobs or not is_so():
                    await self.pilot.pause(0.005)
        except TimeoutError:
            raise AssertionError(text(self.pilot)) from None

    async def sees_a(self, what: type[Any], heading: str | None = None) -> None:
        """Wait until one is open and has been filled."""

        def is_there() -> bool:
            screen = self.console.screen
            is_it = isinstance(screen, what) and heading in (None, getattr(screen, "heading", None))
            return is_it and bool(getattr(screen, "has_looked", True))

        await self.sees(is_there)

    def is_asked_for(self, name: str) -> bool:
        """Whether a value under this name is asked for."""
        return isinstance(self.console.screen, Ask) and f".{name}" in text(self.pilot)

    async def opens(self, number: int) -> None:
        """By its number."""
        page = self.console.screen
        await self.pilot.press(*str(number))
        if self.console.screen is page:
            await self.pilot.press("enter")  # 1 waits for a second digit where there are ten

    async def types(self, value: str) -> None:
        """Pastes into the field, in the place of what stands there, and hands it over."""
        await self.sees_a(Ask)
        await self.pilot.press("ctrl+u")
        self.console.post_message(Paste(value))
        await self.sees(lambda: self.console.screen.query_one(Input).value == value)
        await self.pilot.press("enter")

    async def means_it(self) -> None:
        """Has the change written, and comes back to the page."""
        await self.sees_a(Choose)
        before = self.risk.read_text()
        await self.pilot.press("y")
        await self.sees(lambda: isinstance(self.console.screen, KeysPage) and self.risk.read_text() != before)

    async def begins_with(self, content: str) -> list[Key]:
        """What the page shows when it has read again what somebody else has written."""
        page = self.console.screen
        assert isinstance(page, KeysPage)
        self.risk.write_text(content)
        await self.pilot.press("r")
        there = page.look()
        await self.sees(lambda: page._seen == there)
        return there


@asynccontextmanager
async def at_rule(folder: Path, rule: Rule) -> AsyncIterator[Admin]:
    """A console with the page of this rule open."""
    home = furnish(folder)
    risk = home / "config" / "risk_config.yaml"
    risk.write_text(only(rule))
    console = Console(House(home))
    console.session.let_in(PASSWORD)
    async with console.run_test(size=(90, 34)) as pilot:
        admin = Admin(pilot, console, risk)
        await admin.sees_a(Page)
        await admin.opens(1)
        await admin.sees_a(Page, "rules")
        await admin.opens(RULES.index(rule) + 1)
        await admin.sees_a(KeysPage)
        yield admin


def shown_name(key: Key) -> str:
    """How a page calls it."""
    return key.way[-1] if len(key.way) < 3 else ".".join(key.way[1:])


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
async def test_every_key_has_its_line_and_is_changed_there(tmp_path: Path, rule: Rule) -> None:
    keys = [key for one, key in KEYS if one is rule]
    async with at_rule(tmp_path, rule) as admin:
        lines = [line.split() for line in text(admin.pilot).splitlines() if line[:3].strip().isdecimal()]
        assert [line[1] for line in lines] == [shown_name(key) for key in keys]
        for key in keys:
            there, value = await admin.begins_with(before_it(rule, key, only(rule))), another_for(rule, key)
            ways = [one.way for one in there]
            await admin.opens(ways.index(key.way) + 1)
            await admin.types(value)
            await admin.means_it()
            written = node_by(only_document(admin.risk.read_text(), ""), (rule.key, *key.way))
            assert written is not None, key.way
            assert plain(written) == plain(only_document(value, "")), key.way


ADDED: Final = {
    ("max_contracts_per_instrument", "limits"): ("GC", "3"),
    ("cooldown_after_loss", "loss_thresholds"): ("", "{loss_amount: -900, cooldown_duration: 7200}"),
    ("session_block_outside", "global_session", "days"): ("", "sun"),
    ("session_block_outside", "per_instrument_sessions", "sessions"): ("GC", '{start: "18:00", end: "12:00"}'),
    ("symbol_blocks", "blocked_symbols"): ("", '"N*"'),
}
"""A row for every list and table: its name where it has one, and what it says."""


def test_there_is_a_row_for_every_list_and_table() -> None:
    places = {(rule.key, *key.way) for rule, key in KEYS if key.more is not None and key.now is not None}
    assert places == set(ADDED)


@pytest.mark.slow
@pytest.mark.parametrize("place", ADDED, ids=".".join)
async def test_a_row_is_added(tmp_path: Path, place: tuple[str, ...]) -> None:
    rule = next(one for one in RULES if one.key == place[0])
    name, value = ADDED[place]
    async with at_rule(tmp_path, rule) as admin:
        before = node_by(only_document(only(rule), ""), place)
        assert before is not None
        index = [one.way for one in await admin.begins_with(only(rule))].index(place[1:])
        await admin.pilot.press("home", *["down"] * index, "a")
        if name:
            await admin.types(name)
            await admin.sees(lambda: admin.is_asked_for(name))
        await admin.types(value)
        await admin.means_it()
        after = node_by(only_document(admin.risk.read_text(), ""), place)
        assert after is not None
        said = plain(only_document(value, ""))
        assert plain(after) == ({**plain(before), name: said} if name else [*plain(before), said])


@pytest.mark.slow
async def test_lists_and_tables_that_are_not_there_are_begun_and_what_takes_no_row_says_so(tmp_path: Path) -> None:
    rule = next(one for one in RULES if one.key == "cooldown_after_loss")
    async with at_rule(tmp_path, rule) as admin:
        alone = "version: 1\ncooldown_after_loss:\n  consecutive_losses: {count: 3, cooldown_duration: 900}\n"
        ways = [one.way for one in await admin.begins_with(alone)]
        await admin.pilot.press("home", *["down"] * ways.index(("loss_thresholds",)), "a")
        await admin.types("{loss_amount: 100, cooldown_duration: 60}")
        await admin.sees(lambda: "loss_amount: 100 is" in text(admin.pilot))
        await admin.types("{loss_amount: -100, cooldown_duration: 60}")
        await admin.means_it()
        assert admin.risk.read_text() == f"{alone}  loss_thresholds: [{{loss_amount: -100, cooldown_duration: 60}}]\n"
        await admin.pilot.press("home", "a")
        await admin.sees(lambda: "enabled is neither a list nor a table" in text(admin.pilot))
