"""The logs: four files, each from its end, and what comes."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Final

from risk_manager.interfaces.admin import logs
from risk_manager.interfaces.admin.console.page import Drawn, Page, Row
from risk_manager.interfaces.admin.logs import NAMES, Tail, Which
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, wrapped

_SHOWN_MOST: Final = 500
_SAYS: Final[dict[Which, str]] = {
    "daemon": "all of it",
    "enforcement": "what was asked of the broker, and how that ended",
    "api": "who used the admin's door, and for what",
    "error": "what went wrong",
}


class LogsPage(Page[dict[Which, int]]):
    """Which one."""

    heading = "logs"

    def look(self) -> dict[Which, int]:
        """How large each is."""
        paths = {name: logs.place(self.console.session.house, name) for name in NAMES}
        return {name: path.stat().st_size if path.exists() else 0 for name, path in paths.items()}

    def drawn(self, seen: dict[Which, int], width: int) -> Drawn:  # noqa: ARG002  rows are cut by the list
        """A row a log."""
        rows = [
            Row(
                line(Span(f"{name:<13}", Tone.STRONG), f"{size / 1024:>8.0f} kB  {_SAYS[name]}"),
                partial(self._open, name),
            )
            for name, size in seen.items()
        ]
        return Drawn(rows=rows)

    def _open(self, name: Which) -> None:
        self.app.push_screen(LogPage(name))


class LogPage(Page[list[str]]):
    """One log; what comes is added below."""

    waits = "Reading the log"
    every = 0.5

    def __init__(self, name: Which) -> None:
        super().__init__()
        self._name: Which = name
        self.heading = f"logs · {name}"
        self._turn = Lock()
        self._tail: Tail | None = None
        self._lines: list[str] = []

    def look(self) -> list[str]:
        """Its newest lines, or those that have come."""
        with self._turn:  # it is asked for by a key and by the clock
            if self._tail is None:
                self._tail = Tail(logs.place(self.console.session.house, self._name))
                self._lines = self._tail.newest(_SHOWN_MOST)
            else:
                self._lines = [*self._lines, *self._tail.more()][-_SHOWN_MOST:]
            return list(self._lines)

    def drawn(self, seen: list[str], width: int) -> Drawn:
        """The lines, the newest at the end."""
        body: list[Line] = []
        for one in seen:
            tone = Tone.BAD if _is_bad(one) else Tone.CAUTION if " WARNING " in one[:40] else Tone.PLAIN
            body += wrapped(one, width, tone=tone, rest="  ")
        return Drawn(body=body or wrapped("Nothing has been written to it yet.", width, tone=Tone.FAINT))

    def draw(self) -> None:
        """Who is at the end stays at the end."""
        was_at_end = self._scroll.is_vertical_scroll_end or not self._body.content
        super().draw()
        if was_at_end:
            self._scroll.scroll_end(animate=False)


def _is_bad(row: str) -> bool:
    return any(f" {level} " in row[:40] for level in ("ERROR", "CRITICAL"))
