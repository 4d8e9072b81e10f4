"""The admin's password: what is accepted, what the file holds, who may read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from risk_manager.config.password import PasswordError, is_set, matches, set_password, why_not

GOOD = "three words do it"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "has 5 characters"),
        ("123456789", "has 9 characters"),
        ("aaaaaaaaaaaa", "repeats a few characters"),
        ("x" * 8 + "yzvwabcd" * 9, "more than 72 bytes"),
        ("tab\tin between it", "cannot be typed"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(tmp_path: Path, password: str, reason: str) -> None:
    path = tmp_path / "hash"
    with pytest.raises(PasswordError, match=reason):
        set_password(path, password, rounds=4)
    assert not path.exists()


@pytest.mark.parametrize("password", ["1234567890", GOOD, "ä" * 5 + "bcdef", "x1y2z3" * 12])
def test_a_password_at_the_limits_is_accepted(password: str) -> None:
    assert why_not(password) is None


def test_only_the_password_itself_matches(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    set_password(path, GOOD, rounds=4)
    assert is_set(path)
    assert matches(path, GOOD)
    assert not any(matches(path, other) for other in (GOOD + " ", GOOD[:-1], GOOD.upper(), "", "x" * 100))


def test_the_file_holds_no_password_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    set_password(path, GOOD, rounds=4)
    assert GOOD.encode() not in path.read_bytes()
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["hash"]


def test_a_new_password_ends_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    set_password(path, GOOD, rounds=4)
    set_password(path, "another one of them", rounds=4)
    assert not matches(path, GOOD)


def test_what_is_no_hash_is_said(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    with pytest.raises(PasswordError, match="No admin password is set"):
        matches(path, GOOD)
    path.write_text("not a hash")
    with pytest.raises(PasswordError, match="does not hold a hash"):
        matches(path, GOOD)
