"""A line of steps in braille: two by four dots to a character."""

from __future__ import annotations

from decimal import Decimal

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""By row from the top, then by column."""


def steps(values: list[Decimal], width: int, height: int) -> list[str]:
    """`values`, one for each of `2 * width` equal times, as rows of characters; the top row holds the highest."""
    low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
    span = high - low or Decimal(1)
    rows = 4 * height - 1
    heights = [rows - int(((value - low) / span * rows).to_integral_value()) for value in values[: 2 * width]]
    cells = [[0] * width for _ in range(height)]
    for column, at in enumerate(heights):
        before = heights[column - 1] if column else at
        for dot in range(min(at, before), max(at, before) + 1):
            cells[dot // 4][column // 2] |= _DOTS[dot % 4][column % 2]
    return ["".join(chr(0x2800 + cell) for cell in row) for row in cells]
