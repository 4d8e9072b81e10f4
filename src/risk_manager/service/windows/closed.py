"""Whether somebody beside administrators can change the program that runs as the system: the easiest way around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import PureWindowsPath

from risk_manager.descriptors import who_may_replace, who_may_write
from risk_manager.service.windows.machine import Machine, MachineError


def open_places(paths: tuple[str, ...], machine: Machine) -> Iterator[tuple[str, str]]:
    """Every place among these and on the way to them that others may change, and who; of what lies below one of them
    the first. Raises MachineError where that cannot be told."""
    asked: set[str] = set()
    for path in paths:
        for place in chain([path], machine.below(path)):
            if place not in asked:
                asked.add(place)
                who = _asked(place, who_may_write, machine)
                if who:
                    yield place, who
                    break
    on_the_way = {parent for path in paths for parent in PureWindowsPath(path).parents}
    for folder in sorted(str(one) for one in on_the_way):
        if folder not in asked:
            who = _asked(folder, who_may_replace, machine)
            if who:
                yield folder, who


def _asked(place: str, who: Callable[[str], tuple[str, ...]], machine: Machine) -> str:
    told = machine.descriptor(place)
    try:
        return "" if told is None else in_words(who(told))
    except ValueError as error:
        raise MachineError(f"who may change {place} cannot be told. {error}") from None


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
