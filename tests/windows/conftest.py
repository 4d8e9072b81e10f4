"""One Windows for the whole session: making it takes longer than all that is tried in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.windows.prefix import Windows


@pytest.fixture(scope="session")
def windows() -> Iterator[Windows]:
    """Windows, booted, with the program installed for everybody."""
    machine = Windows()
    try:
        machine.make()
        yield machine
    finally:
        machine.cut_power()
