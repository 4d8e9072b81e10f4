"""Who may come in: wrong passwords cost time, right ones give a token for a while. Pure; time is handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from risk_manager.config.attempts import NO_ATTEMPTS, Attempts

TOKEN_FOR: Final = timedelta(minutes=15)
LOGS_IN, WRONG, IN_SILENCE = "log in", "give a wrong password", "give a password in the silence after wrong ones"
COMES_IN: Final = frozenset({LOGS_IN, WRONG, IN_SILENCE})
"""What is on the record of whoever comes in or tries to, and is no news for the trader; the silence itself is."""


class Gate:
    """The attempts so far and the tokens that hold."""

    def __init__(self, attempts: Attempts | None = None) -> None:
        """`attempts` are those of guards before this one; None: nobody has tried."""
        self.attempts = attempts or NO_ATTEMPTS
        self._tokens: dict[str, datetime] = {}

    def silent_until(self, now: datetime) -> datetime | None:
        """Until when no password is even looked at; None: now is fine."""
        return self.attempts.silence(now)

    def wrong(self, now: datetime) -> datetime | None:
        """Take note of a wrong password. After five of them: the end of the silence, each twice as long as the last."""
        self.attempts = self.attempts.and_one(now)
        return self.attempts.silence(now)

    def right(self, token: str, now: datetime) -> datetime:
        """Take note of a right password: `token` holds until the instant that is returned."""
        self.attempts = NO_ATTEMPTS
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
