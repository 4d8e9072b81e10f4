"""The one picture of how it decides: `python -m docs.pictures` draws it, a test compares it."""

from __future__ import annotations

from typing import Final, NamedTuple
from xml.sax.saxutils import escape

_WIDE, _HIGH = 960, 430


class _Box(NamedTuple):
    x: int
    y: int
    wide: int
    high: int
    lines: tuple[str, ...]
    colour: str = "#ffffff"


_COMES: Final = ("orders and fills", "prices", "what is read again", "time that passes", "the admin's word")
_INBOX = _Box(220, 40, 110, 300, ("one inbox,", "one event", "after the", "other"), "#eef4ff")
_JUDGE = _Box(370, 40, 200, 300, (
    "one judgement",
    "what is due comes first,",
    "standing locks act,",
    "then every rule looks at",
    "the state after the event",
    "and says what it found",
), "#eef4ff")  # fmt: skip
_OUTCOME = _Box(610, 40, 120, 300, ("one outcome", "the widest", "close wins,", "nothing is", "done twice"), "#eef4ff")
_BROKER = _Box(
    780, 40, 160, 130, ("the broker", "closes at once,", "cancels with them,", "until it is true"), "#e7f6ec"
)
_PEOPLE = _Box(
    780, 210, 160, 130, ("all others", "journal, screens,", "people: after that,", "never waited for"), "#f5f5f6"
)


def decides() -> str:
    """The picture as SVG."""
    comes = [_Box(20, 40 + 62 * row, 160, 52, (text,)) for row, text in enumerate(_COMES)]
    parts = [_drawn(one) for one in (*comes, _INBOX, _JUDGE, _OUTCOME, _BROKER, _PEOPLE)]
    parts += [_arrow(180, one.y + 26, 220, one.y + 26) for one in comes]
    parts += [_arrow(330, 190, 370, 190), _arrow(570, 190, 610, 190)]
    parts += [_arrow(730, 105, 780, 105), _arrow(730, 275, 780, 275)]
    parts.append('<path d="M 940 105 H 950 V 385 H 275 V 346" class="line" marker-end="url(#tip)"/>')
    parts.append('<text x="612" y="405" class="small">what the broker answers comes back as an event</text>')
    inside = "\n".join(parts)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">
<title>From what happens at the broker to what the guard asks for, and to who hears of it</title>
<style>
text {{ font: 14px sans-serif; text-anchor: middle; fill: #1d2939; }}
.head {{ font-weight: bold; }} .small {{ font-size: 13px; fill: #475467; }}
rect {{ stroke: #667085; }} .line {{ stroke: #667085; stroke-width: 1.5; fill: none; }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M 0 0 L 8 4 L 0 8 z" fill="#667085"/></marker></defs>
<rect width="{_WIDE}" height="{_HIGH}" fill="#ffffff" style="stroke: none"/>
{inside}
</svg>
"""


def _drawn(box: _Box) -> str:
    rectangle = f'<rect x="{box.x}" y="{box.y}" width="{box.wide}" height="{box.high}" rx="8" fill="{box.colour}"/>'
    top = box.y + box.high / 2 - 11 * (len(box.lines) - 1) + 5
    middle = f"{box.x + box.wide / 2:g}"
    rows = [
        f'<text x="{middle}" y="{top + 22 * row:g}" class="{"more" if row else "head"}">{escape(line)}</text>'
        for row, line in enumerate(box.lines)
    ]
    return "\n".join([rectangle, *rows])


def _arrow(x: int, y: int, to_x: int, to_y: int) -> str:
    return f'<path d="M {x} {y} L {to_x} {to_y}" class="line" marker-end="url(#tip)"/>'
