"""Does the gateway take the login, has it the accounts, do the clocks agree."""

from __future__ import annotations

from risk_manager.interfaces.admin import connection
from risk_manager.interfaces.admin.checks import Found
from risk_manager.interfaces.admin.console.page import Drawn, Page
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, wrapped


class ConnectionPage(Page[list[Found]]):
    """What each look has found; r looks again."""

    heading = "connection"
    waits = "Asking the gateway"

    def look(self) -> list[Found]:
        """Log in as the guard does."""
        return list(connection.looks(self.console.session.house))

    def drawn(self, seen: list[Found], width: int) -> Drawn:
        """A paragraph each."""
        return Drawn(body=found_lines(seen, width))


def found_lines(found: list[Found], width: int) -> list[Line]:
    """Checks as lines: ok or RED, what was found, what mends it."""
    lines: list[Line] = []
    for one in found:
        first, *rest = wrapped(f"{one.name}: {one.says}", width, first="     ")
        mark = Span("ok   ", Tone.GOOD) if one.is_good else Span("RED  ", Tone.BAD)
        lines += [line(mark, "".join(span.text for span in first)[5:]), *rest]
        for part in one.remedy.splitlines():
            lines += wrapped(part, width, first="     ", tone=Tone.FAINT)
    return lines
