"""The terminal's end of the line: what the dashboard writes to it, and how often it rings there."""

from __future__ import annotations

import re
from typing import Final

from textual.app import App
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver

_TITLE: Final = re.compile(r"\x1b\][^\x07\x1b]*\x07")
"""A command to the terminal that ends with the bell's byte, and does not ring."""


class Wire:
    """To be put in the place of an app's terminal before it runs, with `headless=False`."""

    def __init__(self, app: App[None]) -> None:
        self.written = ""
        """Everything so far."""
        app.driver_class = self._end()

    @property
    def rings(self) -> int:
        """How often the terminal has been told to ring."""
        return _TITLE.sub("", self.written).count("\x07")

    def _end(self) -> type[Driver]:
        wire = self

        class End(HeadlessDriver):
            """Takes what is written, as a terminal does; it has no keys and no size of its own."""

            @property
            def is_headless(self) -> bool:
                return False

            def write(self, data: str) -> None:
                wire.written += data

        return End
