"""What goes wrong on purpose: a description of each fault, in the units of whoever orders it.

Faults are plain values that come over the side channel as JSON (`"fault"` names the kind) or from Python.
Every fault acts on what matches it, with probability `rate`, on the next `times` matches; `times=None` means
until it is cleared. `trouble.py` applies them.
"""

from typing import Literal, TypeAlias

import msgspec

from risk_manager.simulator.exchange.outbox import HubName

EVERY = "*"


class RestFault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens to a request. `path` is an endpoint or hub path in any case, or `*` for all."""

    path: str = EVERY
    rate: float = 1.0
    times: int | None = 1


class Slow(RestFault, frozen=True, kw_only=True, tag="slow", tag_field="fault"):
    """The answer takes `seconds` longer; `when` says whether the act waits too or is done at once."""

    seconds: float
    when: Literal["before", "after"] = "after"


class Status(RestFault, frozen=True, kw_only=True, tag="status", tag_field="fault"):
    """Nothing is done and the HTTP status is this.

    401, 429, 502 or another. Also for negotiate and upgrade.
    """

    status: int


class Refuse(RestFault, frozen=True, kw_only=True, tag="refuse", tag_field="fault"):
    """Nothing is done and the envelope says this error code and text."""

    code: int
    text: str | None = None


class LostReply(RestFault, frozen=True, kw_only=True, tag="lost-reply", tag_field="fault"):
    """The request is carried out (unless `acts` is false) and its reply never comes.

    The connection stays open and mute for `seconds`, then it is cut.
    """

    seconds: float = 0.0
    acts: bool = True


class HubFault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens to messages of a hub.

    `target` is an event name such as GatewayUserOrder, or `*`.
    """

    hub: HubName | Literal["*"] = "*"
    target: str = EVERY
    rate: float = 1.0
    times: int | None = 1


class Drop(HubFault, frozen=True, kw_only=True, tag="drop", tag_field="fault"):
    """The message is lost. All quotes lost for good is a stale feed: pings go on."""


class Duplicate(HubFault, frozen=True, kw_only=True, tag="duplicate", tag_field="fault"):
    """The message comes `copies` times more, wrapped with another `action` if one is given."""

    copies: int = 1
    action: int | None = None


class Delay(HubFault, frozen=True, kw_only=True, tag="delay", tag_field="fault"):
    """The message comes later; what follows it overtakes it."""

    seconds: float


class Reorder(HubFault, frozen=True, kw_only=True, tag="reorder", tag_field="fault"):
    """Messages are held until `window` of them or `seconds` have passed, and come in another order."""

    window: int = 4
    seconds: float = 0.1
    times: int | None = None


class Shape(HubFault, frozen=True, kw_only=True, tag="shape", tag_field="fault"):
    """User events come bare, in a list of wrapped ones, or in a list of bare ones (section 9.2)."""

    shape: Literal["bare", "list", "bare-list"]
    times: int | None = None


class Malformed(HubFault, frozen=True, kw_only=True, tag="malformed", tag_field="fault"):
    """The message cannot be read: no JSON, null, no argument, a word for an object, or words for numbers."""

    kind: Literal["broken", "null", "empty", "word", "types"] = "word"


class Silence(msgspec.Struct, frozen=True, kw_only=True, tag="silence", tag_field="fault"):
    """The hub is connected and mute, pings too, for `seconds` or until cleared. What it says is lost."""

    hub: HubName | Literal["*"] = "*"
    seconds: float | None = None


class CloseHub(HubFault, frozen=True, kw_only=True, tag="close-hub", tag_field="fault"):
    """The hub closes its connections by a close message: at once, or when the next `target` is due.

    `error=None` is a close without an error.
    """

    error: str | None = "Connection closed with an error."
    allow_reconnect: bool = True


class CutHub(HubFault, frozen=True, kw_only=True, tag="cut-hub", tag_field="fault"):
    """The connections of the hub are reset without a word.

    At once, or when the next message for `target` is due.
    """


class Logout(HubFault, frozen=True, kw_only=True, tag="logout", tag_field="fault"):
    """GatewayLogout is sent, and all tokens end with it if `ends_tokens` (section 13.2)."""

    ends_tokens: bool = False


AnyRestFault: TypeAlias = Slow | Status | Refuse | LostReply
AnyHubFault: TypeAlias = Drop | Duplicate | Delay | Reorder | Shape | Malformed
Stroke: TypeAlias = CloseHub | CutHub | Logout
"""Faults that happen to connections; whoever owns the connections carries them out."""

Fault: TypeAlias = AnyRestFault | AnyHubFault | Stroke | Silence


def stale_feed(times: int | None = None) -> Drop:
    """No quote arrives any more although the market hub is connected and pings."""
    return Drop(hub="market", target="GatewayQuote", times=times)
