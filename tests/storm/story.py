"""What happened, in order, for people: kept as it comes, put into words only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from risk_manager.core.events import (
    AccountRead,
    HubBack,
    HubLost,
    LoginRefused,
    OrderSeen,
    PositionSeen,
    TradeSeen,
)
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.telling import sentences
from risk_manager.simulator.arrivals import Arrival
from tests.storm.broker import ORDER_PATHS
from tests.storm.loop import VirtualClock
from tests.storm.plan import Plan

_LINES_MAX: Final = 80


class Story:
    """Told by everybody."""

    def __init__(self, clock: VirtualClock, plan: Plan) -> None:
        self._clock, self._plan = clock, plan
        self._told: list[tuple[datetime, str]] = []
        self._taken: list[tuple[datetime, Taken]] = []

    def tell(self, sentence: str) -> None:
        """Something has happened outside of the guard."""
        self._told.append((self._clock.now(), sentence))

    def hear(self, taken: Taken) -> None:
        """The guard has taken a step."""
        self._taken.append((self._clock.now(), taken))

    def told_sizes(self, account: int, contract: str) -> list[tuple[datetime, int]]:
        """What the gateway has told the guard of one position, and when."""
        told: list[tuple[datetime, int]] = []
        for at, taken in self._taken:
            event = taken.event
            if isinstance(event, PositionSeen) and (event.account, event.contract) == (account, contract):
                told.append((at, event.signed_size))
            elif isinstance(event, AccountRead) and event.account == account and event.positions is not None:
                told.append((at, sum(one.signed_size for one in event.positions if one.contract == contract)))
        return told

    def told_orders(self, number: int) -> list[datetime]:
        """When the gateway has told the guard of an order, or of a fill of it."""
        told: list[datetime] = []
        for at, taken in self._taken:
            event = taken.event
            is_it = isinstance(event, OrderSeen) and event.order == number
            if is_it or (isinstance(event, TradeSeen) and event.trade.order == number):
                told.append(at)
        return told

    @property
    def steps(self) -> int:
        """How many steps were heard of."""
        return len(self._taken)

    def lines(self, arrivals: Iterable[Arrival]) -> list[str]:
        """The story."""
        lines = list(self._told)
        for at, taken in self._taken:
            lines += [(at, f"  guard: {sentence}") for sentence in sentences(taken)]
            if isinstance(taken.event, HubLost | HubBack | LoginRefused):
                lines.append((at, f"  guard: {taken.event}"))
        for arrival in arrivals:
            if arrival.path in ORDER_PATHS:
                what = f"{arrival.path.rpartition('/')[2]} {arrival.body} -> {arrival.status}/{arrival.error_code}"
                lines.append((arrival.at, f"    venue: {what}{'' if arrival.replied else ' (reply lost)'}"))
        lines.sort(key=lambda line: line[0])
        return [f"rules {dict(self._plan.rules)}", f"{self._plan.conditions} clock {self._plan.ahead}"] + [
            f"{at:%H:%M:%S.%f} {sentence}"[:260] for at, sentence in lines
        ]
