"""One booted machine for all of it: its files are gone through in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.systemd.guarded import guarded, is_guarding
from tests.systemd.machine import Machine


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = guarded(tmp_path_factory.mktemp("machine"))
    yield made
    made.remove()


@pytest.fixture
def guard(machine: Machine) -> int:
    """The process that guards."""
    return is_guarding(machine)
