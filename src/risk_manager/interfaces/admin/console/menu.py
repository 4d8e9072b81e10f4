"""The first page: what there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from risk_manager.interfaces.admin.console.accounts import AccountsPage
from risk_manager.interfaces.admin.console.connection import ConnectionPage
from risk_manager.interfaces.admin.console.files import FilesPage
from risk_manager.interfaces.admin.console.lockouts import LockoutsPage
from risk_manager.interfaces.admin.console.logs import LogsPage
from risk_manager.interfaces.admin.console.page import Drawn, Page, Row
from risk_manager.interfaces.admin.console.password import PasswordPage
from risk_manager.interfaces.admin.console.rules import RulesPage
from risk_manager.interfaces.admin.console.service import ServicePage
from risk_manager.interfaces.trader.dashboard.saying import Span, Tone, line, wrapped

_ROOM: Final = 14
PAGES: Final[dict[str, tuple[Callable[[], Page[Any]], str]]] = {
    "Rules": (RulesPage, "every limit: look, change, switch on and off"),
    "Accounts": (AccountsPage, "which are guarded, and why one is not; limits of one account"),
    "Lockouts": (LockoutsPage, "what is locked; end a lock before its time"),
    "Service": (ServicePage, "how the guard is; read the files now, stop it"),
    "Logs": (LogsPage, "what happened, and what goes wrong"),
    "Connection": (ConnectionPage, "does the gateway take the login"),
    "Password": (PasswordPage, "change the admin's password"),
    "Files": (FilesPage, "the login, your holidays, the logs, who is told"),
}


class Menu(Page[str]):
    """All pages."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit"), Binding("escape", "back", show=False)]

    def look(self) -> str:
        """Where this is."""
        return str(self.console.session.house.folder)

    def drawn(self, seen: str, width: int) -> Drawn:
        """A row a page."""
        advice = wrapped(f"Home: {seen}", width, tone=Tone.FAINT)
        rows = [
            Row(line(Span(f"{name:<{_ROOM}}", Tone.STRONG), says), partial(self._open, make))
            for name, (make, says) in PAGES.items()
        ]
        return Drawn(advice, rows)

    def _open(self, make: Callable[[], Page[Any]]) -> None:
        self.app.push_screen(make())

    def action_back(self) -> None:
        """There is nothing behind it; q leaves."""
