"""Whether somebody beside administrators can change the program that runs as the system: the easiest way around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PureWindowsPath

from risk_manager.descriptors import who_may_replace, who_may_write


def open_places(paths: tuple[str, ...], descriptor: Callable[[str], str | None]) -> Iterator[tuple[str, str]]:
    """Every place among these and on the way to them that others may change, and who. `descriptor` is asked for that of
    a place, and says None where it is not there."""
    asked: set[PureWindowsPath] = set()
    for path in map(PureWindowsPath, paths):
        yield from _asked(path, who_may_write, descriptor)
        asked.add(path)
    on_the_way = {parent for path in asked for parent in path.parents} - asked
    for folder in sorted(on_the_way):
        yield from _asked(folder, who_may_replace, descriptor)


def _asked(
    path: PureWindowsPath, who: Callable[[str], tuple[str, ...]], descriptor: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    told = descriptor(str(path))
    if told is None:
        return
    others = who(told)
    if others:
        yield str(path), in_words(others)


_NAMES = {
    "BU": "every user",
    "WD": "everybody",
    "AU": "everybody who signs in",
    "IU": "everybody who signs in",
    "everybody": "everybody",
}


def in_words(who: tuple[str, ...]) -> str:
    """Users, as people call them."""
    return ", ".join(dict.fromkeys(_NAMES.get(one, f"the user {one}") for one in who))
