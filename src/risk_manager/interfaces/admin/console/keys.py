"""One section, key by key: its present value and what it means; each can be given another one, or be
taken out, and a list or a table one row more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Final

import msgspec
from textual import work
from textual.binding import Binding, BindingType

from risk_manager.config.editing import Edit, as_text, with_row, with_value, without_key
from risk_manager.config.hiding import HIDDEN, is_secret
from risk_manager.config.keys import Key, More
from risk_manager.interfaces.admin.console.dialogs import Ask
from risk_manager.interfaces.admin.console.page import NUMBER_ROOM, Drawn, Page, Row
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, cut, line

_NAME_ROOM: Final = 36
_UNWRITTEN: Final = {"needed": "not set; it is needed", "none": "not set", "": "not set", "as for all": "as for all"}
"""What a key that is not in the file is worth."""


class KeysPage(Page[list[Key]]):
    """The keys of a section."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Change"),
        Binding("a", "add", "Add a row"),
        Binding("d", "take_out", "Take out"),
    ]

    def __init__(self, heading: str, file: str, way: tuple[str, ...], look: Callable[[], list[Key]]) -> None:
        """`way` leads to the section in the file; empty where the file is one section."""
        super().__init__()
        self.heading = heading
        self._file, self._way, self._keys = file, way, look

    def look(self) -> list[Key]:
        """What the file says now."""
        return self._keys()

    def drawn(self, seen: list[Key], width: int) -> Drawn:
        """A row a key."""
        place = f"{self._file} · {'.'.join(self._way)}" if self._way else self._file
        where = line(Span(cut(place, width), Tone.FAINT))
        return Drawn([where], [self._row(one, width) for one in seen])

    def _row(self, key: Key, width: int) -> Row:
        name = f"{'  ' * (len(key.way) - 1)}{key.way[-1] if len(key.way) < 3 else '.'.join(key.way[1:])}"
        room = width - _NAME_ROOM - NUMBER_ROOM
        if key.now is not None:
            value = Span(cut(key.now, room), Tone.STRONG)
        else:
            value = Span(cut(_UNWRITTEN.get(key.usual, f"usual: {key.usual.replace('`', '')}"), room), Tone.FAINT)
        return Row(line(f"{cut(name, _NAME_ROOM - 1):<{_NAME_ROOM}}", value), partial(self.change, key))

    @work
    async def change(self, key: Key) -> None:
        """Ask for another value until one holds, or the admin leaves."""
        if key.now is not None and HIDDEN in key.now and key.now != HIDDEN:
            self.tell("There are secrets in it, so it is not changed as a whole. Change the keys below it one by one.")
            return
        is_hidden = key.now == HIDDEN or is_secret((*self._way, *key.way))
        given: str | None = "" if is_hidden or key.now is None else key.now
        trouble = ""
        while True:
            name = ".".join((*self._way, *key.way))
            given = await self.app.push_screen_wait(
                Ask(name, about(key), text=given or "", is_secret=is_hidden, trouble=trouble)
            )
            if given is None:
                return
            if not given.strip() and (key.now is None or is_hidden):
                return
            value = as_text(given.strip()) if is_hidden and given.strip() else given.strip()
            found = await self.console.changed(self._file, self._edit(key, value))
            if found is None:
                break
            trouble = found
        self.action_again()

    def _edit(self, key: Key, given: str) -> Callable[[str, str], Edit]:
        way = ".".join((*self._way, *key.way))
        if given:
            return lambda name, text: with_value(name, text, way, given)
        return lambda name, text: without_key(name, text, way)

    @work
    async def action_add(self) -> None:
        """Ask for one row more of the list or the table that the highlighted key is, or stands in."""
        index = self._list.highlighted
        if self._seen is None or index is None:
            return
        key = growing(self._seen, self._seen[index])
        if key is None or key.more is None:
            self.tell(f"{self._seen[index].way[-1]} is neither a list nor a table: Enter asks for its value.")
            return
        await self.add_to(key, key.more)
        self.action_again()

    async def add_to(self, key: Key, more: More) -> None:
        """Ask for a name where a row has one, and for what the row says, until that holds or the admin leaves."""
        way = ".".join((*self._way, *key.way))
        name = ""
        if more.name:
            name = await self.name_of(way, f"{more.name}.") or ""
            if not name:
                return
        given: str | None = ""
        trouble = ""
        while True:
            title = f"{way}.{name}" if name else f"{way}: one more"
            given = await self.app.push_screen_wait(Ask(title, about_row(more), text=given or "", trouble=trouble))
            if given is None or not given.strip():
                return
            value = given.strip()
            found = await self.console.changed(self._file, lambda file, text: with_row(file, text, way, value, name))  # noqa: B023  called at once
            if found is None:
                return
            trouble = found

    async def name_of(self, way: str, means: str) -> str | None:
        """Ask how a new row of a table is to be called; None: the admin has left."""
        trouble = ""
        while True:
            given = await self.app.push_screen_wait(Ask(f"{way}: one more, its name", [means], trouble=trouble))
            if given is None or not given.strip():
                return None
            trouble = "A name is one word without a dot." if "." in given or " " in given.strip() else ""
            if not trouble:
                return given.strip()

    @work
    async def action_take_out(self) -> None:
        """Take the highlighted key out, so that what is usual holds."""
        index = self._list.highlighted
        if self._seen is None or index is None:
            return
        key = self._seen[index]
        if key.now is None:
            self.tell(f"{key.way[-1]} is not in the file.")
            return
        way = ".".join((*self._way, *row_of(key)))
        trouble = await self.console.changed(self._file, lambda name, text: without_key(name, text, way))
        if trouble is not None:
            self.tell(trouble, Tone.BAD)
        self.action_again()


