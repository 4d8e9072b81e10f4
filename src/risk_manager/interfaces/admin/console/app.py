"""The console on a terminal: asks for the password, opens pages, waits without standing still, and changes things."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final, Protocol, TypeVar, cast

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from risk_manager.config.editing import Edit
from risk_manager.interfaces.admin import changing
from risk_manager.interfaces.admin.console.dialogs import Ask, Choose
from risk_manager.interfaces.admin.console.menu import Menu
from risk_manager.interfaces.admin.console.page import TROUBLES
from risk_manager.interfaces.admin.console.session import Session
from risk_manager.interfaces.admin.console.thread import in_thread
from risk_manager.interfaces.admin.entrance import House, RefusedError
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line
from risk_manager.ipc.admin import TOKEN_ENDED, Answer, Call

T = TypeVar("T")
_TURN_SECONDS: Final = 0.1
_TURNS: Final = "|/-\\"
LEAVE_IT, WRITE_IT = "Leave it as it is", "Write it"


class Telling(Protocol):
    """What has a line of answers: a page or a dialog."""

    def tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show an answer."""

    def turn(self, text: str | None) -> None:
        """Show what is waited for; None: it is over."""


class Console(App[None]):
    """All of it."""

    TITLE = "risk-manager admin"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    .head { padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    .advice { padding: 0 1; height: auto; margin-bottom: 1; }
    Page OptionList { height: 1fr; border: none; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    Page OptionList.above { height: auto; max-height: 50%; margin-bottom: 1; }
    Page VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    Words { height: auto; }
    Page #said { padding: 0 1; min-height: 1; background: $panel; }
    Dialog { align: center middle; }
    Dialog > Vertical { width: 100; max-width: 100%; height: auto; max-height: 100%; border: round $accent; }
    Dialog > Vertical { background: $surface; padding: 0 1; }
    Dialog VerticalScroll { height: auto; max-height: 14; scrollbar-size-vertical: 1; }
    Dialog Input { border: solid $border; }
    Dialog OptionList { height: auto; max-height: 8; border: none; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False),
        Binding("t", "theme", "Light/dark", show=False),
    ]

    def __init__(self, house: House, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`clock` tells the time in UTC."""
        super().__init__()
        self.animation_level = "none"
        self.session = Session(house, clock)
        self.jobs = 0
        """How many things are waited for."""
        self.farewell = ""
        """Why it has ended by itself; empty: the admin has left."""

    def _fatal_error(self) -> None:
        """The end by a mistake of ours: a sentence, and not Textual's page of what every line has held. The login is
        among that."""
        why = f"The console has ended by a mistake of its own ({type(self._exception).__name__})."
        self.farewell = f"{why} What you had not written is not written."
        self.bell()
        self._close_messages_no_wait()

    def on_mount(self) -> None:
        """The menu, and the password before it."""
        self.push_screen(Menu())
        self.begin()

    @work
    async def begin(self) -> None:
        """Ask for the password; without it there is nothing to see here."""
        if not await self.entered(
            "It holds for a quarter of an hour. Every change is shown, and asks whether it is meant."
        ):
            self._leave("Nothing was changed.")

    def _leave(self, why: str) -> None:
        self.farewell = self.farewell or why
        self.exit()

    async def entered(
        self, why: str = "The password is asked for again: time is over, or the guard was started anew."
    ) -> bool:
        """Whether the password has been given; asks for it where that must be."""
        trouble = ""
        while not self.session.is_open:
            if self.session.is_barred:
                self._leave("Five wrong passwords. The console has closed itself.")
                return False
            given = await self.push_screen_wait(Ask("Admin password", [why], is_secret=True, trouble=trouble))
            if given is None:
                return False
            try:
                await self.waited("Trying the password", partial(self.session.let_in, given))
            except RefusedError as error:
                trouble = str(error)
        return True

    async def waited(self, what: str, job: Callable[[], T], there: Screen[Any] | None = None) -> T:
        """Do something that takes its time; meanwhile the line of answers turns, `there` or where it was begun: what
        has been opened over that since has words of its own."""
        there, turns = there or self.screen, 0

        def turn() -> None:
            nonlocal turns
            _turn(there, f"{_TURNS[turns % len(_TURNS)]} {what} ...")
            turns += 1

        turn()
        self.jobs += 1
        turning = self.set_interval(_TURN_SECONDS, turn)
        try:
            return await in_thread(job)
        finally:
            turning.stop()
            self.jobs -= 1
            _turn(there, None)

    async def looked(self, what: str, job: Callable[[], T], there: Screen[Any] | None = None) -> T | None:
        """The same; None, with the trouble told, where it did not go well."""
        there = there or self.screen
        try:
            return await self.waited(what, job, there)
        except TROUBLES as error:
            _tell(there, str(error), Tone.BAD)
            return None

    def _tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        _tell(self.screen, text, tone)

    async def changed(self, name: str, edit: Callable[[str, str], Edit]) -> str | None:
        """Hold a change against the whole, show it, and carry it out where it is meant. None, or the trouble with it:
        then nothing is written."""
        house = self.session.house
        try:
            change = await self.waited("Holding it against the whole", lambda: changing.proposed(house, name, edit))
            if not change.is_change:
                self._tell(f"{change.name} says that already.")
                return None
            answer = await self.push_screen_wait(Choose("This is the change", difference(change), [LEAVE_IT, WRITE_IT]))
            if answer != WRITE_IT or not await self.entered():
                self._tell("Nothing is written.")
                return None
            token, words = self.session.token, changing.in_words(change)
            done = await self.waited("Writing it", lambda: changing.carried_out(house, change, token, words))
        except TROUBLES as error:
            return str(error)
        self._answered(done)
        return None

    async def asked(self, what: str, call: Callable[[str], Call]) -> Answer | None:
        """Have the running guard do something; None where none runs or the admin has left."""
        if not await self.entered():
            return None
        token = self.session.token
        if token is None:
            self._tell("No guard is running for this home. Start it: risk-manager run", Tone.CAUTION)
            return None
        answer = await self.looked(what, lambda: self.session.house.say(call(token)))
        if answer is not None:
            self._answered(answer)
        return answer

    def _answered(self, answer: Answer) -> None:
        if answer.says.startswith(TOKEN_ENDED):
            self.session.end()
        self._tell(answer.says, Tone.GOOD if answer.is_done else Tone.BAD)

    def action_theme(self) -> None:
        """Dark or light."""
        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"


def _tell(there: Screen[Any], text: str, tone: Tone) -> None:
    with suppress(AttributeError):  # Textual's own first screen has no such line
        cast("Telling", there).tell(text, tone)


def _turn(there: Screen[Any], text: str | None) -> None:
    with suppress(AttributeError):
        cast("Telling", there).turn(text)


def difference(change: Edit) -> list[Line]:
    """A change as lines, with what goes and what comes told apart by sign and tone."""
    tones = {"-": Tone.CAUTION, "+": Tone.GOOD, "!": Tone.CAUTION}
    shown: list[Line] = []
    for one in change.lines():
        if one.startswith(("--- ", "+++ ")) and len(shown) == 0:
            continue  # which file it is stands above
        if one.startswith("@@"):
            shown += [line(Span("...", Tone.FAINT))] if shown else []
        else:
            shown.append(line(Span(one, tones.get(one[:1], Tone.PLAIN))))
    return shown
