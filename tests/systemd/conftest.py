"""One booted machine for all of it: its files are gone through in the order of their names."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from tests.systemd.guarded import guarded, is_guarding
from tests.systemd.machine import Machine


@pytest.fixture(scope="session", autouse=True)
def ends_in_order() -> Iterator[None]:
    """One that is told to end takes its machine away first, as one that is interrupted does."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    yield
    signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, and a second one would disturb
    raise KeyboardInterrupt


@pytest.fixture(scope="session")
def machine(ends_in_order: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = guarded(tmp_path_factory.mktemp("machine"))
    yield made
    made.remove()


@pytest.fixture
def guard(machine: Machine) -> int:
    """The process that guards."""
    return is_guarding(machine)
