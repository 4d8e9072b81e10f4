"""Who may come in: wrong passwords cost time, right ones give a token for a while. Pure; time is handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

TOKEN_FOR: Final = timedelta(minutes=15)
WRONG_MAX: Final = 5
SILENCE: Final = timedelta(minutes=1)
SILENCE_MOST: Final = timedelta(hours=8)
LOGS_IN, WRONG, IN_SILENCE = "log in", "give a wrong password", "give a password in the silence after wrong ones"
COMES_IN: Final = frozenset({LOGS_IN, WRONG, IN_SILENCE})
"""What is on the record of whoever comes in or tries to, and is no news for the trader; the silence itself is."""


class Gate:
    """The attempts so far and the tokens that hold."""

    def __init__(self) -> None:
        """Nobody has tried."""
        self._wrong = 0
        self._silences = 0
        self._silent_until: datetime | None = None
        self._tokens: dict[str, datetime] = {}

    def silent_until(self, now: datetime) -> datetime | None:
        """Until when no password is even looked at; None: now is fine."""
        until = self._silent_until
        return until if until is not None and now < until else None

    def wrong(self, now: datetime) -> datetime | None:
        """Take note of a wrong password. After five of them: the end of the silence, each twice as long as the last."""
        self._wrong += 1
        if self._wrong < WRONG_MAX:
            return None
        self._wrong = 0
        self._silent_until = now + min(SILENCE * 2**self._silences, SILENCE_MOST)
        self._silences += 1
        return self._silent_until

    def right(self, token: str, now: datetime) -> datetime:
        """Take note of a right password: `token` holds until the instant that is returned."""
        self._wrong = self._silences = 0
        self._silent_until = None
        self._tokens = {one: until for one, until in self._tokens.items() if until > now}
        self._tokens[token] = until = now + TOKEN_FOR
        return until

    def holds(self, token: str, now: datetime) -> bool:
        """Whether a token may act now."""
        until = self._tokens.get(token)
        return until is not None and now < until

    def forget(self) -> None:
        """No token holds any more: the password is another one."""
        self._tokens = {}
