"""A program that others than root can change is none that a service is made of."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from risk_manager.service.systemd.closed import who_may_change

pytestmark = pytest.mark.skipif(getattr(os, "geteuid", int)() != 0, reason="only root can make what belongs to root")
NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A program of root's: a folder, an interpreter that is a link, and a package."""
    with tempfile.TemporaryDirectory(dir="/opt") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "bin").mkdir()
        (folder / "bin" / "python").symlink_to("/bin/sh")
        (folder / "package").mkdir()
        (folder / "package" / "code.py").write_text("")
        yield folder


def looked(place: Path) -> str:
    return who_may_change([place / "bin" / "python", place])


def test_what_belongs_to_root_all_the_way_is_closed(place: Path) -> None:
    assert looked(place) == ""


def test_a_file_that_others_may_write_is_named(place: Path) -> None:
    (place / "package" / "code.py").chmod(0o666)
    assert looked(place) == f"{place}/package/code.py can be written by others than root."


def test_a_folder_of_somebody_else_is_named(place: Path) -> None:
    shutil.chown(place / "bin", NOBODY)
    assert looked(place) == f"{place}/bin belongs to user {NOBODY}."


def test_where_a_link_leads_is_looked_at_too(place: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/opt") as other:
        there = Path(other, "python")
        there.write_text("")
        shutil.chown(there, NOBODY)
        (place / "bin" / "python").unlink()
        (place / "bin" / "python").symlink_to(there)
        assert looked(place) == f"{there} belongs to user {NOBODY}."


def test_a_way_through_a_folder_that_everybody_may_write_is_open(place: Path) -> None:
    way = place / "way"
    way.mkdir()
    (way / "python").write_text("")
    way.chmod(0o777)
    assert who_may_change([way / "python"]) == f"{way} can be written by others than root."
    way.chmod(0o1777)  # as /tmp: what root has put there nobody else can take away
    assert who_may_change([way / "python"]) == ""


def test_what_is_not_there_is_not_trusted(place: Path) -> None:
    assert who_may_change([place / "gone"]) == f"{place}/gone cannot be looked at (No such file or directory)."
