"""The two widgets: words that change, and a page of them that scrolls."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from risk_manager.interfaces.trader.dashboard.paint import painted
from risk_manager.interfaces.trader.dashboard.saying import Line


class Words(Static):
    """Lines on the screen; drawn again only where they are other lines."""

    def __init__(self, **named: Any) -> None:
        super().__init__("", markup=False, **named)
        self._lines: list[Line] | None = None

    def say(self, lines: list[Line]) -> None:
        """Show these."""
        if lines != self._lines:
            self._lines = lines
            self.update(painted(lines, has_colour=not self.app.no_color))


class Page(VerticalScroll):
    """The page that is open: scrolls with keys and wheel; left and right turn to the next one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.turn(-1)", show=False),
        Binding("right", "app.turn(1)", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("j", "scroll_down", show=False),
    ]
