"""Questions at a terminal: asked again until the answer holds, with a sentence each time; never echoed where secret."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import TypeVar

from risk_manager.interfaces.admin.entrance import tell

T = TypeVar("T")


class StoppedError(Exception):
    """Whoever was asked has gone (Ctrl+C, Ctrl+D, or too many wrong answers)."""


_WRONG_MOST = 20


def ask(question: str, check: Callable[[str], T], *, usual: str = "", secret: bool = False) -> T:
    """The answer as `check` makes it, which raises ValueError with the sentence where it does not hold. An empty answer
    means `usual`."""
    prompt = f"{question}{f' [{usual}]' if usual else ''}: "
    for _ in range(_WRONG_MOST):
        try:
            given = getpass.getpass(prompt) if secret else input(prompt)
        except (EOFError, KeyboardInterrupt):
            raise StoppedError from None
        try:
            return check(given.strip() or usual)
        except ValueError as error:
            tell(f"  {error}")
    raise StoppedError


def show(choices: Sequence[str]) -> None:
    """The choices, numbered from 1."""
    for number, choice in enumerate(choices, start=1):
        tell(f"  {number}  {choice}")


def choose(question: str, choices: Sequence[str], *, usual: int = 1) -> int:
    """The index of the choice, of those that are shown."""
    return ask(question, lambda given: _number(given, len(choices)) - 1, usual=str(usual))


def choose_some(question: str, choices: Sequence[str]) -> list[int]:
    """The indexes of one or more choices, each once, in the order of the list."""
    show(choices)

    def check(given: str) -> list[int]:
        return sorted({_number(one, len(choices)) - 1 for one in given.replace(",", " ").split()} or _nothing())

    return ask(question, check, usual="1")


def agree(question: str, *, usual: bool) -> bool:
    """Yes or no."""

    def check(given: str) -> bool:
        if given.lower() in ("y", "yes"):
            return True
        if given.lower() in ("n", "no"):
            return False
        raise ValueError("Answer y or n.")

    return ask(question, check, usual="y" if usual else "n")


def some_text(what: str) -> Callable[[str], str]:
    """A check that something was given."""

    def check(given: str) -> str:
        if not given:
            raise ValueError(f"{what} is needed.")
        return given

    return check


def _number(given: str, most: int) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise ValueError(f"{given!r} is none of them. Answer with a number from 1 to {most}.")
    return int(given)


def _nothing() -> set[int]:
    raise ValueError("Nothing was chosen.")
