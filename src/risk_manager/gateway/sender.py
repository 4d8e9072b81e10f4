"""How a command gets on its way: at once where a warm connection is free and the allowance is not used up; where not,
as soon as it can, if what it was for is still so then.

Never twice: a request whose answer did not come is lost. Only a 401 was certainly not executed; what it answered leaves
once more, with a new token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from risk_manager.core.commands import Close
from risk_manager.core.model import AccountId, ContractId
from risk_manager.gateway.budget import Lane, Lanes
from risk_manager.gateway.errors import GatewayError, UnreachableError
from risk_manager.gateway.express import Express
from risk_manager.gateway.request import OrderCommand, request_of
from risk_manager.gateway.rest import Reply
from risk_manager.gateway.verdict import Verdict, lost, verdict

LEAVE_SECONDS: Final = 1.5
"""An order request that could not leave by then never leaves: after 2 s without progress the pursuit commands
anew, and both together would close twice."""
_QUICKER_SECONDS: Final = 0.005
"""Where another request has taken the connection that was waited for."""
_UNAUTHORISED: Final = 401
_TOO_MANY: Final = 429

Still = Callable[[], OrderCommand | None]
"""What is left to be asked for of a command that has not left yet; None: nothing."""


class _Left(NamedTuple):
    """A request that is on its way, the token that it was built with, and what it asks for."""

    command: OrderCommand
    reply: asyncio.Future[Reply]
    token: str


class Sender:
    """Sends order requests, each once."""

    def __init__(
        self,
        express: Express,
        lanes: Lanes,
        *,
        token: Callable[[], Awaitable[str]],
        renew: Callable[[str], Awaitable[str]],
    ) -> None:
        """`token` waits for a login where there is none; `renew` replaces a token that was refused. The requests are
        built with what `express` has been given of it."""
        self._express = express
        self._lanes = lanes
        self._token = token
        self._renew = renew
        self._newest: dict[tuple[AccountId, ContractId], Close] = {}
        self.fast = self.slow = 0
        """Commands that have left at once, and those that had to wait."""

    def send(self, command: OrderCommand, still: Still) -> Awaitable[Verdict]:
        """Send `command`; what is awaited is how it ended, never an exception.

        Not a coroutine itself: where nothing has to be waited for, the bytes have been written when this returns. Where
        something has, `still` is asked right before they are.
        """
        if isinstance(command, Close):
            self._newest[command.account, command.contract] = command
        is_allowed = self._lanes.pass_at_once(Lane.ENFORCEMENT)
        if is_allowed:
            request, token = request_of(command), self._express.token
            reply = self._express.post(*request)
            if reply is not None:
                self.fast += 1
                return self._take_reply(command, request.path, reply, token, still)
        return self._as_soon_as_it_can(command, still, is_allowed=is_allowed)

    def _is_replaced(self, command: OrderCommand) -> bool:
        """True where the whole of the same position has been asked to be closed since, by a request of its own."""
        return isinstance(command, Close) and self._newest[command.account, command.contract] is not command

    async def _take_reply(
        self, command: OrderCommand, path: str, reply: asyncio.Future[Reply], token: str, still: Still | None
    ) -> Verdict:
        """How it ended. With `still` a token that was refused is replaced, once."""
        try:
            answer = await reply
        except UnreachableError as error:
            return lost(command, f"{error} ({path})")
        if answer.status == _UNAUTHORISED and still is not None:  # it was not executed
            return await self._as_soon_as_it_can(command, still, is_allowed=True, refused=token)
        if answer.status == _TOO_MANY:
            self._lanes.refused()
        return verdict(command, path, answer.status, answer.body)

    async def _as_soon_as_it_can(
        self, command: OrderCommand, still: Still, *, is_allowed: bool, refused: str | None = None
    ) -> Verdict:
        """Wait for what is missing: the allowance, a login, a connection. `refused` is the token of a request that has
        left and was not executed."""
        self.slow += 1
        path = request_of(command).path
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                if not is_allowed:
                    await self._lanes.pass_through(Lane.ENFORCEMENT)
                if refused is not None:
                    await self._renew(refused)
                    self._lanes.note(Lane.ENFORCEMENT)
                left = await self._leave(command, still)
        except TimeoutError:
            if refused is None:
                why = f"In {LEAVE_SECONDS} s there was no way for it: {self._what_is_missing()} ({path})."
                return lost(command, why, left=False)
            return verdict(command, path, _UNAUTHORISED, b"")
        except GatewayError:
            return verdict(command, path, _UNAUTHORISED, b"")
        if left is None:
            return lost(command, f"What it was for was over before it could leave ({path}).", left=False)
        return await self._take_reply(left.command, path, left.reply, left.token, still if refused is None else None)

    async def _leave(self, command: OrderCommand, still: Still) -> _Left | None:
        """Write what is left of `command` as soon as there is a connection; None where nothing is left."""
        while True:
            await self._token()
            await self._express.ready()
            wanted = None if self._is_replaced(command) else still()
            if wanted is None:
                return None
            token, reply = self._express.token, self._express.post(*request_of(wanted))
            if reply is not None:
                return _Left(wanted, reply, token)
            await asyncio.sleep(_QUICKER_SECONDS)

    def _what_is_missing(self) -> str:
        if not self._express.token:
            return "no login at the gateway"
        return "the allowance of requests was used up" if self._express.idle else "no connection to the gateway"
