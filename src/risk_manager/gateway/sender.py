"""How a command gets on its way: fast where a warm connection is free, ordinarily where not, never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final

from risk_manager.gateway.budget import Lane, Lanes
from risk_manager.gateway.errors import UnreachableError
from risk_manager.gateway.express import Express
from risk_manager.gateway.request import OrderCommand, Request, request_of
from risk_manager.gateway.rest import LEAVE_SECONDS, Reply, Rest
from risk_manager.gateway.verdict import Verdict, lost, verdict

_UNAUTHORISED: Final = 401
_TOO_MANY: Final = 429


class Sender:
    """Sends order requests, each once."""

    def __init__(self, rest: Rest, express: Express, lanes: Lanes) -> None:
        """Both ways share the allowance of `lanes`."""
        self._rest = rest
        self._express = express
        self._lanes = lanes
        self.fast = self.slow = 0
        """Commands that took the one way and the other."""

    def send(self, command: OrderCommand) -> Awaitable[Verdict]:
        """Send `command`; what is awaited is how it ended, never an exception.

        Not a coroutine itself: on the fast way the bytes have been written when this returns.
        """
        request = request_of(command)
        if not self._lanes.pass_at_once(Lane.ENFORCEMENT):
            return self._when_allowed(command, request)
        token = self._express.token
        reply = self._express.post(*request)
        if reply is None:
            return self._ordinarily(command, request)
        self.fast += 1
        return self._take_reply(command, request, reply, token)

    async def _take_reply(
        self, command: OrderCommand, request: Request, reply: asyncio.Future[Reply], token: str
    ) -> Verdict:
        try:
            answer = await reply
        except UnreachableError as error:
            return lost(command, f"{error} ({request.path})")
        if answer.status == _UNAUTHORISED:
            return await self._ordinarily(command, request, refused=token)  # a 401 was not executed
        if answer.status == _TOO_MANY:
            self._lanes.refused()
        return verdict(command, request.path, answer.status, answer.body)

    async def _when_allowed(self, command: OrderCommand, request: Request) -> Verdict:
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._lanes.pass_through(Lane.ENFORCEMENT)
        except TimeoutError:
            return lost(command, f"It was not sent: the allowance of requests is used up ({request.path}).")
        return await self._ordinarily(command, request)

    async def _ordinarily(self, command: OrderCommand, request: Request, *, refused: str | None = None) -> Verdict:
        self.slow += 1
        try:
            answer = await self._rest.command(*request, refused=refused)
        except UnreachableError as error:
            return lost(command, str(error))
        return verdict(command, request.path, answer.status, answer.body)
