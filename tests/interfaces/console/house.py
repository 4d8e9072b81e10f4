"""The console in front of a home, on a screen of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from docs.pictures.still import text
from risk_manager.config.password import set_password
from risk_manager.interfaces.admin.console.app import Console
from risk_manager.interfaces.admin.console.page import Page
from risk_manager.interfaces.admin.entrance import House

PASSWORD: Final = "three words do it"
RISK: Final = """\
version: 1
defaults: {timezone: America/Chicago}

max_contracts: {limit: 5, micro_weight: 0.1}   # small

# The day is over at this loss.
daily_realized_loss:
  limit: -500          # a bad day
  include_unrealized: true

max_contracts_per_instrument:
  limits: {MNQ: 2, ES: 1}

cooldown_after_loss:
  loss_thresholds:
    - {loss_amount: -100, cooldown_duration: 300}   # a short walk
  consecutive_losses: {count: 3, cooldown_duration: 900}

symbol_blocks: {enabled: false, blocked_symbols: [RTY]}
session_block_outside:
  global_session: {start: "17:00", end: "15:05"}
"""
ACCOUNTS: Final = """\
topstepx: {username: trader, api_key: "not-to-be-seen", api_url: "http://127.0.0.1:9"}
monitored_accounts:
  - {account_id: 465, account_name: Main}
  - {account_id: 466, account_name: Copy, rules: {max_contracts: {limit: 2}}}
"""
NOTIFICATIONS: Final = """\
version: 1
channels:
  phone: {kind: telegram, bot_token: "1:not-to-be-seen", chat_id: "77"}
heartbeat: {ping_url: "https://127.0.0.1/not-to-be-seen"}
"""
_PATIENCE_SECONDS: Final = 30.0
_EQUAL_FRAMES: Final = 12  # a key goes through as many queues at most


def furnish(folder: Path) -> Path:
    """A home with two accounts and a password, and no guard."""
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "risk_config.yaml").write_text(RISK)
    (config / "accounts.yaml").write_text(ACCOUNTS)
    (config / "notifications.yaml").write_text(NOTIFICATIONS)
    set_password(config / "admin_password.hash", PASSWORD, rounds=4)
    return folder


@asynccontextmanager
async def shown(
    folder: Path, *keys: str, size: tuple[int, int] = (80, 24), page: Page[Any] | None = None, is_in: bool = True
) -> AsyncIterator[Pilot[None]]:
    """The console after these keys; on `page` instead of the menu where one is given."""
    console = Console(House(folder))
    if is_in:
        console.session.let_in(PASSWORD)
    async with console.run_test(size=size) as pilot:
        while not console.screen.query("FooterKey") and is_in:
            await pilot.pause()
        if page is not None:
            await console.push_screen(page)
        await rest(pilot)
        await press(pilot, *keys)
        yield pilot


async def rest(pilot: Pilot[None]) -> None:
    """Wait until nothing is waited for and nothing moves."""
    console = pilot.app
    assert isinstance(console, Console)
    frames: list[str] = []
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while len(frames) < _EQUAL_FRAMES or len(set(frames)) > 1:
            await pilot.pause()
            screen = console.screen
            is_there = screen.has_looked if isinstance(screen, Page) else screen.focused is not None
            frames = [*frames[-_EQUAL_FRAMES + 1 :], text(pilot)] if is_there and not console.jobs else []


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Keys, one after the other, each when the one before has done what it does; a text is typed."""
    for key in keys:
        await pilot.press(*(list(key.removeprefix("type:")) if key.startswith("type:") else [key]))
        await rest(pilot)


async def shows(pilot: Pilot[None], *parts: str) -> str:
    """Wait until all of these stand on the screen."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not all(part in text(pilot) for part in parts):
                await pilot.pause(0.02)
    except TimeoutError:
        raise AssertionError(f"{parts} are not all in\n{text(pilot)}") from None
    return text(pilot)
