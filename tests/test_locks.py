"""The lock files hold what pyproject asks for, exactly and with hashes, and nothing says where to get it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tree import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.lock"))
PINNED = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ \\;]+)", re.MULTILINE)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((REQUIREMENTS / lock).read_text(encoding="utf-8")))


def group(name: str) -> list[str]:
    found: list[str] = []
    for entry in PROJECT["dependency-groups"][name]:
        found += [entry] if isinstance(entry, str) else group(entry["include-group"])
    return found


def asked_for(*lines: str) -> list[Requirement]:
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


RUN = asked_for(*PROJECT["project"]["dependencies"], *group("build"))


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run.lock", RUN),
        ("dev.lock", RUN + asked_for(*group("dev"))),
        ("foreign.lock", asked_for(*(REQUIREMENTS / "foreign.in").read_text(encoding="utf-8").splitlines())),
        ("windows.lock", RUN + asked_for(*group("test"))),
        (
            "windows-python.lock",
            asked_for(*(REQUIREMENTS / "windows-python.in").read_text(encoding="utf-8").splitlines()),
        ),
        ("ci.lock", asked_for(*(REQUIREMENTS / "ci.in").read_text(encoding="utf-8").splitlines())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_asked_for_is_locked(lock: str, wanted: list[Requirement]) -> None:
    pinned = pins(lock)
    missing = [str(one) for one in wanted if not one.specifier.contains(pinned.get(canonicalize_name(one.name), "0"))]
    assert not missing, "make the locks anew: requirements/README.md"


def test_tests_run_on_the_versions_that_users_run() -> None:
    for lock in ("dev.lock", "windows.lock"):
        tested = pins(lock)
        assert {name: tested.get(name) for name in pins("run.lock")} == pins("run.lock"), lock


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_none_an_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    bare = [entry.split(" ")[0] for entry in entries if PINNED.match(entry) and "--hash=sha256:" not in entry]
    assert not bare
    assert len(entries) == len(pins(lock.name)), "a line that is neither a pin nor its hashes"
