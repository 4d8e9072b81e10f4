"""What opens over the page: the choice of an account, and the help."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from risk_manager.interfaces.trader.dashboard import accounts, help
from risk_manager.interfaces.trader.dashboard.paint import painted
from risk_manager.interfaces.trader.dashboard.widgets import Words
from risk_manager.ipc.status import GuardStatus


class Picker(ModalScreen[int]):
    """All accounts; the one that is chosen is handed back."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,a,q", "dismiss", "Close")]

    def __init__(self, status: GuardStatus, chosen: int) -> None:
        super().__init__()
        self._rows = accounts.lines(status)
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """A list."""
        has_colour = not self.app.no_color
        rows = {str(key): painted([row], has_colour=has_colour) for key, row in self._rows.items()}
        options = OptionList(*(Option(row, id=key) for key, row in rows.items()))
        options.border_title = "Choose an account: up, down, Enter"
        options.highlighted = list(self._rows).index(self._chosen)
        yield options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand it back."""
        self.dismiss(int(event.option.id or self._chosen))


class Help(ModalScreen[None]):
    """Keys and words."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll() as box:
            box.border_title = "Help: Esc closes it"
            yield Words()

    def on_mount(self) -> None:
        """Fill it."""
        self.query_one(Words).say(help.lines(min(92, self.app.size.width - 14)))