def growing(keys: Sequence[Key], key: Key) -> Key | None:
    """The list or table that a key is, or the innermost that it stands in; None: it stands in none."""
    found = [one for one in keys if one.more is not None and key.way[: len(one.way)] == one.way]
    return found[-1] if found else None


def row_of(key: Key) -> tuple[str, ...]:
    """What is taken out with a key: itself, or the whole row of the list that it stands in."""
    counted = [count for count, step in enumerate(key.way) if step.isdecimal()]
    return key.way[: counted[-1] + 1] if counted else key.way


def about_row(more: More) -> list[str | Line]:
    """What a row of a list or table is, for who is to give one."""
    lines: list[str | Line] = [_sentence(more.means)]
    if more.section is not None:
        lines = [f"Its keys: {', '.join(field.name for field in msgspec.structs.fields(more.section))}."]
    lines += [f"For example {more.example}"] if more.example else []
    leaves = "Enter takes it, Esc or an empty field leaves everything as it is."
    return [*lines, line(Span(leaves, Tone.FAINT))]


def _sentence(means: str) -> str:
    return means.replace("`", "").rstrip(".") + "."


def about(key: Key) -> list[str | Line]:
    """What a key means, for who is to give it a value."""
    lines: list[str | Line] = [key.note] if key.note else []
    if key.example:
        lines.append(f"For example {key.example}")
    else:
        lines.append(_sentence(key.means))
    if key.usual and key.usual not in ("needed", "none", "as below"):
        lines.append(f"Where nothing is written: {key.usual.replace('`', '')}.")
    empty = "leaves it" if key.now == HIDDEN else "takes the key out"
    lines.append(line(Span(f"Enter takes it, Esc leaves it. An empty field {empty}.", Tone.FAINT)))
    if row_of(key) != key.way:
        lines.append(line(Span(f"On the page behind, d takes out row {row_of(key)[-1]} as a whole.", Tone.FAINT)))
    if key.more is not None:
        lines.append(line(Span("On the page behind, a adds one to what is there.", Tone.FAINT)))
    return lines
