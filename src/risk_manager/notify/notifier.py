"""The thread in which people are told: handed notices and never waited for."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from risk_manager.notify.channel import AS_USUAL, Channel, Pace, Plan
from risk_manager.notify.heartbeat import Beat, Heartbeat
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.untold import Kept, Untold

_HANDED_MOST: Final = 1000
"""Notices on their way into the thread; the oldest make room."""
_OWN_CONNECTIONS: Final = 5
_KEEP_SECONDS: Final = 0.5
_own_line: Final = partial(Line, connections=_OWN_CONNECTIONS)
_ANSWER_SECONDS: Final = 5.0
"""A guard that does not answer its own notifier for so long does not decide."""


class Notifier:
    """Made by the guard, in its own thread and loop; what it is told it passes on."""

    def __init__(
        self,
        report: Callable[[str, str, bool], None],
        is_guarding: Callable[[], bool],
        make_line: Callable[[], Line] = Line,
        pace: Pace = AS_USUAL,
        untold: Untold | None = None,
        make_own_line: Callable[[], Line] = _own_line,
    ) -> None:
        """`report` is called in the guard's loop, with the name of a channel, a sentence, and whether all is well.
        `untold` keeps what is critical and was not taken; None: an end loses it. The trader's channels have a line of
        their own: whatever hangs there holds up none of the admin's."""
        self._report = report
        self._is_guarding = is_guarding
        self._make_line, self._make_own_line = make_line, make_own_line
        self._pace = pace
        self._untold = untold
        self._left_over: list[Kept] = []
        """What a guard before has left for channels that are not there yet."""
        self._home = asyncio.get_running_loop()
        self._handed: deque[tuple[int, Notice]] = deque(maxlen=_HANDED_MOST)
        """Each with the choice that it came after: it is for those channels, also where the thread is behind."""
        self._is_woken = False
        self._choices = 0
        """How often was chosen, as the guard counts; `_chosen` as the thread does. 0: nobody is there to be told."""
        self._chosen = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._live, name="notify", daemon=True)
        self._channels: dict[str, tuple[Channel, asyncio.Task[None]]] = {}
        self._beating: tuple[Beat, asyncio.Task[None]] | None = None
        self._line: Line | None = None
        self._own_line: Line | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Begin. What is put before is told then."""
        self._thread.start()
        self._is_ready.wait()

    def put(self, notice: Notice) -> None:
        """Have people told. Costs a hand-over and nothing else, however the channels are."""
        self._handed.append((self._choices, notice))
        if not self._is_woken and self._loop is not None:
            self._is_woken = True
            self._soon(self._take)

    def choose(self, plans: Sequence[Plan], beat: Beat | None) -> None:
        """From now on these channels; one that has not changed goes on, and what waits for another is its own still."""
        self._choices += 1
        self._soon(partial(self._choose, tuple(plans), beat))

    @property
    def troubles(self) -> dict[str, str]:
        """Why a channel takes nothing, by its name; for whoever asks from another thread."""
        return {name: one.trouble for name, (one, _) in tuple(self._channels.items()) if one.trouble is not None}

    def close(self, seconds: float) -> None:
        """Try for so long to tell what waits, and end. What was not told by then is in the log, and what is critical of
        it is told by the next guard."""
        if self._loop is None:
            return
        self._soon(lambda: self._start(self._end(seconds), "notify: end"))
        self._thread.join(seconds + 1.0)

    def _soon(self, act: Callable[[], object]) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(act)

    # In the thread

    def _live(self) -> None:
        loop = asyncio.new_event_loop()
        self._loop = loop
        loop.set_exception_handler(self._mistaken)
        loop.call_soon(self._open)
        try:
            loop.run_forever()
        finally:
            loop.close()

    def _open(self) -> None:
        try:
            self._line, self._own_line = self._make_line(), self._make_own_line()
            if self._untold is not None:
                self._left_over = self._untold.take(datetime.now(UTC))
                self._untold.begin()
        finally:
            self._is_ready.set()
        self._take()

    def _keep(self) -> None:
        if self._untold is not None:
            waiting = [Kept(name, one) for name, (channel, _) in self._channels.items() for one in channel.critical]
            self._untold.keep([*self._left_over, *waiting])

    def _take(self) -> None:
        self._is_woken = False
        while self._chosen and self._handed and self._handed[0][0] <= self._chosen:
            _, notice = self._handed.popleft()
            for channel, _ in self._channels.values():
                channel.put(notice)

    def _choose(self, plans: tuple[Plan, ...], beat: Beat | None) -> None:
        assert self._line is not None and self._own_line is not None
        self._take()  # what came before this choice is for those who were there
        self._chosen += 1
        before, self._channels = self._channels, {}
        for plan in plans:
            known = before.pop(plan.name, None)
            if known is not None and known[0].plan.mark == plan.mark:
                self._channels[plan.name] = known
                continue
            line = self._own_line if plan.is_own else self._line
            channel = Channel(plan, line, self._tell_home, self._pace, changed=self._keep)
            if known is not None:
                channel.take_over(known[0])
                known[1].cancel()
            self._channels[plan.name] = channel, self._start(channel.run(), f"notify: {plan.name}")
            self._tell_left_over(channel)
        for _, task in before.values():
            task.cancel()
        self._take()
        self._keep()
        if self._beating is not None and self._beating[0] == beat:
            return
        if self._beating is not None:
            self._beating[1].cancel()
        self._beating = None
        if beat is not None:
            heart = Heartbeat(beat, self._line, self._decides, self._tell_home)
            self._beating = beat, self._start(heart.run(), "notify: heartbeat")

    def _tell_left_over(self, channel: Channel) -> None:
        mine = [one for one in self._left_over if one.channel == channel.plan.name]
        self._left_over = [one for one in self._left_over if one.channel != channel.plan.name]
        for one in mine:
            channel.put(replace(one.notice, is_left_over=True))

    async def _end(self, seconds: float) -> None:
        assert self._line is not None and self._own_line is not None
        self._take()
        flushes: list[Awaitable[None]] = [channel.flush() for channel, _ in self._channels.values()]
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*flushes, return_exceptions=True)
        others = self._tasks - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._line.close()
        await self._own_line.close()
        if self._untold is not None:
            self._keep()
            self._untold.close(_KEEP_SECONDS)
        asyncio.get_running_loop().stop()

    async def _decides(self) -> bool:
        """Whether the guard's loop turns, and guards."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()

        def told(is_so: bool) -> None:
            if not answer.done():
                answer.set_result(is_so)

        def ask() -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(told, self._is_guarding())

        try:
            self._home.call_soon_threadsafe(ask)
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await answer
        except (RuntimeError, TimeoutError):  # it has ended, or it hangs
            return False

    def _tell_home(self, name: str, sentence: str, is_well: bool) -> None:
        with suppress(RuntimeError):  # it has ended
            self._home.call_soon_threadsafe(self._report, name, sentence, is_well)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        assert self._loop is not None
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            says = f"The task {task.get_name()} ended with an error."
            task.get_loop().call_exception_handler({"message": says, "exception": error})

    def _mistaken(self, loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        """A mistake of ours is heard where the guard's own are."""
        try:
            self._home.call_soon_threadsafe(self._home.call_exception_handler, told)
        except RuntimeError:  # it has ended
            loop.default_exception_handler(told)
