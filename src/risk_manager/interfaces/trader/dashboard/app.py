"""The dashboard on a terminal: asks its source four times a second, and shows what is other than before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import Footer, Tab, Tabs

from risk_manager.interfaces.trader.dashboard import (
    accounts,
    banner,
    clock,
    header,
    history,
    now,
    orders,
    positions,
    rules,
    stats,
)
from risk_manager.interfaces.trader.dashboard.banner import Banner
from risk_manager.interfaces.trader.dashboard.dialogs import Help, Picker
from risk_manager.interfaces.trader.dashboard.moment import Moment, Source, look
from risk_manager.interfaces.trader.dashboard.news import News
from risk_manager.interfaces.trader.dashboard.saying import Line, Tone, title, wrapped
from risk_manager.interfaces.trader.dashboard.widgets import Page, Words
from risk_manager.interfaces.trader.hours import Hours

_LOOK_SECONDS: Final = 0.25
_FLASH_SECONDS: Final = 2.0
_MARGIN: Final = 3

PAGES: Final[dict[str, Callable[[Moment, int], list[Line]]]] = {
    "Now": now.lines,
    "Positions": positions.lines,
    "Orders": orders.lines,
    "Rules": rules.lines,
    "History": history.lines,
    "Stats": stats.lines,
    "Clock": clock.lines,
}


class Dashboard(App[None]):
    """All of it."""

    TITLE = "risk-manager dashboard"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #caption { padding: 0 1; background: $accent-muted; text-style: bold; display: none; }
    #head, #banner, #news { padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #banner { background: $panel; }
    #banner.good { background: $success-muted; }
    #banner.caution { background: $warning-muted; }
    #banner.bad { background: $error-muted; }
    #news { height: 1; background: $panel; }
    .flash, #banner.flash { background: $error; color: $foreground; text-style: reverse; }
    #page { padding: 0 1; scrollbar-size-vertical: 1; }
    #body { text-wrap: nowrap; text-overflow: ellipsis; height: auto; }
    Tab { padding: 0 1; }
    Picker, Help { align: center middle; }
    Picker OptionList, Help VerticalScroll { width: 100; max-width: 95%; height: auto; max-height: 90%; }
    Picker OptionList, Help VerticalScroll { border: round $accent; }
    Help VerticalScroll { background: $surface; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("a", "pick", "Account"),
        Binding("n", "next_account", "Next account", show=False),
        Binding("c", "punch", "Clock in/out", show=False),
        Binding("t", "theme", "Light/dark"),
        *(Binding(str(number), f"open({number})", show=False) for number in range(1, len(PAGES) + 1)),
    ]

    def __init__(
        self,
        source: Source,
        *,
        clock: Callable[[], datetime],
        zone: tzinfo | None,
        hours: Callable[[], tuple[Hours, ...]] = tuple,
        punch: Callable[[], None] = lambda: None,
        how_to_start: str = "risk-manager run",
    ) -> None:
        """`clock` tells the time in UTC; `zone` is the trader's own, None that of the machine. `hours` tells when the
        trader was clocked in, `punch` clocks in or out; both raise ValueError or OSError with a sentence where that
        cannot be read or written. `how_to_start` is the command that starts the guard that is watched."""
        super().__init__()
        self.animation_level = "none"
        self._source = source
        self._clock = clock
        self._zone = zone
        self._hours = hours
        self._punch = punch
        self._how_to_start = how_to_start
        self._chosen: int | None = None
        self._news = News()
        self.caption = ""
        """A line above everything else, for a demo; empty: none."""
        self._caption = Words(id="caption")
        self._head, self._banner = Words(id="head"), Words(id="banner")
        self._tabs = Tabs(*(Tab(f"{number} {name}", id=name) for number, name in enumerate(PAGES, 1)))
        self._body, self._latest = Words(id="body"), Words(id="news")
        self._page = Page(self._body, id="page")

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield from (self._caption, self._head, self._banner, self._tabs, self._page, self._latest, Footer())

    def on_mount(self) -> None:
        """Begin to follow the guard."""
        self._tabs.can_focus = False
        self._page.focus()
        self.run_worker(self._source.run(), name="follow the guard", exit_on_error=True)
        self.set_interval(_LOOK_SECONDS, self.show_now)
        self.show_now()

    def on_resize(self, _: Resize) -> None:
        """Break the lines anew."""
        self.show_now()

    def on_tabs_tab_activated(self, _: Tabs.TabActivated) -> None:
        """Open a page at its top."""
        self._page.scroll_home(animate=False)
        self.show_now()

    def show_now(self) -> None:
        """Show how things are at this moment."""
        moment = look(self._source, self._chosen, self._clock(), self._zone)
        if moment is not None:
            moment = replace(moment, how_to_start=self._how_to_start)
        width = self.size.width - _MARGIN
        self._caption.display = bool(self.caption)
        self._caption.say(wrapped(self.caption, width))
        if moment is None:
            self._show_nothing(width)
            return
        self._chosen = moment.account.id
        self._head.say(header.lines(moment, width))
        self._sign(banner.of(moment, width))
        self._body.say(self._page_lines(moment, width))
        self._latest.say([history.newest(moment, width)])
        if self._news.has_come(moment.status):
            self._alarm()

    def _show_nothing(self, width: int) -> None:
        """Before the first state, or while a guard that starts has no account yet."""
        is_there = self._source.status is not None
        self._head.say([title("The guard has no account yet." if is_there else "No guard has been seen here yet.")])
        why = self._source.why_away or "It has been found and says what it watches in a moment."
        advice = f"Start one: {self._how_to_start}. This page fills by itself."
        self._sign(Banner(Tone.CAUTION, [*wrapped(why, width), *wrapped(advice, width)]))

    def _sign(self, sign: Banner) -> None:
        for tone in (Tone.BAD, Tone.CAUTION, Tone.GOOD):
            self._banner.set_class(sign.tone is tone, tone.value)
        self._banner.say(sign.lines)

    def _page_lines(self, moment: Moment, width: int) -> list[Line]:
        page = self._open_page()
        if page == "Clock":
            try:
                moment = replace(moment, hours=self._hours())
            except ValueError as error:
                return wrapped(str(error), width, tone=Tone.BAD)
        return PAGES[page](moment, width)

    def _open_page(self) -> str:
        return self._tabs.active or next(iter(PAGES))

    def _alarm(self) -> None:
        """The guard has acted: nobody should miss it."""
        self.bell()
        self._flash(True)
        self.set_timer(_FLASH_SECONDS, lambda: self._flash(False))

    def _flash(self, is_on: bool) -> None:
        self._banner.set_class(is_on, "flash")
        self._latest.set_class(is_on, "flash")

    def action_open(self, number: int) -> None:
        """Open a page by its number."""
        self._tabs.active = list(PAGES)[number - 1]

    def action_turn(self, by: int) -> None:
        """Open the page beside."""
        names = list(PAGES)
        self._tabs.active = names[(names.index(self._open_page()) + by) % len(names)]

    def action_pick(self) -> None:
        """Let an account be chosen."""
        status = self._source.status
        if status is not None and self._chosen is not None:
            self.push_screen(Picker(status, self._chosen), self._choose)

    def action_next_account(self) -> None:
        """Go to the next account."""
        if self._source.status is not None:
            self._choose(accounts.after(self._source.status, self._chosen))

    def _choose(self, account: int | None) -> None:
        self._chosen = account if account is not None else self._chosen
        self.show_now()

    def action_punch(self) -> None:
        """Clock in or out, and show it."""
        try:
            self._punch()
        except (ValueError, OSError) as error:
            self.notify(str(error), severity="error", title="Your hours were not changed")
        self._tabs.active = "Clock"
        self.show_now()

    def action_help(self) -> None:
        """Open the help."""
        self.push_screen(Help())

    def action_theme(self) -> None:
        """Dark or light."""
        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"
