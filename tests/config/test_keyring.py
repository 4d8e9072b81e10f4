"""Secrets in a keyring: the real package, over a keyring in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail
from keyrings.alt.file import PlaintextKeyring

from risk_manager.config.secret import NotFoundError, keep_in_keyring, resolve

KEY = "a key: with=signs, ümlauts and  spaces"


class OnAFile(PlaintextKeyring):  # type: ignore[misc]  # the package has no types
    """In a file of ours, and not in the user's own folder."""

    file_path = ""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Where it lies."""
    before, ring = keyring.get_keyring(), OnAFile()
    ring.file_path = str(tmp_path / "ring.cfg")
    keyring.set_keyring(ring)
    yield tmp_path / "ring.cfg"
    keyring.set_keyring(before)


def test_what_is_kept_is_found_under_its_name_and_in_our_drawer(file: Path) -> None:
    keep_in_keyring("topstepx-trader", KEY)
    assert file.exists()
    assert keyring.get_password("risk-manager", "topstepx-trader") == KEY
    assert resolve("keyring:topstepx-trader", {}).reveal() == KEY
    with pytest.raises(NotFoundError, match="the keyring has nothing under another of risk-manager"):
        resolve("keyring:another", {})


def test_what_the_packages_own_command_has_kept_is_found(file: Path) -> None:
    keyring.set_password("risk-manager", "by-hand", KEY)  # what `keyring set risk-manager by-hand` does
    assert resolve("keyring:by-hand", {}).reveal() == KEY


def test_a_machine_without_a_keyring_says_so() -> None:
    before = keyring.get_keyring()
    none: Any = fail  # the package has no types
    keyring.set_keyring(none.Keyring())
    try:
        with pytest.raises(NotFoundError, match="the keyring cannot be asked: NoKeyringError"):
            resolve("keyring:topstepx-trader", {})
        with pytest.raises(NotFoundError, match="the keyring takes nothing: NoKeyringError"):
            keep_in_keyring("topstepx-trader", KEY)
    finally:
        keyring.set_keyring(before)
