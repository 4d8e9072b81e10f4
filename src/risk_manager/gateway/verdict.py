"""What the gateway's reply to a command means. Pure; the place for what each refusal code is worth."""

from __future__ import annotations

from typing import Final

import msgspec

from risk_manager.core.events import CommandAccepted, CommandLost, CommandRefused, Refusal
from risk_manager.gateway import codes
from risk_manager.gateway.decode import UNREADABLE
from risk_manager.gateway.errors import refusal_sentence
from risk_manager.gateway.request import OrderCommand
from risk_manager.gateway.unreadable import raw_text
from risk_manager.gateway.wire import Envelope

Verdict = CommandAccepted | CommandRefused | CommandLost
"""How a command ended, as far as the reply tells."""

_OK: Final = 200
_UNAUTHORISED: Final = 401
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_REPLY_QUOTED_MAX: Final = 200

_REFUSALS: Final[dict[tuple[str, int], Refusal]] = {
    (codes.CLOSE, 2): Refusal.NOTHING_OPEN,
    (codes.CLOSE, 6): Refusal.PENDING,
    (codes.CLOSE_PART, 2): Refusal.NOTHING_OPEN,
    (codes.CLOSE_PART, 7): Refusal.PENDING,
    # Documented for partial closes and cancels of live and follower accounts (gateway reference, 4.7 and
    # 4.9).
    (codes.CLOSE_PART, 9): Refusal.NOT_SUPPORTED,
    (codes.CANCEL, 6): Refusal.NOT_SUPPORTED,
    (codes.MODIFY, 6): Refusal.NOT_SUPPORTED,
    (codes.CANCEL, 2): Refusal.ORDER_GONE,
    (codes.CANCEL, 4): Refusal.PENDING,
    (codes.MODIFY, 2): Refusal.ORDER_GONE,
    (codes.MODIFY, 4): Refusal.PENDING,
    (codes.PLACE, 5): Refusal.MARKET_CLOSED,
    (codes.PLACE, 6): Refusal.PENDING,
}
_IN_SILENCE: Final = {
    # Documented as "the market is not tradable, or there is no price".
    (codes.CLOSE_PART, 6): Refusal.MARKET_CLOSED,
    # A cancel of an ended order gives 2 or 3; which one is not known. A 3 that gives a reason is another
    # matter: to take a living order for gone would leave it unguarded.
    (codes.CANCEL, 3): Refusal.ORDER_GONE,
}
"""What a code means where the gateway says nothing besides. (A closeContract that is rejected in silence,
code 5, may be a closed market or anything else: it is pursued like anything else.)"""
_CLOSED_TEXTS: Final = (
    "not in an active trading status",
    "trading is currently unavailable",
    "market is closed",
)
_UNSUPPORTED_TEXTS: Final = ("live accounts not supported", "follower accounts cannot")

_decode: Final = msgspec.json.Decoder(Envelope)


def refusal_of(path: str, code: int, message: str | None) -> Refusal:
    """The refusal that `code` means on `path`; a text that says more than the number goes first."""
    text = (message or "").lower()
    if any(known in text for known in _CLOSED_TEXTS):
        return Refusal.MARKET_CLOSED
    if any(known in text for known in _UNSUPPORTED_TEXTS):
        return Refusal.NOT_SUPPORTED
    if not text and (path, code) in _IN_SILENCE:
        return _IN_SILENCE[path, code]
    return _REFUSALS.get((path, code), Refusal.OTHER)


def verdict(command: OrderCommand, path: str, status: int, body: bytes) -> Verdict:
    """How `command`, posted to `path`, ended.

    Success means accepted, no more. 401 and 4xx were certainly not executed: refused. After 429, 5xx and
    replies that cannot be understood nobody knows: lost.
    """
    if status == _OK:
        return _of_envelope(command, path, body)
    if status == _TOO_MANY:
        return lost(command, f"The gateway says that there are too many requests in this minute ({path}, HTTP 429).")
    if status >= _SERVER_ERROR:
        return lost(
            command, f"Whether it was executed is not known: the gateway is in trouble ({path}, HTTP {status})."
        )
    if status == _UNAUTHORISED:
        why = f"The gateway does not take the login, also not a new one: it was not executed ({path}, HTTP 401)."
    else:
        why = f"The gateway does not take it ({path}, HTTP {status}): {raw_text(body)[:_REPLY_QUOTED_MAX]}"
    return CommandRefused(account=command.account, command=command, refusal=Refusal.OTHER, why=why)


def lost(command: OrderCommand, why: str, *, left: bool = True) -> CommandLost:
    """Nobody knows whether `command` arrived; or, where it has not `left`, that it has not."""
    return CommandLost(account=command.account, command=command, why=why, left=left)


def _of_envelope(command: OrderCommand, path: str, body: bytes) -> Verdict:
    try:
        reply = _decode.decode(body)
    except UNREADABLE:
        said = raw_text(body)[:_REPLY_QUOTED_MAX]
        return lost(command, f"The answer is not in the gateway's format ({path}): {said}")
    if reply.success:
        return CommandAccepted(account=command.account, command=command, order=reply.orderId)
    # A rejected order has an id all the same (documented); it is not one that lives.
    message = raw_text(reply.errorMessage or "")
    return CommandRefused(
        account=command.account,
        command=command,
        refusal=refusal_of(path, reply.errorCode, reply.errorMessage),
        why=refusal_sentence(path, reply.errorCode, codes.code_name(path, reply.errorCode), message),
    )
