"""The ordinary way to the gateway, for reads and logins: one POST on aiohttp's warm connections, with a deadline, a
lane and a token. Order requests go by `sender`.

A 401 was not executed, so it is repeated once with a new token; anything else may be repeated by its caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import aiohttp

from risk_manager.gateway.budget import Lane, Lanes
from risk_manager.gateway.errors import TooManyError, UnauthorisedError, UnreachableError, broken

READ_SECONDS: Final = 10.0
COMMAND_SECONDS: Final = 5.0
"""Deadlines for the answer to one call."""
USER_AGENT: Final = "topstepx-risk-manager"
"""Filters in front of a server take those who do not say who they are for attackers."""
_UNAUTHORISED: Final = 401
_TOO_MANY: Final = 429
_OK: Final = 200


class Reply(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes


class Rest:
    """POSTs to one gateway with one login."""

    def __init__(
        self,
        url: str,
        http: aiohttp.ClientSession,
        lanes: Lanes,
        *,
        token: Callable[[], Awaitable[str]],
        renew: Callable[[str], Awaitable[str]],
    ) -> None:
        """`url` is the root that the paths (`/api/...`) are appended to; `renew` replaces a token that was
        refused."""
        self._url = url.rstrip("/")
        self._http = http
        self._lanes = lanes
        self._token = token
        self._renew = renew

    async def read(self, path: str, body: bytes, *, lane: Lane = Lane.READ) -> bytes:
        """Post a question and give back the body of its answer (HTTP 200).

        Raises the kinds of `GatewayError` for everything else; `BadRequestError` for other 4xx.
        """
        await self._lanes.pass_through(lane)
        reply = await self._with_token(path, body, READ_SECONDS)
        if reply.status == _OK:
            self._lanes.budget.answered()
            return reply.body
        if reply.status == _TOO_MANY:
            raise TooManyError(f"The gateway says that there are too many requests in this minute ({path}, HTTP 429).")
        if reply.status == _UNAUTHORISED:
            raise UnauthorisedError(f"The gateway does not take the login, also not a new one ({path}, HTTP 401).")
        if reply.status < 500:
            raise BadRequestError(path, reply.status)
        raise UnreachableError(f"The gateway is in trouble ({path}, HTTP {reply.status}).")

    async def post(self, path: str, body: bytes, token: str | None, seconds: float) -> Reply:
        """One POST, once. Raises `UnreachableError` where no whole answer came within `seconds`."""
        patience = aiohttp.ClientTimeout(total=seconds)
        headers = {"Content-Type": "application/json", "Accept": "text/plain", "User-Agent": USER_AGENT}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self._http.post(
                self._url + path, data=body, headers=headers, timeout=patience, allow_redirects=False
            ) as answer:
                reply = Reply(answer.status, await answer.read())
                if reply.status == _TOO_MANY:
                    self._lanes.refused(_seconds(answer.headers.get("Retry-After")))
                return reply
        except aiohttp.ClientConnectorError as error:
            raise UnreachableError(f"{broken(error)} It was not sent ({path}).", sent=False) from None
        except TimeoutError:
            raise UnreachableError(f"No answer came within {seconds:g} s ({path}).") from None
        except (aiohttp.ClientError, OSError) as error:
            raise UnreachableError(f"{broken(error)} ({path})") from None

    async def _with_token(self, path: str, body: bytes, seconds: float) -> Reply:
        token = await self._token_by(path, asyncio.get_running_loop().time() + seconds)
        reply = await self.post(path, body, token, seconds)
        if reply.status != _UNAUTHORISED:
            return reply
        token = await self._renew(token)
        await self._lanes.pass_through(Lane.READ)
        return await self.post(path, body, token, seconds)

    async def _token_by(self, path: str, time: float) -> str:
        try:
            async with asyncio.timeout_at(time):
                return await self._token()
        except TimeoutError:
            raise UnreachableError(f"It was not sent: there is no login ({path}).", sent=False) from None


class BadRequestError(UnreachableError):
    """A 4xx other than 401 and 429: this gateway does not have that call, or not so."""

    def __init__(self, path: str, status: int) -> None:
        """`status` is the HTTP status."""
        super().__init__(f"The gateway does not take it ({path}, HTTP {status}).")
        self.status = status


def _seconds(header: str | None) -> float | None:
    """The Retry-After header where it is a number of seconds."""
    try:
        return None if header is None else float(header)
    except ValueError:
        return None
