"""Lines of words with a tone. A tone is never all there is: what it means is in the words as well."""

from __future__ import annotations

import enum
import textwrap
from dataclasses import dataclass
from typing import TypeAlias


class Tone(enum.Enum):
    """How a piece of text is meant; `paint.py` says how it looks."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


@dataclass(frozen=True)
class Span:
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line: TypeAlias = tuple[Span, ...]
"""What stands in one row of the screen."""


def line(*parts: str | Span) -> Line:
    """A line of pieces; a bare text is plain."""
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def plain(one: Line) -> str:
    """What a line says, without its tones."""
    return "".join(span.text for span in one)


def title(text: str) -> Line:
    """A heading."""
    return line(Span(text, Tone.STRONG))


def wrapped(text: str, width: int, *, tone: Tone = Tone.PLAIN, first: str = "", rest: str | None = None) -> list[Line]:
    """A sentence over as many lines as it needs; `first` and `rest` open the first line and those that follow."""
    rest = " " * len(first) if rest is None else rest
    room = max(10, width)
    cut = textwrap.wrap(text, room, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line(Span(one, tone)) for one in cut]


def labelled(label: str, answer: Line, room: int, width: int) -> list[Line]:
    """A label in a column of its own and words beside it, wrapped within their column, tones kept."""
    lines: list[Line] = []
    for number, part in enumerate(flowed(answer, width - room)):
        opening = Span(label.ljust(room), Tone.STRONG) if not number else Span(" " * room)
        lines.append((opening, *part))
    return lines


def flowed(words: Line, width: int) -> list[Line]:
    """The line broken between words so that none is wider than `width`; tones are kept."""
    rows: list[list[Span]] = [[]]
    used = 0
    for span in words:
        for word in _words(span.text):
            if used + len(word.rstrip()) > width and used:
                rows.append([])
                used = 0
                word = word.lstrip()
            rows[-1].append(Span(word, span.tone))
            used += len(word)
    return [_without_end(row) for row in rows]


def _without_end(row: list[Span]) -> Line:
    """Without the space after its last word."""
    return (*row[:-1], Span(row[-1].text.rstrip(), row[-1].tone)) if row else ()


def _words(text: str) -> list[str]:
    """Words with the space that follows them."""
    return [one + " " for one in text.split(" ")[:-1]] + [text.split(" ")[-1]] if text else []


def fitting(parts: list[Line], width: int, gap: str = " · ") -> Line:
    """As many of the parts, in their order, as have room; the first is always there."""
    chosen: list[Span] = list(parts[0]) if parts else []
    used = sum(len(span.text) for span in chosen)
    for part in parts[1:]:
        length = len(gap) + len(plain(part))
        if used + length > width:
            break
        chosen += [Span(gap, Tone.FAINT), *part]
        used += length
    return tuple(chosen)


def cut(text: str, room: int) -> str:
    """The text, or as much of it as has room and a sign that there is more."""
    return text if len(text) <= room else text[: room - 1] + "…"


def apart(left: Line, right: Line, width: int) -> Line:
    """One at the left edge and one at the right; without room for both only the left."""
    gap = width - len(plain(left)) - len(plain(right))
    return (*left, Span(" " * gap), *right) if gap > 0 else left
