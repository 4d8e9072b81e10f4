"""What can go wrong with the gateway: one family, told apart by what the caller does next."""

from __future__ import annotations

import os

import aiohttp

from risk_manager.gateway.codes import meaning


class GatewayError(Exception):
    """A call to the gateway did not bring what was asked for. The text is a sentence without secrets."""


class RefusedError(GatewayError):
    """The gateway understood and said no."""

    def __init__(self, endpoint: str, code: int, name: str, message: str) -> None:
        """`code` and `name` are the endpoint's own (codes mean different things per endpoint)."""
        super().__init__(refusal_sentence(endpoint, code, name, message))
        self.endpoint = endpoint
        self.code = code
        self.name = name
        self.message = message


class UnreachableError(GatewayError):
    """No answer, or none that can be understood: broken connection, time-out, 5xx, not our format.

    `sent` is False where the request certainly never left.
    """

    def __init__(self, text: str, *, sent: bool = True) -> None:
        """`text` is a sentence; `sent` says whether the gateway may have got the request."""
        super().__init__(text)
        self.sent = sent


class UnauthorisedError(GatewayError):
    """401, also after the token was renewed once: the request was not executed."""


class TooManyError(GatewayError):
    """429: the gateway wants fewer requests. The request was not executed as far as anybody knows."""


def refusal_sentence(endpoint: str, code: int, name: str, message: str) -> str:
    """One sentence for a refusal: what the gateway said, or what its number means, and the number itself."""
    said = f"It says: {message}" if message else meaning(name)
    return f"{said} ({endpoint}, code {code} {name})"


def broken(error: BaseException) -> str:
    """Why there is no line to the gateway, as a sentence without the names of our tools."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"The name {error.host} cannot be looked up: look at the network."
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return f"The connection to {error.host} is not safe: its certificate is not accepted."
        case aiohttp.ClientConnectorError():
            return f"Nobody answers at {error.host}:{error.port} ({_reason(error.os_error)})."
        case aiohttp.WSServerHandshakeError():
            return f"The gateway answered HTTP {error.status} where a stream was asked for."
        case TimeoutError():
            return "No answer came in time."
        case aiohttp.ServerDisconnectedError() | ConnectionError():
            return "The gateway closed the connection."
        case OSError():
            return f"The network failed: {_reason(error)}."
        case _:
            return f"{str(error).rstrip('.') or type(error).__name__}."


def _reason(error: OSError) -> str:
    """What the operating system says, in its words."""
    known = os.strerror(error.errno) if error.errno else str(error)
    return (known or type(error).__name__).lower()
