"""Every screen of the console that is held to a text: `python -m tests.interfaces.console.screens` writes them anew.

Read the difference before it is committed: the text is what an admin sees.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from docs.pictures.states import LOCKED, one
from docs.pictures.still import text
from risk_manager.interfaces.admin.accounts import AccountShown, Picture
from risk_manager.interfaces.admin.checks import Found
from risk_manager.interfaces.admin.console.accounts import AccountsPage
from risk_manager.interfaces.admin.console.connection import ConnectionPage
from risk_manager.interfaces.admin.console.lockouts import LockoutsPage
from risk_manager.interfaces.admin.console.page import Page
from risk_manager.interfaces.admin.console.service import ServicePage
from risk_manager.ipc.status import GuardStatus
from tests.interfaces.console.house import furnish, press, shown
from tests.interfaces.dashboard.screens import WAIVED

FOLDER: Final = Path(__file__).parent / "screens"
WRONG: Final = "daily_realized_loss: {limit: 1}\n" + "".join(f"rule_{number}: {{}}\n" for number in range(9))
LOG: Final = """\
2025-10-23T15:29:58.000001Z INFO     Guarding.
2025-10-23T15:30:00.123456Z ERROR    [account 465] [rule RULE-003] Daily loss -$512.50 reached the limit -$500.00 \
(realized -$400.00, open -$112.50)
2025-10-23T15:30:00.123999Z WARNING  The broker refused to close all of MNQ: the market is closed
"""


def account(number: int, name: str, says: str, **told: Any) -> AccountShown:
    """One row."""
    usual: dict[str, Any] = {"is_configured": True, "is_seen": True, "can_trade": True, "is_guarded": False}
    return AccountShown(id=number, name=name, says=says, **{**usual, **told})


SEEN: Final = Picture(
    (
        account(465, "Main", "guarded", is_guarded=True),
        account(466, "Copy", "not guarded: the login has no active account of this number", is_seen=False),
        account(467, "50KTC-V2-DLL-100001-90000001", "not guarded: it is not in accounts.yaml", is_configured=False),
        account(468, "Old", "guarded", is_guarded=True, can_trade=False),
    )
)
GREEN: Final = [
    Found("configuration", True, "Guards 465 (5 rules), 466 (5 rules)."),
    Found("guard", True, "It runs since 2025-10-23 07:00 Chicago (12:00 UTC)."),
    Found("connection", True, "Both hubs are there."),
    Found("store", True, "What matters is saved."),
]
RED: Final = [
    Found("configuration", True, "The login is trader."),
    Found("login", False, "The gateway refuses the login.", "Correct username or api_key in accounts.yaml."),
    Found("clock", True, "It agrees with the gateway's."),
]
HARD: Final = LOCKED.accounts[0].locks[0]
SEVERAL: Final = replace(LOCKED.accounts[0], locks=(HARD, replace(HARD, symbol="MNQ"), replace(HARD, symbol="ES")))


class StillAccounts(AccountsPage):
    """What the gateway would say."""

    def look(self) -> Picture:
        """Always the same."""
        return SEEN


class StillService(ServicePage):
    """A guard that runs."""

    def look(self) -> tuple[list[Found], GuardStatus | None]:
        """Always the same."""
        return GREEN, LOCKED


class StillConnection(ConnectionPage):
    """A gateway that refuses."""

    def look(self) -> list[Found]:
        """Always the same."""
        return RED


class StillLockouts(LockoutsPage):
    """A lock and a waiver."""

    def __init__(self, status: GuardStatus) -> None:
        super().__init__()
        self._status = status

    def look(self) -> GuardStatus:
        """Always the same."""
        return self._status


@dataclass(frozen=True)
class Screen:
    """How it is come to."""

    keys: tuple[str, ...] = ()
    page: type[Page[Any]] | None = None
    status: GuardStatus | None = None
    size: tuple[int, int] = (80, 24)
    is_in: bool = True
    risk: str = ""
    """What is in the file by the time of the last key; empty: what was."""


def at(*keys: str, size: tuple[int, int] = (80, 24)) -> Screen:
    """After these keys."""
    return Screen(keys, size=size)


SCREENS: Final[dict[str, Screen]] = {
    "menu": at(),
    "menu_down": at("down", "down"),
    "password_asked": Screen(is_in=False),
    "password_wrong": Screen(("type:no such word", "enter"), is_in=False),
    "rules": at("1"),
    "rules_wide": at("1", size=(120, 40)),
    "rules_narrow": at("1", size=(60, 20)),
    "rule_loss": at("1", "3"),
    "rule_lists": at("1", "7"),
    "rule_sessions": at("1", "9"),
    "rule_absent": at("1", "1", "2"),
    "defaults": at("1", "1", "4"),
    "value_asked": at("1", "3", "2"),
    "list_asked": at("1", "7", "2"),
    "list_refused": at("1", "7", "2", "ctrl+u", "type:[{loss_amount: 5}]", "enter"),
    "value_refused": at("1", "3", "2", "ctrl+u", "type:500", "enter"),
    "value_much_is_wrong": Screen(("1", "3", "2", "ctrl+u", "type:-400", "enter"), risk=WRONG),
    "value_changed": at("1", "3", "2", "ctrl+u", "type:-400", "enter"),
    "value_written": at("1", "3", "2", "ctrl+u", "type:-400", "enter", "y"),
    "value_left": at("1", "3", "2", "ctrl+u", "type:-400", "enter", "n"),
    "value_taken_out": at("1", "3", "4", "ctrl+u", "enter"),
    "list_changed": at(
        "1", "7", "2", "end", "backspace", "type:, {loss_amount: -300, cooldown_duration: 60}]", "enter"
    ),
    "row_taken_out": at("1", "7", "4", "escape", "d"),
    "row_of_a_list_asked": at("1", "7", "2", "escape", "a"),
    "row_of_a_list_added": at("1", "7", "2", "escape", "a", "type:{loss_amount: -300, cooldown_duration: 60}", "enter"),
    "row_of_a_table_named": at("1", "2", "down", "a"),
    "row_of_a_table_asked": at("1", "2", "down", "a", "type:GC", "enter"),
    "files": at("8"),
    "files_login": at("8", "1"),
    "files_key_asked": at("8", "1", "2"),
    "files_holidays": at("8", "2"),
    "files_holidays_changed": at("8", "2", "1", "type:[2026-12-24]", "enter"),
    "files_logging": at("8", "3"),
    "files_notifications": at("8", "4"),
    "files_notifications_secret_asked": at("8", "4", "6"),
    "channel_kind": at("8", "4", "down", "a", "type:desk", "enter"),
    "channel_secret": at("8", "4", "down", "a", "type:desk", "enter", "2"),
    "channel_added": at(
        "8", "4", "down", "a", "type:desk", "enter", "2", "type:https://127.0.0.1/not-to-be-seen", "enter"
    ),
    "accounts": Screen(page=StillAccounts),
    "accounts_of_one": Screen(("2",), page=StillAccounts),
    "accounts_not_ours": Screen(("3",), page=StillAccounts),
    "lockouts": Screen(page=StillLockouts, status=LOCKED),
    "lockouts_waived": Screen(page=StillLockouts, status=one(WAIVED)),
    "lockouts_nobody": at("3"),
    "lock_why": Screen(("1",), page=StillLockouts, status=LOCKED),
    "lock_why_of_several": Screen(("1",), page=StillLockouts, status=one(SEVERAL)),
    "lock_how": Screen(("1", "type:hedged elsewhere", "enter"), page=StillLockouts, status=LOCKED),
    "lock_nobody": Screen(("1", "type:hedged", "enter", "2"), page=StillLockouts, status=LOCKED),
    "service": Screen(page=StillService),
    "service_stop": Screen(("2", "type:an update", "enter"), page=StillService),
    "logs": at("5"),
    "log": at("5", "1"),
    "log_empty": at("5", "4"),
    "connection": Screen(page=StillConnection),
    "password": at("7"),
    "password_new_refused": at("7", "1", "type:three words do it", "enter", "type:short", "enter"),
}


async def drawn(name: str) -> str:
    """One of them, as it is now; in the folder that is the current one."""
    screen = SCREENS[name]
    folder = furnish(Path("my-guard"))
    (folder / "logs").mkdir()
    (folder / "logs" / "daemon.log").write_text(LOG)
    page = screen.page
    made = None if page is None else StillLockouts(screen.status) if screen.status is not None else page()
    keys, last = (screen.keys[:-1], screen.keys[-1:]) if screen.risk else (screen.keys, ())
    async with shown(folder, *keys, size=screen.size, page=made, is_in=screen.is_in) as pilot:
        if screen.risk:
            (folder / "config" / "risk_config.yaml").write_text(screen.risk)
        await press(pilot, *last)
        return text(pilot)


async def main() -> None:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name in SCREENS:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            (FOLDER / f"{name}.txt").write_text(await drawn(name), encoding="utf-8", newline="\n")
            os.chdir("/")


if __name__ == "__main__":
    asyncio.run(main())
