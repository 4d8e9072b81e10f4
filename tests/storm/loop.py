"""An event loop whose time jumps: where nothing is ready, it is at once the time of the next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

BEGINNING: Final = 1_000.0


class Dial(Protocol):
    """Whoever connects the guard's own connections."""

    async def connect(self, protocol: asyncio.Protocol) -> asyncio.Transport:
        """A connection to the gateway. Raises OSError."""
        ...


class NothingWillHappenError(Exception):
    """Everybody waits and no timer is set."""


class GoingInCirclesError(Exception):
    """Somebody is busy without end, and no time passes."""


_TURNS_AT_ONE_INSTANT_MAX: Final = 3_000


class _Jump(selectors.BaseSelector):
    """Looks at no file: waiting is done by moving the time on."""

    def __init__(self) -> None:
        self.time = BEGINNING
        self._turns = 0
        self._files: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = self._files[fileobj] = selectors.SelectorKey(fileobj, fileobj, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._files.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise NothingWillHappenError("Everybody waits for somebody else: no timer is set.")
        if timeout > 0:
            self.time += timeout
            self._turns = 0
        self._turns += 1
        if self._turns > _TURNS_AT_ONE_INSTANT_MAX:
            raise GoingInCirclesError(f"{self._turns} turns of the loop, and it is still {self.time:.3f}.")
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._files


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs at once what would take minutes. Connections are made by `dial`."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self.dial: Dial | None = None
        self.bugs: list[str] = []
        """Errors that nobody took."""
        self.set_exception_handler(lambda _, told: self.bugs.append(_sentence(told)))

    def time(self) -> float:
        """Seconds since long ago."""
        return self._jump.time

    async def create_connection(  # type: ignore[override]
        self, protocol_factory: Callable[[], asyncio.Protocol], host: str, port: int, **_: Any
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        """To the only gateway that there is."""
        protocol = protocol_factory()
        assert self.dial is not None
        return await self.dial.connect(protocol), protocol


def _sentence(told: Mapping[str, Any]) -> str:
    return f"{told.get('message')} {told.get('exception')!r}"


class VirtualClock:
    """The time of day on a virtual loop; `ahead` is how wrong it is."""

    def __init__(self, loop: VirtualLoop, start: datetime, ahead: timedelta = timedelta(0)) -> None:
        self._loop, self._start = loop, start + ahead

    def now(self) -> datetime:
        """The time, aware UTC."""
        return self._start + timedelta(seconds=self._loop.time() - BEGINNING)
