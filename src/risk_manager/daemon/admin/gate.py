"""Who may come in: wrong passwords cost time, right ones give a token for a while. Pure; time is handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec.structs import replace

TOKEN_FOR: Final = timedelta(minutes=15)
WRONG_MAX: Final = 5
SILENCE: Final = timedelta(minutes=1)
SILENCE_MOST: Final = timedelta(hours=8)
_DOUBLINGS_MOST: Final = 16
LOGS_IN, WRONG, IN_SILENCE = "log in", "give a wrong password", "give a password in the silence after wrong ones"
COMES_IN: Final = frozenset({LOGS_IN, WRONG, IN_SILENCE})
"""What is on the record of whoever comes in or tries to, and is no news for the trader; the silence itself is."""


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """The wrong passwords since the last right one."""

    wrong: int = 0
    """Since the last silence."""
    silences: int = 0
    silent_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """The end of the last silence; None: there was none."""


class Gate:
    """The attempts so far and the tokens that hold."""

    def __init__(self, attempts: Attempts | None = None) -> None:
        """`attempts` are those of guards before this one; None: nobody has tried."""
        self.attempts = attempts or Attempts()
        self._tokens: dict[str, datetime] = {}

    def silent_until(self, now: datetime) -> datetime | None:
        """Until when no password is even looked at; None: now is fine."""
        until = self.attempts.silent_until
        return until if until is not None and now < until else None

    def wrong(self, now: datetime) -> datetime | None:
        """Take note of a wrong password. After five of them: the end of the silence, each twice as long as the last."""
        wrong, silences = self.attempts.wrong + 1, self.attempts.silences
        if wrong < WRONG_MAX:
            self.attempts = replace(self.attempts, wrong=wrong)
            return None
        until = now + min(SILENCE * (1 << min(silences, _DOUBLINGS_MOST)), SILENCE_MOST)
        self.attempts = Attempts(silences=silences + 1, silent_until=until)
        return until

    def right(self, token: str, now: datetime) -> datetime:
        """Take note of a right password: `token` holds until the instant that is returned."""
        self.attempts = Attempts()
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
