"""Who sits at the console: the password has been given, and holds for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from risk_manager.interfaces.admin.entrance import House, RefusedError

_WRONG_MOST: Final = 5
_FOR: Final = timedelta(minutes=15)
"""As long as a running guard's token."""


class Session:
    """The token of the running guard, or the word of the password's file where none runs."""

    def __init__(self, house: House, clock: Callable[[], datetime]) -> None:
        """Nobody is in yet."""
        self.house = house
        self._clock = clock
        self.token: str | None = None
        """Of the running guard; None where none runs."""
        self._until: datetime | None = None
        self._was_guarded = False
        self._wrong = 0

    @property
    def is_open(self) -> bool:
        """Whether the password need not be given now. It is asked for again when a guard has come or gone."""
        return self._until is not None and self._clock() < self._until and self._was_guarded == self.house.is_guarded()

    @property
    def is_barred(self) -> bool:
        """Too many wrong passwords: none is looked at for a while, and nobody is to stand here meanwhile."""
        return self._wrong >= _WRONG_MOST

    def let_in(self, password: str) -> None:
        """Give the password. Raises RefusedError with the sentence."""
        self._was_guarded = self.house.is_guarded()
        try:
            answer = self.house.let_in(password)
        except RefusedError:
            self._wrong += 1
            raise
        self._wrong = 0
        self.token, self._until = answer.token, answer.until or self._clock() + _FOR

    def end(self) -> None:
        """The password is asked for at the next change."""
        self.token = self._until = None
