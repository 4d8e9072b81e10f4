"""The gateway that the guard talks to: the simulator's venue, driven on the virtual clock instead of sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from risk_manager.simulator.api.reply import Reply
from risk_manager.simulator.arrivals import Arrival
from risk_manager.simulator.exchange import HubMessage
from risk_manager.simulator.exchange.outbox import HubName
from risk_manager.simulator.exchange.spelling import encode
from risk_manager.simulator.faults import CloseHub, CutHub, Logout, Stroke
from risk_manager.simulator.rate_limit import RateLimit
from risk_manager.simulator.trouble import RequestTrouble
from risk_manager.simulator.venue import Venue
from tests.storm.hub import HubServer
from tests.storm.loop import VirtualClock, VirtualLoop

ORDER_PATHS: Final = frozenset(
    {
        "/api/Order/place",
        "/api/Order/modify",
        "/api/Order/cancel",
        "/api/Position/closeContract",
        "/api/Position/partialCloseContract",
    }
)


@dataclass(eq=False)
class Asked:
    """An order request as it reached the venue, and the order that it made."""

    life: int
    arrival: Arrival
    left_at: datetime
    order_ids: tuple[int, ...] = ()
    was_size: int | None = None
    """Of a modification: the order's size before it."""


@dataclass
class Request:
    """One HTTP request; exactly one of `answer` and `cut` is called, or none where the server stays mute."""

    life: int
    verb: str
    path: str
    body: bytes
    token: str
    left_at: datetime
    answer: Callable[[int, bytes], None]
    cut: Callable[[], None]


@dataclass
class Listeners:
    """Who hears of order requests that have arrived: the trader, who may act at the same moment."""

    heard: list[Callable[[Asked], None]] = field(default_factory=list)


class Broker:
    """REST and both hubs of one venue. Acts at once; what takes time waits in the loop."""

    def __init__(self, loop: VirtualLoop, clock: VirtualClock, build: Callable[..., Venue]) -> None:
        self.loop, self.clock = loop, clock
        self.venue = build(clock=clock.now, settle=self.settle)
        self.asked: list[Asked] = []
        self.listeners = Listeners()
        self.limit = RateLimit(200, 60.0)
        self.hubs: dict[HubName, HubServer] = {name: HubServer(name, self) for name in ("user", "market")}
        self._wake: Any = None

    # REST

    def receive(self, request: Request) -> None:
        """A request has arrived."""
        endpoint = self.venue.endpoints.find(request.path)
        if endpoint is None or endpoint.verb != request.verb:
            request.answer(404 if endpoint is None else 405, b"")
            return
        now = self.clock.now()
        user = self.venue.tokens.owner(request.token, now) or ""
        arrival = self.venue.arrivals.add("rest", user, endpoint.path, now, int(self.loop.time() * 1e9), request.body)
        trouble = self.venue.trouble_of(endpoint.path)
        if trouble.delay_before:
            self.loop.call_later(trouble.delay_before, self._act, request, arrival, user, trouble)
        else:
            self._act(request, arrival, user, trouble)

    def _act(self, request: Request, arrival: Arrival, user: str, trouble: RequestTrouble) -> None:
        reply = self._reply(request, arrival, user, trouble)
        arrival.status, arrival.error_code = reply.status, reply.error_code
        arrival.replied = trouble.lost is None
        body = b"" if reply.body is None else encode(reply.body)
        if trouble.lost is not None:
            self.loop.call_later(trouble.delay_after + trouble.lost.seconds, request.cut)
        else:
            self.loop.call_later(trouble.delay_after, request.answer, reply.status, body)

    def _reply(self, request: Request, arrival: Arrival, user: str, trouble: RequestTrouble) -> Reply:
        endpoint = self.venue.endpoints.find(request.path)
        assert endpoint is not None
        if trouble.status is not None:
            return Reply(trouble.status)
        if not user and not endpoint.is_open:
            return Reply(401)
        if not self.limit.admits(user or "login", self.loop.time()):
            return Reply(429)
        orders = self.venue.exchange.ledger.orders
        before, sizes = len(orders), {key: order.size for key, order in orders.items() if order.status.is_working}
        reply = self.venue.answer(endpoint.path, request.body, user, trouble, request.token)
        arrival.acted = reply.status == 200 and reply.body is not None and reply.error_code in (0, None)
        if endpoint.path in ORDER_PATHS:
            is_change = endpoint.path.endswith("modify")
            changed = [size for key, size in sizes.items() if is_change and orders[key].size != size]
            asked = Asked(
                request.life, arrival, request.left_at, tuple(orders)[before:], changed[0] if changed else None
            )
            self.asked.append(asked)
            for listener in self.listeners.heard:
                listener(asked)
        self.settle()
        return reply

    # Hubs

    def settle(self) -> None:
        """Let what is due happen, send what is said, and come back when the next thing is due."""
        self._send(self.venue.said())
        for stroke in self.venue.faults.take_strokes():
            self._carry_out(stroke)
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if due := self.venue.next_due():
            delay = max((due - self.clock.now()).total_seconds(), 0.0)
            self._wake = self.loop.call_later(delay + 1e-6, self.settle)

    def _send(self, messages: list[HubMessage]) -> None:
        for message in messages:
            self.hubs[message.hub].send(message)

    def _carry_out(self, stroke: Stroke) -> None:
        if isinstance(stroke, Logout) and stroke.ends_tokens:
            self.venue.tokens.revoke_all()
        for name, hub in self.hubs.items():
            if stroke.hub not in ("*", name):
                continue
            match stroke:
                case CloseHub():
                    hub.close(stroke.error, allow_reconnect=stroke.allow_reconnect)
                case CutHub():
                    hub.cut()
                case Logout():
                    hub.send(HubMessage(name, "GatewayLogout", None, []))

    def calm(self) -> None:
        """No fault any more."""
        self.venue.faults.clear()
        self.settle()
