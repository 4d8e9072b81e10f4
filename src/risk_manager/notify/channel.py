"""One channel at work: what is critical leaves at once, the rest together; what failed is tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from risk_manager.notify.answer import Answer, Delivered, Later, Refused
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.outbox import Outbox
from risk_manager.notify.speaking import Speaker
from risk_manager.notify.taste import Taste
from risk_manager.notify.wording import with_age

_LONGEST_SECONDS: Final = 60.0
"""The wall clock may be set meanwhile, so no sleep is longer than this."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel takes its time, in seconds."""

    together: float = 3.0
    """After a message the next one that is not critical waits so long, and takes along what has come meanwhile."""
    settle: float = 0.05
    """What one step of the guard has to say goes out together."""
    pause: float = 1.0
    """After the first failure; it doubles."""
    pause_most: float = 60.0
    least: float = 1.0
    """After the first answer that names a time, however short; it doubles, too."""
    patience: float = 60.0
    """When nothing was taken for so long, it is said, also where the service names times."""
    pause_refused: float = 3600.0
    """The most where the address or the token is refused: nothing but other settings will mend that."""


AS_USUAL: Final = Pace()


class Plan(msgspec.Struct, frozen=True):
    """A channel as it is chosen."""

    name: str
    kind: str
    speaker: Speaker
    taste: Taste = Taste()
    mark: object = None
    """Equal where nothing has changed: the channel goes on as it is."""
    is_own: bool = False
    """The trader has chosen it, not the admin."""


class Channel:
    """Runs in the notifier's loop."""

    def __init__(
        self,
        plan: Plan,
        line: Line,
        report: Callable[[str, str, bool], None],
        pace: Pace,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`report` is told the name of a channel, a sentence and whether all is well: once when it takes nothing any
        more, and once when it does again. `changed` is called when other critical notices wait than before."""
        self.plan = plan
        self.trouble: str | None = None
        self._line = line
        self._report = report
        self._pace = pace
        self._now = now
        self._changed = changed
        self._outbox = Outbox()
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()
        self._failures = 0
        self._mute_since: float | None = None
        """Since when nothing is taken, in seconds of the loop; None: the last message was."""
        self._fits = 0
        """How many may go together; 0: as many as fit."""
        self._closed_until = 0.0
        """The service wants to be left alone until then, in seconds of the loop."""
        self._quiet_until = 0.0
        """After a failure, or a message: only something critical that is new goes before."""
        self._has_new_critical = False

    @property
    def waiting(self) -> int:
        """How many notices have not gone out."""
        return len(self._outbox)

    @property
    def critical(self) -> list[Notice]:
        """What is critical and has not gone out."""
        return self._outbox.critical

    def put(self, notice: Notice) -> None:
        """Take one in, where it is wanted."""
        if notice.not_to == self.plan.name or not self.plan.taste.wants(notice):
            return
        if notice.is_for_own and not self.plan.is_own:
            return
        self._outbox.put(notice, self.plan.taste.due(notice, self._now()))
        self._has_new_critical |= notice.is_critical
        self._news.set()
        if notice.is_critical:
            self._changed()

    def take_over(self, other: Channel) -> None:
        """Tell what another channel of the same name has not told any more."""
        for one in other._outbox.hand_over():
            self.put(one.notice)

    async def run(self) -> None:
        """Tell what there is, until cancelled."""
        while True:
            await self._until_there_is_something()
            await asyncio.sleep(self._pace.settle)
            await self._tell()

    async def flush(self) -> None:
        """Try once to tell what is there, now; several messages where it does not fit into one."""
        while self._outbox.ready(self._now()) and asyncio.get_running_loop().time() >= self._closed_until:
            if not await self._tell():
                return

    async def _until_there_is_something(self) -> None:
        while (wait := self._wait()) != 0.0:
            self._news.clear()
            try:
                async with asyncio.timeout(min(wait, _LONGEST_SECONDS) if wait is not None else None):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _wait(self) -> float | None:
        """Seconds until there is something to tell and it may be told; None: until news come."""
        due = self._outbox.next_due()
        if due is None:
            return None
        clock = asyncio.get_running_loop().time()
        held_until = self._closed_until if self._has_new_critical else max(self._closed_until, self._quiet_until)
        return max(0.0, (due - self._now()).total_seconds(), held_until - clock)

    async def _tell(self) -> bool:
        """One message, after the one that is under way. Whether it was taken, and something may follow."""
        async with self._turn:
            return await self._tell_next()

    async def _tell_next(self) -> bool:
        ready: Sequence[Notice] = self._outbox.ready(self._now())
        if not ready:
            return False
        self._has_new_critical = False
        if self._fits:
            ready = ready[: self._fits]
        left_out = self._outbox.dropped
        self._outbox.leaves(ready)
        answer, count = await self._asked(ready, left_out)
        told = ready[:count]
        if isinstance(answer, Delivered) or (count == 1 and isinstance(answer, Refused) and answer.is_about_message):
            self._outbox.gone(told, self._now())
        self._outbox.stays()
        if any(one.is_critical for one in told):
            self._changed()
        clock = asyncio.get_running_loop().time()
        match answer:
            case Delivered(pause=pause):
                self._outbox.dropped -= left_out
                self._failures = self._fits = 0
                self._mute_since = None
                self._closed_until = clock + pause
                rest = self._outbox.ready(self._now())
                self._has_new_critical |= any(one.is_critical for one in rest)
                self._quiet_until = clock if rest else clock + self._pace.together
                self._well()
                return True
            case Later():
                self._put_off(answer, clock)
            case Refused(why=why, is_about_message=True):
                self._fits = max(1, count // 2)
                if count == 1:
                    self._outbox.dropped += 1
                    self._ill(f"{why}; that message is left out")
                self._quiet_until = clock
            case Refused(why=why):
                self._failures += 1
                self._quiet_until = clock + self._pause(self._pace.pause_refused)
                self._ill(why)
        return False

    def _put_off(self, answer: Later, clock: float) -> None:
        self._failures += 1
        if self._mute_since is None:
            self._mute_since = clock
        if answer.after is None:
            self._quiet_until = clock + self._pause(self._pace.pause_most)
            self._ill(answer.why)
            return
        least = min(self._pace.pause_most, self._pace.least * self._doubled())
        self._closed_until = self._quiet_until = clock + max(answer.after, least)
        if self._closed_until - self._mute_since >= self._pace.patience:
            self._ill(answer.why)

    async def _asked(self, ready: Sequence[Notice], left_out: int) -> tuple[Answer, int]:
        try:
            told = [with_age(one, self._now()) for one in ready]
            return await self.plan.speaker.tell(self._line, told, left_out)
        except Exception as error:  # noqa: BLE001  a message that we cannot make must not silence all that come after it
            fault = f"the guard cannot make a message of it, {type(error).__name__}"
            return Refused(fault, is_about_message=True), len(ready)

    def _pause(self, most: float) -> float:
        """Doubling, and not the same for all."""
        return min(most, self._pace.pause * self._doubled()) * random.uniform(0.8, 1.2)  # noqa: S311

    def _doubled(self) -> float:
        return 2.0 ** min(self._failures - 1, 10)

    def _ill(self, why: str) -> None:
        is_news, self.trouble = self.trouble is None, why
        if is_news:
            self._report(
                self.plan.name, f"The channel {self.plan.name} ({self.plan.kind}) takes nothing: {why}.", False
            )

    def _well(self) -> None:
        was_ill, self.trouble = self.trouble is not None, None
        if was_ill:
            self._report(self.plan.name, f"The channel {self.plan.name} ({self.plan.kind}) takes messages again.", True)
