"""How every request is met: who may ask, what may be done, and errors as sentences.

Also what is no request at all: it never gets as far as a path.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from risk_manager.ipc import callers
from risk_manager.ipc.answers import Trouble
from risk_manager.ipc.routes import JSON

RUN: Final = "X-Guard-Run"
"""Names the run of the guard in every answer, as a snapshot does."""
RUN_KEY: Final = web.AppKey("run", str)
_SERVER_ERROR: Final = 500
_ENCODER: Final = msgspec.json.Encoder()
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Server": "risk-manager",
}
_NO_REQUEST: Final = (
    "That is no request of HTTP with one Host and lines that can be read. Ask with GET; /api/openapi.json lists what "
    "there is."
)
_FULL: Final = "Too many programs are connected to the guard's door: close one, or ask again in a few seconds."
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def json_reply(body: bytes, status: int = 200) -> web.Response:
    """An answer that is JSON already."""
    return web.Response(body=body, status=status, headers={"Content-Type": JSON})


def trouble(sentence: str, status: int) -> web.Response:
    """A sentence instead of an answer."""
    return json_reply(_ENCODER.encode(Trouble(sentence)), status)


class Connection(web.RequestHandler):
    """One connection to the door."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  aiohttp's signature
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Answer what cannot be read with a sentence, and hang up."""
        if isinstance(exc, LineTooLong):
            reply = trouble(f"A line of the request is longer than {self.max_line_size} bytes.", 431)
        elif status < _SERVER_ERROR:
            reply = trouble(_NO_REQUEST, status)
        else:
            reply = trouble("The guard could not answer that because of a bug.", status)
        reply.headers.update(_HEADERS)
        reply.force_close()
        return reply


class Full(asyncio.Protocol):
    """A connection too many: it is told so and closed, before files run out that the guard needs for the broker."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say it."""
        assert isinstance(transport, asyncio.WriteTransport)
        body = _ENCODER.encode(Trouble(_FULL))
        headers = {**_HEADERS, "Content-Type": JSON, "Content-Length": f"{len(body)}", "Connection": "close"}
        lines = ["HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in headers.items())]
        transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        transport.close()


@web.middleware
async def mannered(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Let a request in, or say why not."""
    reply = await _met(request, handler)
    if not reply.prepared:
        reply.headers.update(_HEADERS)
        reply.headers[RUN] = request.app[RUN_KEY]
    return reply


async def _met(request: web.Request, handler: _Handler) -> web.StreamResponse:
    headers = request.headers
    why = callers.refusal(
        headers.getall("Host", []),
        headers.getall("Origin", []),
        headers.getall("Sec-Fetch-Site", []),
        request.raw_path,
    )
    if why is not None:
        return trouble(why, 403)
    if request.method != "GET":
        reply = trouble("The door only answers; nothing can be changed here. Ask with GET.", 405)
        reply.headers["Allow"] = "GET"
        return reply
    if request.can_read_body:
        return trouble(
            "Nothing that comes with a request is read here. What is asked stands behind a question mark.", 413
        )
    try:
        return await handler(request)
    except ValueError as error:
        return trouble(str(error), 400)
    except web.HTTPNotFound:
        return trouble(f"There is nothing at {request.path}. /api/openapi.json lists what there is.", 404)
    except web.HTTPException as error:
        return trouble(f"{error.reason}.", error.status)
    except Exception as error:  # noqa: BLE001  one request that fails must not take the door away
        told = {"message": f"The door failed over {request.path}", "exception": error}
        asyncio.get_running_loop().call_exception_handler(told)
        return trouble("The guard could not answer that because of a bug; it is in its log.", 500)
