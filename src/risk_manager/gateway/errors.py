"""What can go wrong with the gateway: one family, told apart by what the caller does next."""

from __future__ import annotations


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
    """One sentence for a refusal, with everything that the gateway said."""
    said = f", saying: {message}" if message else ", without a word of explanation"
    return f"{endpoint} was refused with code {code} ({name}){said}"
