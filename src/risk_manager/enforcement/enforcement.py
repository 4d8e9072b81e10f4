"""One owner per account: what is commanded leaves in order of urgency, at once, and its end comes back as an
event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import AnyEvent, CommandHeld, CommandLost
from risk_manager.core.model import AccountId
from risk_manager.enforcement.breaker import Breaker
from risk_manager.enforcement.broker import Broker, OrderCommand, Outcome, Reader, Still

_URGENCY: Final[dict[type, int]] = {
    kind: rank for rank, kind in enumerate((Close, Reduce, Cancel, Resize, MoveStop, PlaceStop, Fetch))
}
"""What brings the account out of the market goes first, then what could bring it in again, then
protection."""


class Owner:
    """What is under way for one account. Nobody else sends for it."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self.breaker = Breaker()
        self.is_reading = False
        self._wish: Fetch | None = None

    def wish(self, command: Fetch) -> None:
        """Read once more when the read under way has ended."""
        self._wish = command

    def take_wish(self) -> Fetch | None:
        """What was wished for since the last read began."""
        wish, self._wish = self._wish, None
        return wish


class Passed:
    """A command that the breaker has let pass."""

    def __init__(
        self, command: OrderCommand, at: float, breaker: Breaker, standing: Still, clock: Callable[[], float]
    ) -> None:
        """It leaves now, `at`, or asks `still` before it does."""
        self.command = command
        self._at = at
        self._breaker = breaker
        self._standing = standing
        self._clock = clock

    def still(self) -> OrderCommand | None:
        """What is left of it. It had to wait, and leaves now: what it counts for begins now."""
        left = self._standing()
        if left is not None:
            now = self._clock()
            self._breaker.leaves_late(self.command, self._at, now)
            self._at = now
        return left

    def never_left(self) -> None:
        """It has not left and will not."""
        self._breaker.never_left(self.command, self._at)


class Enforcement:
    """Carries commands out. Accounts are independent of each other."""

    def __init__(
        self,
        broker: Broker,
        reader: Reader,
        sink: Callable[[AnyEvent], None],
        *,
        standing: Callable[[OrderCommand], Still],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sink` is told how each command ended, never from within `carry_out`. `standing` is asked as a command is
        carried out: how to find out later what is left of it. `clock`: monotonic seconds."""
        self._broker = broker
        self._reader = reader
        self._sink = sink
        self._standing = standing
        self._clock = clock
        self._owners: dict[AccountId, Owner] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._reads: set[asyncio.Task[None]] = set()

    def carry_out(self, commands: Iterable[Command]) -> None:
        """Hand `commands` to the broker, now: closes first and all at once, then the rest, waiting for
        nothing.

        Must be called in the event loop.
        """
        fetches: list[Fetch] = []
        sent: list[tuple[Passed, Awaitable[Outcome]]] = []
        for command in sorted(commands, key=_urgency):
            if isinstance(command, Fetch):
                fetches.append(command)
            elif (under_way := self._send(command)) is not None:
                sent.append(under_way)
        # Only when the last request has left is there time for who waits for the answers.
        for passed, awaited in sent:
            name = f"enforcement: {type(passed.command).__name__} {passed.command.account}"
            self._start(self._bring_back(passed, awaited), name, self._writes)
        for fetch in fetches:
            self._fetch(fetch)

    @property
    def under_way(self) -> int:
        """Requests and reads whose end is not known yet."""
        return len(self._writes) + len(self._reads)

    async def stop(self, grace_seconds: float = 5.0) -> None:
        """Give up reads at once, wait for the answers to requests, at most so long; then those are given up too.

        A read may wait for its turn for a minute, and nobody would look at what it brings.
        """
        for read in self._reads:
            read.cancel()
        if self._writes:
            await asyncio.wait(self._writes, timeout=grace_seconds)
        left = [*self._writes, *self._reads]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _send(self, command: OrderCommand) -> tuple[Passed, Awaitable[Outcome]] | None:
        breaker, now = self._owner(command.account).breaker, self._clock()
        why = breaker.refusal(command, now)
        if why is not None:
            opens = breaker.opens(now)
            self._tell_later(CommandHeld(account=command.account, command=command, why=why, opens=opens))
            return None
        try:
            passed = Passed(command, now, breaker, self._standing(command), self._clock)
            return passed, self._broker.send(command, passed.still)
        except Exception as error:  # noqa: BLE001  a bug with one command must not hold back the closes behind it
            self._bug(command, error)
            return None

    async def _bring_back(self, passed: Passed, outcome: Awaitable[Outcome]) -> None:
        try:
            event = await outcome
        except Exception as error:  # noqa: BLE001  the port promises none; the pursuit must hear of it all the same
            self._bug(passed.command, error)
            return
        if isinstance(event, CommandLost) and not event.left:
            passed.never_left()
        self._sink(event)

    def _fetch(self, command: Fetch) -> None:
        """Read once at a time: what is asked for meanwhile is read once more, since the running one may be
        older."""
        owner = self._owner(command.account)
        if owner.is_reading:
            owner.wish(command)
            return
        owner.is_reading = True
        self._start(self._read(owner, command), f"enforcement: read {command.account}", self._reads)

    async def _read(self, owner: Owner, command: Fetch) -> None:
        wanted: Fetch | None = command
        try:
            while wanted is not None:
                owner.take_wish()
                self._sink(await self._reader.read(wanted))
                wanted = owner.take_wish()
        except Exception as error:  # noqa: BLE001  as above
            self._bug(command, error)
        finally:
            owner.is_reading = False

    def _bug(self, command: Command, error: Exception) -> None:
        why = f"A bug of the guard kept {type(command).__name__} from being carried out: {type(error).__name__}."
        asyncio.get_running_loop().call_exception_handler({"message": why, "exception": error})
        self._tell_later(CommandLost(account=command.account, command=command, why=why))

    def _tell_later(self, event: AnyEvent) -> None:
        asyncio.get_running_loop().call_soon(self._sink, event)

    def _owner(self, account: AccountId) -> Owner:
        owner = self._owners.get(account)
        if owner is None:
            owner = self._owners[account] = Owner()
        return owner

    def _start(self, coroutine: Coroutine[Any, Any, None], name: str, among: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        among.add(task)
        task.add_done_callback(among.discard)


def _urgency(command: Command) -> int:
    return _URGENCY[type(command)]
