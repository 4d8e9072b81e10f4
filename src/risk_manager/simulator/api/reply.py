"""What a call is answered with.

An HTTP status and a JSON body, in the gateway's envelope where it has one.
"""

from typing import Any, NamedTuple

from risk_manager.simulator.exchange.refusal import Refusal
from risk_manager.simulator.exchange.spelling import Wire


class Reply(NamedTuple):
    """An answer before it is bytes. A body of `None` is an empty one, as with 401, 405 and 429."""

    status: int
    body: Any = None

    @property
    def error_code(self) -> int | None:
        """The envelope's error code; `None` if the body is not an envelope."""
        return self.body.get("errorCode") if isinstance(self.body, dict) else None


def envelope(refusal: Refusal | None = None, **payload: object) -> Reply:
    """HTTP 200 with the payload and the outcome; a refusal of the application is a 200 too (section 3)."""
    code, text = refusal or (0, None)
    return Reply(200, {**payload, "success": code == 0, "errorCode": code, "errorMessage": text})


def problem(errors: dict[str, list[str]], title: str = "One or more validation errors occurred.") -> Reply:
    """HTTP 400 with a problem document, as ASP.NET writes it when a body cannot be bound (section 3.1)."""
    body: Wire = {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": title,
        "status": 400,
        "detail": None,
        "instance": None,
        "errors": errors,
    }
    return Reply(400, body)
