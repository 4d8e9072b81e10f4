"""One life of the guard: from its start to its death, with the store that outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, cast

from risk_manager.core.state import Lock, State
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.watch import Watch
from risk_manager.gateway.machine import Machine
from risk_manager.gateway.tasks import start
from risk_manager.store import Store
from tests.storm.broker import Broker
from tests.storm.disk import DiskPace
from tests.storm.http import Client, Dialler
from tests.storm.loop import VirtualClock, VirtualLoop
from tests.storm.network import Network
from tests.storm.plan import Plan

OWN_TASKS = "storm"
"""Tasks of the storm itself are named so; all others are the guard's."""


class Life:
    """The guard as `risk-manager run` puts it together, without a process around it."""

    def __init__(
        self,
        number: int,
        plan: Plan,
        loop: VirtualLoop,
        broker: Broker,
        folder: Path,
        hear: Callable[[Taken], None],
    ) -> None:
        self.number = number
        self.began = loop.time()
        self.ended: float | None = None
        self.was_killed = False
        self.is_ending = False
        """It is being stopped, or dead."""
        self.unsaved_since: float | None = None
        """Of a guard that was killed: what came later may not have been durable."""
        self._loop = loop
        draw = Random(f"{plan.seed}:life {number}")
        self.clock = VirtualClock(loop, plan.start, plan.ahead)
        self.network = Network(loop, draw)
        self.pace = DiskPace(loop, draw)
        self.keeping = Keeping(folder, self.clock, self.pace)
        client = Client(self.network, broker, number, broker.clock.now)
        loop.dial = Dialler(self.network, broker, number, broker.clock.now)
        machine = Machine(
            monotonic=loop.time,
            wall=lambda: self.clock.now().timestamp(),
            now=self.clock.now,
            draw=draw.random,
            tls=lambda: cast(Any, None),
            open_http=lambda _: cast(Any, client),
        )
        configuration = plan.configuration()
        found = self.keeping.recover(configuration)
        self.found: State | None = found.state
        self.watch = Watch(configuration, self.clock, found.state, machine)
        self.watch.guard.listen(lambda taken: None if self.is_over else hear(taken))
        self.keeping.attach(self.watch.guard, configuration)
        self.task = start(self.watch.run(), f"life {number}: watch")

    @property
    def is_over(self) -> bool:
        """True once it is dead or has been stopped."""
        return self.ended is not None

    def saved_locks(self) -> dict[int, tuple[Lock, ...]]:
        """Locks that would stand after a power failure now."""
        state = self.keeping.store.saved_state
        return {key: account.locks for key, account in state.accounts.items()} if state is not None else {}

    def now(self) -> datetime:
        """The time by the guard's own clock."""
        return self.clock.now()

    async def kill(self) -> None:
        """Nothing of it happens any more, whatever it was doing."""
        self.ended, self.was_killed = self._loop.time(), True
        self.unsaved_since = self.pace.waiting_since
        self.network.die()
        self.pace.die()
        self.watch.guard.stop()
        _abandon(self.keeping.store)
        await self._bury()

    async def stop(self) -> None:
        """An orderly end, as after Ctrl+C."""
        self.task.cancel()
        await asyncio.wait([self.task])
        self.keeping.close()
        self.ended = self._loop.time()
        self.network.die()
        await self._bury()

    async def _bury(self) -> None:
        """Let go of its tasks."""
        own = asyncio.current_task()
        left: list[asyncio.Task[Any]] = []
        for _ in range(12):
            left = [task for task in asyncio.all_tasks() if task is not own and not _is_ours(task)]
            for task in sorted(left, key=lambda task: task.get_name()):
                task.cancel()
            if not left:
                return
            await asyncio.sleep(0)
        raise AssertionError(f"tasks of a dead guard will not end: {left}")


def _abandon(store: Store) -> None:
    """What a kill leaves of the store: the file as it is, the lease free."""
    writer = store._writer
    if writer is not None:
        writer._file.close()
    else:
        store._opened.connection.close()
    store._lease.release()


def _is_ours(task: asyncio.Task[Any]) -> bool:
    return task.get_name().startswith(OWN_TASKS)
