"""Whether somebody else than root can change a program that root is to make a service of."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_ROOT: Final = 0
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def who_may_change(places: Iterable[Path]) -> str:
    """The first file or folder, on the way to these places or below them, that others than root can write; a sentence.
    Empty: there is none."""
    for place in dict.fromkeys(places):
        for path in (*_on_the_way(place), *_below(place)):
            why = _why_open(path)
            if why:
                return why
    return ""


def _on_the_way(place: Path) -> list[Path]:
    """A place and everything above it, by the name that it was given and by the one that links lead to."""
    ways = [place.absolute(), place.resolve()]
    return list(dict.fromkeys(path for way in ways for path in (*reversed(way.parents), way)))


def _below(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        return
    for folder, folders, files in os.walk(place):
        for name in (*folders, *files):
            yield Path(folder, name)


def _why_open(path: Path) -> str:
    try:
        found = path.lstat()
    except OSError as error:
        return f"{path} cannot be looked at ({error.strerror})."
    if found.st_uid != _ROOT:
        return f"{path} belongs to user {found.st_uid}."
    if stat.S_ISLNK(found.st_mode):
        return ""  # where it leads is looked at by itself; a link cannot be written
    if found.st_mode & _OTHERS_WRITE and not (stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX):
        return f"{path} can be written by others than root."
    return ""
