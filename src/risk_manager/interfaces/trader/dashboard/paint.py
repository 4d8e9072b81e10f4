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


def painted(lines: list[Line]) -> Content:
    """Lines as Textual shows them."""
    return Content("\n").join(Content.assemble(*((span.text, _STYLES[span.tone]) for span in one)) for one in lines)
