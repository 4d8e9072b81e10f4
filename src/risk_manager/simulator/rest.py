"""The REST half on a socket: verb, faults, token, rate limit, then the call itself (gateway reference, 3)."""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from risk_manager.simulator.api.endpoints import Endpoint
from risk_manager.simulator.api.form import BindingError, Form
from risk_manager.simulator.api.reply import Reply
from risk_manager.simulator.arrivals import Arrival
from risk_manager.simulator.exchange.spelling import encode
from risk_manager.simulator.rate_limit import RateLimit
from risk_manager.simulator.trouble import RequestTrouble
from risk_manager.simulator.venue import Venue

HISTORY = "/api/History/retrieveBars"


class Rest:
    """Answers /api requests.

    `settle` is called after every act, so that hub events leave before the reply.
    """

    def __init__(
        self,
        venue: Venue,
        *,
        limit: RateLimit,
        history_limit: RateLimit,
        settle: Callable[[], None],
    ) -> None:
        self._venue, self._endpoints = venue, venue.endpoints
        self._limit, self._history_limit = limit, history_limit
        self._settle = settle

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request, with all that goes wrong on the way."""
        arrived_ns, at = time.perf_counter_ns(), self._venue.clock()
        endpoint = self._endpoints.find(request.path)
        if endpoint is None:
            return web.Response(status=404)
        if request.method != endpoint.verb:
            return web.Response(status=405, headers={"Allow": endpoint.verb})
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        user = self._endpoints.tokens.owner(token, at) or ""
        body = await request.read()
        arrival = self._venue.arrivals.add("rest", user, endpoint.path, at, arrived_ns, body)
        trouble = self._venue.trouble_of(endpoint.path)
        if trouble.delay_before:
            await asyncio.sleep(trouble.delay_before)
        reply = self._reply(endpoint, body, user, token, trouble, arrival)
        arrival.status, arrival.error_code = reply.status, reply.error_code
        if trouble.delay_after:
            await asyncio.sleep(trouble.delay_after)
        if trouble.lost is not None:
            await asyncio.sleep(trouble.lost.seconds)
            if request.transport:
                request.transport.abort()
        arrival.replied = trouble.lost is None
        return _response(reply)

    def _reply(
        self,
        endpoint: Endpoint,
        body: bytes,
        user: str,
        token: str,
        trouble: RequestTrouble,
        arrival: Arrival,
    ) -> Reply:
        if trouble.status is not None:
            return Reply(trouble.status)
        if not user and not endpoint.is_open:
            return Reply(401)
        limit = self._history_limit if endpoint.path == HISTORY else self._limit
        if not limit.admits(_name_in(body) if endpoint.is_open else user, time.monotonic()):
            return Reply(429)
        reply = self._venue.answer(endpoint.path, body, user, trouble, token)
        arrival.acted = reply.status == 200 and reply.body is not None and reply.error_code in (0, None)
        self._settle()
        return reply


def _name_in(body: bytes) -> str:
    """Whom a login counts for: the name that it brings."""
    try:
        return (Form.read(body).text_or_none("userName") or "").casefold() if body else ""
    except BindingError:
        return ""


def _response(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status)
    kind = "application/problem+json" if reply.status == 400 else "application/json"
    return web.Response(status=reply.status, body=encode(reply.body), content_type=kind, charset="utf-8")
