"""The login: one token for everything, renewed well before it ends, replaced when it is refused.

Secrets stay in here and in `token.py`: they are in no repr, no log line and no error.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from risk_manager.core.events import AnyEvent, LoginRefused
from risk_manager.gateway import codes
from risk_manager.gateway.backoff import Backoff
from risk_manager.gateway.errors import (
    GatewayError,
    RefusedError,
    TooManyError,
    UnauthorisedError,
    UnreachableError,
)
from risk_manager.gateway.replies import token_from_reply
from risk_manager.gateway.rest import Reply
from risk_manager.gateway.token import Token

LOGIN_SECONDS: Final = 10.0
REFUSED_PAUSE_SECONDS_MAX: Final = 60.0
SILENT_PAUSE_SECONDS_MAX: Final = 10.0
"""Between logins: a refused one will be refused again, an unanswered one may be answered at any moment."""
_CHECK_SECONDS_MAX: Final = 60.0
"""The renewal's clock is looked at this often at least, so that a machine that slept renews soon after it
wakes."""
_NO_SUCH_PAIR: Final = 3
_ADVICE: Final = {
    1: "Check the user name: it is the platform login name, not the e-mail address.",
    2: "Check the API key.",
    _NO_SUCH_PAIR: "Check user name (the platform login name, not the e-mail address) and API key.",
    7: "Log into the platform in a browser and sign the agreements that it shows.",
    9: "The API subscription is missing or not linked: link it in the platform's settings, API tab.",
    10: "API keys are switched off for this login: switch them on in the platform's settings, API tab.",
}
_ADVICE_OTHERWISE: Final = "Log into the platform in a browser and look there."
_OK: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class Credentials:
    """Who logs in. The key never appears in a repr."""

    __slots__ = ("_api_key", "user_name")

    def __init__(self, user_name: str, api_key: str) -> None:
        """`user_name` is the platform's login name; `api_key` is the secret made in the platform's
        settings."""
        self.user_name = user_name
        self._api_key = api_key

    def login_body(self) -> bytes:
        """The body of the login request."""
        return msgspec.json.encode({"userName": self.user_name, "apiKey": self._api_key})

    def __repr__(self) -> str:
        """Without the key."""
        return f"Credentials(user_name={self.user_name!r}, api_key=hidden)"


Post = Callable[[str, bytes, str | None, float], Awaitable[Reply]]


class Session:
    """Keeps a token that works. `run` never returns; cancel it to stop."""

    def __init__(
        self,
        credentials: Credentials,
        post: Post,
        sink: Callable[[AnyEvent], None],
        *,
        on_new_token: Callable[[str], None],
        on_no_token: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`post` sends one request (`Rest.post`). `on_new_token` is called with each token, the first one too;
        `on_no_token` when the one of the moment was refused: none is to be used until the next comes."""
        self._credentials = credentials
        self._post = post
        self._sink = sink
        self._on_new_token = on_new_token
        self._on_no_token = on_no_token
        self._clock = clock
        self._wall = wall
        self._after_refusal = Backoff(draw, first=2.0, longest=REFUSED_PAUSE_SECONDS_MAX)
        self._after_silence = Backoff(draw, first=0.5, longest=SILENT_PAUSE_SECONDS_MAX)
        self._not_before = 0.0
        self._token: Token | None = None
        self._has_token = asyncio.Event()
        self._is_needed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._refused_by = ""

    async def token(self) -> str:
        """The token of the moment; waits for a login where there is none, or where it was refused."""
        while self._token is None:
            await self._has_token.wait()
        return self._token.reveal()

    @property
    def current(self) -> str | None:
        """The token of the moment, without waiting; None before the first login."""
        return None if self._token is None else self._token.reveal()

    def seconds_left(self) -> float | None:
        """Until the token ends; None where there is none."""
        return None if self._token is None else self._token.ends_at - self._clock()

    async def replace(self, stale: str) -> str:
        """A token other than `stale`, which was refused (401): by a login, since a refused one cannot be renewed.

        Nobody gets `stale` from now on. Many may ask at once, one login is made. Raises `GatewayError` where it
        fails; then `run` goes on trying.
        """
        if self.current == stale:
            self._token = None
            self._has_token.clear()
            self._is_needed.set()
            self._on_no_token()
        return await self.another(stale)

    async def another(self, old: str) -> str:
        """A token other than `old`, which may still be good, and is used by others until there is a new one."""
        async with self._turn:
            current = self.current
            if current is None or current == old:
                await self._login()
            return await self.token()

    async def run(self) -> None:
        """Log in, renew in time, and log in again where renewing fails, without end."""
        while True:
            try:
                await self._once()
                pause = self._pause()
            except GatewayError:
                pause = max(0.01, self._not_before - self._clock())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._is_needed.wait()
            self._is_needed.clear()

    async def _once(self) -> None:
        async with self._turn:
            if self._token is None:
                await self._login()
            elif self._clock() >= self._token.renew_at:
                await self._renew(self._token)

    def _pause(self) -> float:
        until = 0.0 if self._token is None else self._token.renew_at - self._clock()
        return min(max(until, 0.01), _CHECK_SECONDS_MAX)

    async def _renew(self, token: Token) -> None:
        try:
            reply = await self._post(codes.VALIDATE, b"", token.reveal(), LOGIN_SECONDS)
            self._take(token_from_reply(codes.VALIDATE, _body(codes.VALIDATE, reply)))
        except GatewayError:
            await self._login()

    async def _login(self) -> None:
        """One attempt; none before the pause after the last failed one is over."""
        if self._clock() < self._not_before:
            raise UnauthorisedError(self._refused_by or "The gateway did not answer the last login.")
        try:
            reply = await self._post(codes.LOGIN, self._credentials.login_body(), None, LOGIN_SECONDS)
            text = token_from_reply(codes.LOGIN, _body(codes.LOGIN, reply))
        except (RefusedError, UnauthorisedError) as refusal:
            self._not_before = self._clock() + self._after_refusal.pause()
            code = refusal.code if isinstance(refusal, RefusedError) else 0
            self._tell(f"{refusal}. {_ADVICE.get(code, _ADVICE_OTHERWISE)}")
            raise
        except GatewayError:
            self._not_before = self._clock() + self._after_silence.pause()
            raise
        self._after_refusal.reset()
        self._after_silence.reset()
        self._not_before = 0.0
        self._refused_by = ""
        self._take(text)

    def _take(self, text: str) -> None:
        self._token = Token(text, now=self._clock(), wall=self._wall())
        self._has_token.set()
        self._on_new_token(text)

    def _tell(self, why: str) -> None:
        """Once per reason: a wrong key is refused again with every attempt."""
        if why != self._refused_by:
            self._refused_by = why
            self._sink(LoginRefused(why=why))


def _body(path: str, reply: Reply) -> bytes:
    if reply.status == _OK:
        return reply.body
    if reply.status == _TOO_MANY:
        raise TooManyError(f"The gateway says that there are too many requests in this minute ({path}, HTTP 429).")
    if reply.status >= _SERVER_ERROR:
        raise UnreachableError(f"The gateway is in trouble ({path}, HTTP {reply.status}).")
    raise UnauthorisedError(f"The gateway does not take it ({path}, HTTP {reply.status})")
