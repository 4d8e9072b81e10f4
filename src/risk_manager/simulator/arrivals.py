"""A record of everything that reached the venue from outside: the independent truth for tests of a client."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec


class Arrival(msgspec.Struct, kw_only=True):
    """One request or hub invocation.

    `at` is the wall clock, `clock_ns` the monotonic one of the same instant. `body` is the JSON that came, as
    text. `status` is the HTTP status that was (or would have been) answered and `error_code` the envelope's;
    `acted` says whether the venue did what was asked, `replied` whether the answer was sent.
    """

    number: int
    kind: str
    user: str
    path: str
    at: datetime
    clock_ns: int
    body: str = ""
    status: int = 0
    error_code: int | None = None
    acted: bool = False
    replied: bool = False


class Arrivals:
    """The last 100,000 arrivals, oldest first."""

    def __init__(self) -> None:
        self._rows: deque[Arrival] = deque(maxlen=100_000)
        self._count = 0
        self.on_arrival: Callable[[Arrival], Any] | None = None

    def add(self, kind: str, user: str, path: str, at: datetime, clock_ns: int, body: bytes = b"") -> Arrival:
        """Note one arrival; the caller fills in the outcome."""
        self._count += 1
        row = Arrival(
            number=self._count,
            kind=kind,
            user=user,
            path=path,
            at=at,
            clock_ns=clock_ns,
            body=body.decode(errors="replace"),
        )
        self._rows.append(row)
        if self.on_arrival:
            self.on_arrival(row)
        return row

    def since(self, number: int = 0, path: str | None = None) -> list[Arrival]:
        """Arrivals after that number, of one path or of all."""
        return [r for r in self._rows if r.number > number and (path is None or r.path == path)]

    @property
    def last_number(self) -> int:
        """Number of the newest arrival; 0 if nothing came yet."""
        return self._count
