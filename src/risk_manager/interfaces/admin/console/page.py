"""A page of the console: heading, advice, rows to choose from by number, arrows or mouse, text, a line of answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from risk_manager.config import ConfigError
from risk_manager.config.editing import EditError
from risk_manager.config.password import PasswordError
from risk_manager.interfaces.admin.console.dialogs import sentences
from risk_manager.interfaces.admin.console.thread import in_thread
from risk_manager.interfaces.admin.entrance import RefusedError
from risk_manager.interfaces.trader.dashboard.paint import painted
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, apart, line, title, wrapped
from risk_manager.interfaces.trader.dashboard.widgets import Words

if TYPE_CHECKING:
    from risk_manager.interfaces.admin.console.app import Console

T = TypeVar("T")
_MARGIN: Final = 4
TROUBLES: Final = (ConfigError, EditError, RefusedError, PasswordError, OSError)
"""What can be wrong with a home; the text is the sentence."""
NUMBER_ROOM: Final = 4
"""What the number of a row takes."""


@dataclass(frozen=True)
class Row:
    """Something to choose."""

    text: Line
    opens: Callable[[], object] | None = None
    """What choosing it does; None: it is only shown."""
    below: tuple[Line, ...] = ()
    """Further lines of the same row."""


@dataclass(frozen=True)
class Drawn:
    """What stands on a page."""

    advice: list[Line] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)


class Page(Screen[None], Generic[T]):
    """What is the same on every page. A page says how it looks (`look`, in a thread) and what is drawn of that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("left", "back", show=False),
        Binding("right", "open", show=False),
        Binding("r", "again", "Read again"),
    ]
    heading: str = ""
    waits: str = "Reading the files"
    """What it is waiting for while it looks."""
    every: float | None = None
    """Seconds after which it looks again by itself, without a word; None: only when it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: T | None = None
        self._rows: list[Row] = []
        self._typed = ""
        self._told: list[Line] = []
        self._guarded = False
        self.has_looked = False
        """Whether the first look has ended, also where it has shown only trouble."""
        self._head, self._advice, self._body, self.said = Words(), Words(), Words(), Words(id="said")
        self._list = OptionList()
        self._scroll = VerticalScroll(self._body)

    @property
    def console(self) -> Console:
        """The program."""
        return cast("Console", self.app)

    def look(self) -> T:
        """What there is to be shown; may take its time. Raises ConfigError, RefusedError, OSError."""
        raise AssertionError("each page has its own")

    def drawn(self, seen: T, width: int) -> Drawn:  # noqa: ARG002  each page has its own
        """What is shown of it."""
        raise AssertionError("each page has its own")

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        self._head.add_class("head")
        self._advice.add_class("advice")
        yield from (self._head, self._advice, self._list, self._scroll, self.said, Footer())

    def on_mount(self) -> None:
        """Look for the first time."""
        self._list.display = self._scroll.display = False
        self._head.say(self._heading())
        self.action_again()
        if self.every is not None:
            self.set_interval(self.every, self.look_quietly)

    def on_screen_resume(self) -> None:
        """Back from a page that was opened from here: things may be others now."""
        if self._seen is not None:
            self.action_again()

    def on_resize(self, _: Resize) -> None:
        """Break the lines anew."""
        self.draw()

    @work(exclusive=True, group="look")
    async def action_again(self) -> None:
        """Look again."""
        self._guarded = self.console.session.house.is_guarded()
        seen = await self.console.looked(self.waits, self.look, self)
        if seen is not None:
            self._seen = seen
        self.has_looked = True
        self.draw()

    @work(exclusive=True, group="look quietly")
    async def look_quietly(self) -> None:
        """Show what is other than before."""
        if not self.is_current or self._seen is None:
            return
        with suppress(*TROUBLES):
            seen = await in_thread(self.look)
            if seen != self._seen:
                self._seen = seen
                self.draw()

    def draw(self) -> None:
        """Show what was seen."""
        self._head.say(self._heading())
        if self._seen is None:
            return
        drawn = self.drawn(self._seen, self.width)
        self._advice.say(drawn.advice)
        self._advice.display = bool(drawn.advice)
        self._body.say(drawn.body)
        self._scroll.display = bool(drawn.body)
        self._list.set_class(bool(drawn.body), "above")
        self._show_rows(drawn.rows)
        if not self.is_current:
            return
        (self._list if drawn.rows else self._scroll).focus()

    @property
    def width(self) -> int:
        """The room of a line."""
        return max(20, self.app.size.width - _MARGIN)

    def _heading(self) -> list[Line]:
        state = ("the guard runs", Tone.FAINT) if self._guarded else ("NO GUARD RUNS", Tone.CAUTION)
        left = title(f"admin · {self.heading}" if self.heading else "risk-manager admin")
        return [apart(left, line(Span(*state)), self.width)]

    def _show_rows(self, rows: list[Row]) -> None:
        self._list.display = bool(rows)
        before = self._list.highlighted
        has_colour = not self.app.no_color
        shown = [painted(self._numbered(number, row), has_colour=has_colour) for number, row in enumerate(rows, 1)]
        if [(row.text, row.below) for row in rows] != [(row.text, row.below) for row in self._rows]:
            self._list.set_options([Option(one) for one in shown])
        self._rows = rows
        if rows:
            self._list.highlighted = min(before or 0, len(rows) - 1)

    def _numbered(self, number: int, row: Row) -> list[Line]:
        first = (Span(f"{number:>2}".ljust(NUMBER_ROOM), Tone.STRONG), *row.text)
        return [first, *((Span(" " * NUMBER_ROOM), *one) for one in row.below)]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or the mouse."""
        self._typed = ""
        self.tell("")
        opens = self._rows[event.option_index].opens
        try:
            if opens is not None:
                opens()
        except TROUBLES as error:
            self.tell(str(error), Tone.BAD)

    def on_key(self, event: Key) -> None:
        """A number: of the row that is meant. `1` waits for a second digit where there is a row 10."""
        if event.character is None or not event.character.isdecimal():
            self._typed = ""
            return
        number = int(self._typed + event.character)
        if not 1 <= number <= len(self._rows):
            number = int(event.character)
        if not 1 <= number <= len(self._rows):
            return
        event.stop()
        self._list.highlighted = number - 1
        self._typed = str(number) if number * 10 <= len(self._rows) else ""
        if not self._typed:
            self._list.action_select()

    def action_open(self) -> None:
        """What is highlighted."""
        if self._rows:
            self._list.action_select()

    def action_back(self) -> None:
        """To where it was opened from."""
        self.app.pop_screen()

    def tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """The line of answers."""
        self._told = sentences(text, self.width, tone)
        self.said.say(self._told)

    def turn(self, text: str | None) -> None:
        """What is waited for; None: it is over, and the last answer is there again."""
        self.said.say(self._told if text is None else wrapped(text, self.width, tone=Tone.FAINT))


def fields(rows: list[tuple[str, str]], width: int) -> list[Line]:
    """Names and values in two columns."""
    room = max((len(name) for name, _ in rows), default=0) + 2
    return [one for name, value in rows for one in wrapped(value or "-", width, first=name.ljust(room))]
