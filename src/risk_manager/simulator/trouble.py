"""The interpreter of faults: between the venue and whoever listens. Synchronous, seeded, without a clock.

For a request ask `for_request`; pass hub messages through `deliver` and call it again, with nothing, when
`next_due` has come; carry out what `take_strokes` returns.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from risk_manager.simulator.distortion import malformed, shaped, with_action
from risk_manager.simulator.exchange.outbox import HubMessage, HubName
from risk_manager.simulator.exchange.refusal import Refusal
from risk_manager.simulator.faults import (
    EVERY,
    CloseHub,
    CutHub,
    Delay,
    Drop,
    Duplicate,
    Fault,
    HubFault,
    Logout,
    LostReply,
    Malformed,
    Refuse,
    Reorder,
    RestFault,
    Shape,
    Silence,
    Slow,
    Status,
    Stroke,
)


@dataclass(slots=True)
class RequestTrouble:
    """What happens to one request. The defaults are no trouble at all; delays are seconds."""

    delay_before: float = 0.0
    delay_after: float = 0.0
    status: int | None = None
    refusal: Refusal | None = None
    lost: LostReply | None = None


@dataclass(slots=True)
class _Installed:
    fault: Fault
    left: int | None
    ends: datetime | None = None
    held: list[HubMessage] = field(default_factory=list)


class Faults:
    """The faults that are in force. `seed` decides rates and orders."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(f"{seed}:faults")  # noqa: S311 - chance under test, not a secret
        self._numbers = count(1)
        self._installed: dict[int, _Installed] = {}
        self._strokes: list[Stroke] = []
        self._later: list[tuple[datetime, int, list[HubMessage]]] = []

    def install(self, fault: Fault) -> int:
        """Put a fault in force and return its number. A stroke without a target falls at once."""
        number = next(self._numbers)
        if isinstance(fault, CloseHub | CutHub | Logout) and fault.target == EVERY:
            self._strokes.append(fault)
        else:
            self._installed[number] = _Installed(fault, None if isinstance(fault, Silence) else fault.times)
        return number

    def clear(self, number: int | None = None) -> None:
        """Lift one fault, or all. Messages that wait for their time still come."""
        if number is None:
            self._installed.clear()
        else:
            self._installed.pop(number, None)

    def in_force(self) -> dict[int, Fault]:
        """The faults that can still act, by number."""
        return {number: installed.fault for number, installed in self._installed.items()}

    # Requests

    def for_request(self, path: str) -> RequestTrouble:
        """What happens to this request; every fault that matches has its say and is counted."""
        trouble = RequestTrouble()
        for number, installed in list(self._installed.items()):
            fault = installed.fault
            if not isinstance(fault, RestFault) or fault.path.casefold() not in (EVERY, path.casefold()):
                continue
            if not self._strikes(number, installed, fault.rate):
                continue
            match fault:
                case Slow(when="before"):
                    trouble.delay_before += fault.seconds
                case Slow():
                    trouble.delay_after += fault.seconds
                case Status():
                    trouble.status = fault.status
                case Refuse():
                    trouble.refusal = Refusal(fault.code, fault.text)
                case LostReply():
                    trouble.lost = fault
        return trouble

    # Hubs

    def deliver(self, messages: Iterable[HubMessage], now: datetime) -> list[HubMessage]:
        """What the hubs send now, of these messages and of those that were held back until now."""
        out: list[HubMessage] = []
        if self._installed:
            for message in messages:
                out.extend(self._through(message, now))
        else:
            out.extend(messages)
        while self._later and self._later[0][0] <= now:
            _, _, batch = heappop(self._later)
            out.extend(batch)
            batch.clear()
        return [message for message in out if not self.is_silent(message.hub, now)] if self._installed else out

    def next_due(self) -> datetime | None:
        """When a message that is held back has to come; `None` if none is."""
        return self._later[0][0] if self._later else None

    def is_silent(self, hub: HubName, now: datetime) -> bool:
        """Whether the hub may not say anything now.

        A silence with an end begins when it is first asked for.
        """
        for number, installed in list(self._installed.items()):
            fault = installed.fault
            if not isinstance(fault, Silence) or fault.hub not in (EVERY, hub):
                continue
            if fault.seconds is None:
                return True
            if installed.ends is None:
                installed.ends = now + timedelta(seconds=fault.seconds)
            if now < installed.ends:
                return True
            del self._installed[number]
        return False

    def take_strokes(self) -> list[Stroke]:
        """What the owner of the connections has to do now; each is returned once."""
        strokes, self._strokes = self._strokes, []
        return strokes

    def _through(self, message: HubMessage, now: datetime) -> list[HubMessage]:
        messages = [message]
        for number, installed in list(self._installed.items()):
            fault = installed.fault
            if not isinstance(fault, HubFault) or not _matches(fault, message):
                continue
            if not messages or not self._strikes(number, installed, fault.rate):
                continue
            messages = self._apply(fault, installed, messages, now)
        return messages

    def _apply(
        self, fault: HubFault, installed: _Installed, messages: list[HubMessage], now: datetime
    ) -> list[HubMessage]:
        match fault:
            case Drop():
                return []
            case Duplicate():
                copies = [with_action(one, fault.action) for one in messages for _ in range(fault.copies)]
                return messages + copies
            case Delay():
                self._hold(messages, now, fault.seconds)
                return []
            case Reorder():
                return self._reorder(fault, installed, messages, now)
            case Shape():
                return [shaped(one, fault.shape) for one in messages]
            case Malformed():
                return [malformed(one, fault.kind) for one in messages]
            case CloseHub() | CutHub() | Logout():
                self._strokes.append(fault)
                return []
        return messages

    def _reorder(
        self, fault: Reorder, installed: _Installed, messages: list[HubMessage], now: datetime
    ) -> list[HubMessage]:
        if not installed.held:
            installed.held = []
            self._hold(installed.held, now, fault.seconds)
        installed.held.extend(messages)
        if len(installed.held) < fault.window and installed.left != 0:
            return []
        batch = installed.held[:]
        installed.held.clear()
        self._random.shuffle(batch)
        return batch

    def _hold(self, messages: list[HubMessage], now: datetime, seconds: float) -> None:
        heappush(self._later, (now + timedelta(seconds=seconds), next(self._numbers), messages))

    def _strikes(self, number: int, installed: _Installed, rate: float) -> bool:
        if rate < 1.0 and self._random.random() >= rate:
            return False
        if installed.left is not None:
            installed.left -= 1
            if installed.left <= 0:
                self._installed.pop(number, None)
        return True


def _matches(fault: HubFault, message: HubMessage) -> bool:
    return fault.hub in (EVERY, message.hub) and fault.target in (EVERY, message.target)
