"""How a hub's WebSocket is opened: straight away as the gateway's own samples do, negotiated where that is
refused."""

from __future__ import annotations

from typing import Final

import aiohttp
import msgspec
from yarl import URL

from risk_manager.gateway.decode import UNREADABLE
from risk_manager.gateway.errors import UnreachableError

MESSAGE_SIZE_MAX: Final = 16 * 1024 * 1024
"""Bytes of a frame. Clients with a limit of 10 KB lost the connection (close code 1009) at every depth
snapshot."""
_NEGOTIATE_AFTER: Final = frozenset({400, 404, 405, 426})
"""What a server answers that wants a negotiated id first."""
_UNAUTHORISED: Final = 401
_CLOSE_SECONDS: Final = 0.5


class TokenRefusedError(Exception):
    """The token was not accepted."""


class _Negotiated(msgspec.Struct, rename="camel"):
    connection_id: str | None = None
    connection_token: str | None = None


async def open_socket(http: aiohttp.ClientSession, url: str, token: str) -> aiohttp.ClientWebSocketResponse[bool]:
    """A new WebSocket to the hub at `url`. Raises `TokenRefusedError` for a bad token, aiohttp's errors for
    the rest.

    The token goes into the query, the only place where a WebSocket of a browser could have it, and so here
    too.
    """
    address = URL(url).with_query({"access_token": token})
    try:
        return await _upgrade(http, address)
    except aiohttp.WSServerHandshakeError as error:
        if error.status == _UNAUTHORISED:
            raise TokenRefusedError from None
        if error.status not in _NEGOTIATE_AFTER:
            raise UnreachableError(f"The gateway answered HTTP {error.status} where a stream was asked for.") from None
    address, cookies = await _negotiated(http, url, token)
    return await _upgrade(http, address, cookies)


async def _upgrade(
    http: aiohttp.ClientSession, address: URL, cookies: str = ""
) -> aiohttp.ClientWebSocketResponse[bool]:
    return await http.ws_connect(
        address,
        headers={"Cookie": cookies} if cookies else None,
        max_msg_size=MESSAGE_SIZE_MAX,
        compress=0,
        heartbeat=None,
        autoping=False,
        decode_text=False,
        timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
    )


async def _negotiated(http: aiohttp.ClientSession, url: str, token: str) -> tuple[URL, str]:
    """The address with the id of a new negotiation, and the cookies that lead to the server which gave it.

    Version 1 of the negotiation gives a connectionToken, version 0 only the id.
    """
    base = URL(url)
    scheme = {"ws": "http", "wss": "https"}.get(base.scheme, base.scheme)
    asked = (base.with_scheme(scheme) / "negotiate").with_query({"access_token": token, "negotiateVersion": "1"})
    async with http.post(asked) as reply:
        if reply.status == _UNAUTHORISED:
            raise TokenRefusedError
        if reply.status != 200:
            raise UnreachableError(f"The gateway answered HTTP {reply.status} where a stream was asked for.")
        body = await reply.read()
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in reply.cookies.items())
    try:
        told = msgspec.json.decode(body, type=_Negotiated)
    except UNREADABLE:
        told = _Negotiated()
    id_ = told.connection_token or told.connection_id
    if not id_:
        raise UnreachableError("The gateway opened a stream without an id for it.")
    return base.with_query({"access_token": token, "id": id_}), cookies
