"""Rows under column titles, as lines of a given width. Columns that a narrow screen has no room for are left out."""

from __future__ import annotations

from dataclasses import dataclass

from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone

_KEPT = 9


@dataclass(frozen=True)
class Column:
    """A column."""

    title: str
    is_right: bool = False
    keep: int = _KEPT
    """Columns with the smallest number go first where there is no room."""


def lines(columns: list[Column], rows: list[list[Span]], width: int) -> list[Line]:
    """The titles and the rows; every row has a cell for every column."""
    if not rows:
        return []
    widths = [max(len(column.title), *(len(row[at].text) for row in rows)) for at, column in enumerate(columns)]
    shown, gap = _fitting(columns, widths, width)
    titles = [Span(column.title, Tone.FAINT) for column in columns]
    return [_row(columns, cells, shown, widths, gap) for cells in (titles, *rows)]


def _fitting(columns: list[Column], widths: list[int], width: int) -> tuple[list[int], int]:
    """The columns that have room, and the space between them: two, or one before a column of worth is lost."""
    shown = list(range(len(columns)))
    while True:
        needed = sum(widths[at] for at in shown)
        least = min(shown, key=lambda at: columns[at].keep)
        for gap in (2, 1) if columns[least].keep > 1 else (2,):
            if needed + gap * (len(shown) - 1) <= width:
                return shown, gap
        if columns[least].keep == _KEPT:
            return shown, 1
        shown.remove(least)


def _row(columns: list[Column], cells: list[Span], shown: list[int], widths: list[int], gap: int) -> Line:
    spans: list[Span] = []
    for at in shown:
        is_last = at == shown[-1]
        text = cells[at].text
        room = text.rjust(widths[at]) if columns[at].is_right else text if is_last else text.ljust(widths[at])
        spans += [Span(room, cells[at].tone), *([] if is_last else [Span(" " * gap)])]
    return tuple(spans)
