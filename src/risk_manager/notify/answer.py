"""How an attempt to tell something ended."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Delivered(msgspec.Struct, frozen=True):
    """It has arrived."""

    pause: float = 0.0
    """So many seconds the service wants to hear nothing more."""


class Later(msgspec.Struct, frozen=True):
    """Not now: the service is away, or wants to be left alone."""

    why: str
    after: float | None = None
    """So many seconds, where the service says how many."""


class Refused(msgspec.Struct, frozen=True):
    """It does not take it, and would not take it again."""

    why: str
    is_about_message: bool = False
    """True: the message is at fault. False: the address, the token, the chat."""


Answer = Delivered | Later | Refused
PAUSE_MAX = 600.0
"""One answer closes a channel for no longer, whatever it says: the next message may be critical."""


def seconds(told: object) -> float | None:
    """A number of seconds that a service has named; None where it is none. At most ten minutes."""
    try:
        number = float(str(told))
    except ValueError:
        return None
    return min(max(number, 0.0), PAUSE_MAX) if number == number else None


def by_status(status: int, headers: Mapping[str, str], says: str) -> Answer:
    """What a status means that no service means otherwise. `says` is the service's own word; it may be empty."""
    told = f"HTTP {status}{f', {says}' if says else ''}"
    if 200 <= status < 300:
        return Delivered()
    if status == 429:
        return Later(f"it has been told too much ({told})", seconds(headers.get("Retry-After", "")))
    if 300 <= status < 400:
        return Refused(f"it points elsewhere, where a secret is not carried to ({told})")
    if status in (400, 413, 422):
        return Refused(f"it does not take the message ({told})", is_about_message=True)
    if 400 <= status < 500 and status != 408:
        return Refused(f"it does not know this address or token ({told})")
    return Later(f"it is in trouble itself ({told})", seconds(headers.get("Retry-After", "")))
