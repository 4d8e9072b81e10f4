"""What opens over a page and asks: a text, or one of a few answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from risk_manager.interfaces.trader.dashboard.saying import Line, Tone, line, wrapped
from risk_manager.interfaces.trader.dashboard.widgets import Words

_INSIDE: Final = 8
_TOLD_MOST: Final = 7
WIDEST: Final = 100


def sentences(text: str, width: int, tone: Tone) -> list[Line]:
    """Each line of a text by itself, and no more of them than have room beside what is asked."""
    lines = [one for part in text.splitlines() for one in wrapped(part, width, tone=tone)]
    more = len(lines) - _TOLD_MOST
    return [*lines[:_TOLD_MOST], *wrapped(f"... and {more} lines more", width, tone=tone)] if more > 1 else lines


class Dialog(ModalScreen[str | None]):
    """A box with words; what is answered is handed back, None for leaving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("pagedown", "turn_page(1)", show=False, priority=True),
        Binding("pageup", "turn_page(-1)", show=False, priority=True),
    ]

    def __init__(self, asks: str, says: Sequence[str | Line] = (), *, trouble: str = "") -> None:
        super().__init__()
        self._asks, self._says, self._trouble = asks, says, trouble
        self._words, self.said = Words(), Words(id="said")

    def _box(self) -> Vertical:
        box = Vertical(VerticalScroll(self._words, can_focus=False), self.said)
        box.border_title = self._asks
        return box

    def on_mount(self) -> None:
        """Fill it."""
        width = min(WIDEST, self.app.size.width) - _INSIDE
        rows: list[Line] = []
        for one in self._says:
            rows += wrapped(one, width) or [line()] if isinstance(one, str) else [one]
        self._words.say(rows)
        self.tell(self._trouble, Tone.BAD)

    def tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """The line of answers."""
        self.said.say(sentences(text, min(WIDEST, self.app.size.width) - _INSIDE, tone))
        self.said.display = bool(text)

    def turn(self, text: str | None) -> None:
        """What is waited for; None: it is over."""
        self.tell(text or "", Tone.FAINT)

    def action_turn_page(self, by: int) -> None:
        """Through words that are longer than the box."""
        words = self.query_one(VerticalScroll)
        words.scroll_relative(y=by * max(1, words.size.height - 1), animate=False)

    def action_leave(self) -> None:
        """Without an answer."""
        self.dismiss(None)


class Ask(Dialog):
    """A text."""

    def __init__(
        self,
        asks: str,
        says: Sequence[str | Line] = (),
        *,
        text: str = "",
        is_secret: bool = False,
        trouble: str = "",
    ) -> None:
        super().__init__(asks, says, trouble=trouble)
        self._input = Input(value=text, password=is_secret, select_on_focus=False)

    def compose(self) -> ComposeResult:
        """Words, then the field."""
        with self._box():
            yield self._input

    def on_mount(self) -> None:
        """Ready to be typed into."""
        super().on_mount()
        self._input.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand it back."""
        self.dismiss(event.value)


class Choose(Dialog):
    """One of a few answers, by number, arrows, mouse, or the letter of a key; the first is the one that changes
    nothing."""

    def __init__(
        self, asks: str, says: Sequence[str | Line], answers: Sequence[str], *, keys: str = "ny", trouble: str = ""
    ) -> None:
        super().__init__(asks, says, trouble=trouble)
        self._answers, self._keys = answers, keys
        self._list = OptionList(*(f"{number}  {one}" for number, one in enumerate(answers, 1)))

    def compose(self) -> ComposeResult:
        """Words, then the answers."""
        with self._box():
            yield self._list

    def on_mount(self) -> None:
        """The first answer is the one of Enter."""
        super().on_mount()
        self._list.highlighted = 0
        self._list.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand it back."""
        self.dismiss(self._answers[event.option_index])

    def on_key(self, event: Key) -> None:
        """A number or a letter."""
        pressed = event.character or ""
        index = int(pressed) - 1 if pressed.isdecimal() else self._keys.find(pressed.lower()) if pressed else -1
        if 0 <= index < len(self._answers):
            event.stop()
            self.dismiss(self._answers[index])
