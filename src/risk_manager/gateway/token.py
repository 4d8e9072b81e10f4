"""A gateway token: a JWT of which only the end of its life is read. Never shown."""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec

from risk_manager.gateway.decode import UNREADABLE

LIFETIME_SECONDS: Final = 24 * 3600.0
"""What the gateway documents; taken where the token does not say it."""
_RENEW_AT_FRACTION: Final = 0.8
_RENEW_BEFORE_END_SECONDS: Final = 300.0


class _Claims(msgspec.Struct):
    exp: float


class Token:
    """A token and when it ends, on our own monotonic clock."""

    __slots__ = ("_text", "ends_at", "renew_at")

    def __init__(self, text: str, *, now: float, wall: float) -> None:
        """Received at `now` (monotonic seconds), which is `wall` (seconds since 1970).

        It is to be renewed at 80 % of the life that is left or 5 minutes before its end, whichever comes
        first. One whose end has passed by our clock is taken all the same (the clock may be wrong), for a
        short while.
        """
        self._text = text
        ends = _end_of(text)
        life = LIFETIME_SECONDS if ends is None else ends - wall
        life = min(max(life, 1.0), 10 * LIFETIME_SECONDS)
        self.ends_at = now + life
        self.renew_at = now + min(_RENEW_AT_FRACTION * life, max(life - _RENEW_BEFORE_END_SECONDS, life / 2))

    def reveal(self) -> str:
        """The text, for an Authorization header or a hub's address; never for a log."""
        return self._text

    def __repr__(self) -> str:
        """Without the text."""
        return "Token(hidden)"


def _end_of(text: str) -> float | None:
    """The `exp` claim (seconds since 1970); None where the text is no JWT that tells it."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Claims).exp
    except (*UNREADABLE, binascii.Error):
        return None
