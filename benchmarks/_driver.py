"""One client, told of breaches and quotes; and when its requests arrive."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._messages import ES, LIMIT, PING, harmless, touch
from benchmarks._venue import Venue

LOST_SECONDS = 15.0
_HOPELESS = 3
"""A client that has answered none of so many in a row is asked no more in this turn."""
_SETTLE_SECONDS = 0.1
_REST_SECONDS = 0.055
"""Between two breaches. Longer than the guard here waits for the trade of a fill, which the real gateway tells at once
and this venue never: else each breach would meet what the ones before it have left behind."""
UNSENT_BYTES_MAX = 16 * 1024
"""A client that is further behind with its quotes is given no more: they are counted as shed."""


@dataclass
class Measured:
    """Microseconds of one client under one load, and what never came."""

    times: list[float] = field(default_factory=list)
    lost: int = 0
    sent: int = 0
    shed: int = 0
    """Quotes that were due, and that could not be given in time: the rate was more than the client can do."""
    uncalled: int = 0
    """Requests that nothing had called for."""

    def at(self, share: float) -> float:
        """The time that this share of the breaches was answered within."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")

    @property
    def shed_share(self) -> float:
        """How many of the quotes were too many."""
        return self.shed / max(1, self.sent + self.shed)


@dataclass(frozen=True)
class Client:
    """How a client is started: the address of its venue and the number of connections that it should have warm are
    added to the words."""

    words: tuple[str, ...]
    pause: float = 0.0
    """Seconds that it is busy with a breach after its request has left."""


class Driver:
    """One client at the other end of the venue."""

    def __init__(self, venue: Venue, pause: float = 0.0) -> None:
        """`pause`: as of the client."""
        self._venue = venue
        self._pause = pause
        self._chance = random.Random(1)
        self._quoted = self._turn = 0
        self._is_mute = False
        self.sent = self.shed = 0
        self.last_words = ""
        """What the client has said of itself in the end."""

    async def breaches(self, count: int, contracts: Sequence[str], per_second: float, into: Measured) -> None:
        """Let `contracts` break their limit together, `count` times, under a steady rain of quotes."""
        began, self._quoted = time.perf_counter(), 0
        sent, shed = self.sent, self.shed
        await self._rain(began, per_second, 0.02)
        unanswered = 0
        for _ in range(count):
            self._turn += 1
            self._venue.arrived.clear()
            told_at = self._venue.tell_positions(contracts, LIMIT + 2, self._turn)
            is_answered = await self._answer(len(contracts), told_at, began, per_second, into)
            unanswered = 0 if is_answered else unanswered + 1
            if unanswered == _HOPELESS:
                break
            await self._rain(began, per_second, 0.001)
            size = 1 if len(contracts) > 1 else 0
            self._venue.tell_positions(contracts, size, self._turn)
            # The next breach is told to a client that has taken all before it: what is measured is no backlog.
            await self._has_heard(began, per_second)
            await self._rain(began, per_second, max(self._pause, _REST_SECONDS) + self._chance.uniform(0.002, 0.004))
        into.sent += self.sent - sent
        into.shed += self.shed - shed

    async def touches(self, count: int, per_second: float, into: Measured) -> int:
        """Let one quote of ES touch the limit of the open loss, `count` times, with harmless ones right before and
        behind it. How many requests came that no touch had called for."""
        began, self._quoted, uncalled = time.perf_counter(), 0, 0
        sent, shed = self.sent, self.shed
        for _ in range(count):
            self._turn += 1
            self._venue.arrived.clear()
            self._venue.tell_positions([ES], 1, self._turn)
            # The hubs are two wires: a touch that overtakes the news of the position is nobody's to see.
            await self._has_heard(began, per_second)
            await self._rain(began, per_second, self._chance.uniform(0.004, 0.008))
            uncalled += len(self._venue.arrived)
            self._venue.arrived.clear()
            told_at = time.perf_counter_ns()
            self._venue.hubs["market"].transport.write(harmless(0) + touch(self._turn) + harmless(1))
            await self._answer(1, told_at, began, per_second, into)
            self._venue.tell_positions([ES], 0, self._turn)
            await self._rain(began, per_second, 0.004)
            uncalled += max(0, len(self._venue.arrived) - 1)
        into.sent += self.sent - sent
        into.shed += self.shed - shed
        return uncalled

    async def settle(self) -> None:
        """Let the client take what it has been given, so that it is idle while it is another's turn."""
        while self._venue.hubs["market"].transport.get_write_buffer_size():
            await asyncio.sleep(0.01)
        await asyncio.sleep(_SETTLE_SECONDS)

    async def _answer(self, wanted: int, told_at: int, began: float, per_second: float, into: Measured) -> bool:
        give_up = time.perf_counter() + LOST_SECONDS
        while len(self._venue.arrived) < wanted and time.perf_counter() < give_up:
            await self._moment(began, per_second)
        if len(self._venue.arrived) < wanted:
            into.lost += 1
            return False
        into.times.append((max(self._venue.arrived) - told_at) / 1000)
        return True

    async def _has_heard(self, began: float, per_second: float) -> None:
        """Wait until the client has taken all that it was told on the user hub; one that answers no ping is not waited
        for again."""
        if self._is_mute:
            return
        pongs = self._venue.pongs
        self._venue.tell(PING)
        give_up = time.perf_counter() + LOST_SECONDS
        while self._venue.pongs == pongs and time.perf_counter() < give_up:
            await self._moment(began, per_second)
        self._is_mute = self._venue.pongs == pongs

    async def _rain(self, began: float, per_second: float, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            await self._moment(began, per_second)

    async def _moment(self, began: float, per_second: float) -> None:
        """Send the quotes that are due, one by one, and let the loop look at its sockets without ever sleeping."""
        due = int((time.perf_counter() - began) * per_second)
        market = self._venue.hubs["market"].transport
        is_there = not market.is_closing() and market.get_write_buffer_size() <= UNSENT_BYTES_MAX
        if self._quoted < due and is_there:
            market.write(harmless(self._quoted))
            self._quoted += 1
            self.sent += 1
        self.shed += max(0, due - 50 - self._quoted)
        self._quoted = max(self._quoted, due - 50)  # what could not be sent in time is not made up for
        await asyncio.sleep(0)


@asynccontextmanager
async def driven(client: Client, held: dict[str, int], *, stops: bool = True) -> AsyncIterator[Driver]:
    """A client that is connected and subscribed."""
    venue = Venue(held, stops)
    driver = Driver(venue, client.pause)
    url = await venue.start()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *client.words, url, str(len(held) + 1), stdin=pipe, stdout=pipe, cwd=Path(__file__).parent.parent
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n", f"{client.words} did not start"
            while len(venue.hubs) < 2:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
        yield driver
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                driver.last_words = (await process.stdout.read()).decode().strip()
                await process.wait()
        except TimeoutError:
            process.kill()
        venue.stop()
