"""How a tone looks. Colours are the theme's, so that they are readable on light and dark; bold and dim need none."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from risk_manager.interfaces.trader.dashboard.saying import Line, Tone

_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.FAINT: "dim",
    Tone.GOOD: "bold $text-success",
    Tone.CAUTION: "bold $text-warning",
    Tone.BAD: "bold $text-error",
}
_WITHOUT_COLOUR: Final = {**_STYLES, Tone.GOOD: "bold", Tone.CAUTION: "bold", Tone.BAD: "bold"}
"""Greys of colours are hard to read, and the words say what is good or bad."""


def painted(lines: list[Line], *, has_colour: bool = True) -> Content:
    """Lines as Textual shows them."""
    styles = _STYLES if has_colour else _WITHOUT_COLOUR
    return Content("\n").join(Content.assemble(*((span.text, styles[span.tone]) for span in one)) for one in lines)
