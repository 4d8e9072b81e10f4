"""The guard in numbers, for Prometheus. Counting is a dictionary and a list; the rest is done when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from risk_manager.core.commands import Fetch
from risk_manager.core.events import CommandAccepted, CommandHeld, CommandLost, CommandRefused
from risk_manager.core.model import AccountId
from risk_manager.core.state import State
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.measures import counter, gauge, histogram
from risk_manager.daemon.readings import of_gateway, of_state
from risk_manager.gateway.status import GatewayStatus
from risk_manager.ipc.answers import Health

_STEP_BOUNDS: Final = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1, 1.0)
_OUTCOMES: Final[dict[type, str]] = {
    CommandAccepted: "accepted",
    CommandRefused: "refused",
    CommandLost: "unknown",
    CommandHeld: "held",
}


class Histogram:
    """Counts by upper bounds, the bound itself included; one more for what is above all of them."""

    def __init__(self, bounds: tuple[float, ...] = _STEP_BOUNDS) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.sum += seconds

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self._counts)

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus wants them: each with all below it."""
        total = 0
        rows: list[tuple[str, float]] = []
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            rows.append((bound, total))
        return rows


class Metrics(Collector):
    """Everything since the start."""

    def __init__(
        self,
        state: Callable[[], State],
        guarded: Collection[AccountId],
        gateway: Callable[[], GatewayStatus],
        door: Callable[[], tuple[int, int]],
        health: Callable[[], Health],
    ) -> None:
        """`guarded` are the accounts to tell of; `door` gives how many listen to it and how many it has let go."""
        self._state = state
        self._guarded = guarded
        self._gateway = gateway
        self._door = door
        self._health = health
        self._events: Counter[type[msgspec.Struct]] = Counter()
        self._steps = Histogram()
        self._reactions = Histogram()
        self._breaches: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def heard(self, taken: Taken) -> None:
        """Count a step; to be told of all of them."""
        event, step = taken.event, taken.step
        self._events[type(event)] += 1
        self._steps.add(taken.step_seconds)
        for breach in step.breaches:
            self._breaches[breach.rule] += 1
        if step.commands:
            asked = [command for command in step.commands if not isinstance(command, Fetch)]
            for command in asked:
                self._asked[_kind(type(command))] += 1
            if asked and step.breaches:
                self._reactions.add(taken.left_seconds)
        if isinstance(event, CommandAccepted | CommandRefused | CommandLost | CommandHeld):
            if not isinstance(event.command, Fetch):
                self._outcomes[_kind(type(event.command)), _OUTCOMES[type(event)]] += 1

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Asked by the registry."""
        health = self._health()
        yield gauge("well", float(health.is_well))
        yield gauge("impaired", len(health.impaired))
        yield from self._counted()
        yield from of_gateway(self._gateway())
        yield from of_state(self._state(), self._guarded)
        clients, dropped = self._door()
        yield gauge("door_clients", clients)
        yield counter("door_clients_dropped_total", dropped)

    def _counted(self) -> Iterator[Metric]:
        yield counter("events_total", {(_kind(kind),): n for kind, n in self._events.items()})
        yield histogram("step_seconds", self._steps.buckets(), self._steps.sum)
        yield histogram("breach_to_request_seconds", self._reactions.buckets(), self._reactions.sum)
        yield counter("breaches_total", {(rule,): n for rule, n in self._breaches.items()})
        yield counter("commands_asked_total", {(kind,): n for kind, n in self._asked.items()})
        yield counter("commands_answered_total", self._outcomes)


def _kind(struct: type[msgspec.Struct]) -> str:
    return str(struct.__struct_config__.tag)
