"""The server's half of the SignalR JSON protocol for one connection (gateway reference, section 8). No I/O.

Text goes into `hear`, payloads to send come out. What the hub's methods do is the business of
`Subscriptions`.
"""

import json
from collections.abc import Collection
from typing import Any, Protocol

from risk_manager.simulator.exchange.spelling import encode

SEPARATOR = b"\x1e"
PING = b'{"type":6}' + SEPARATOR
INVOCATION, STREAM_INVOCATION, PING_TYPE, CLOSE_TYPE = 1, 4, 6, 7


class MethodError(Exception):
    """A hub method refused its arguments; the sentence goes into the completion."""


class Methods(Protocol):
    """What can be invoked on a hub."""

    def invoke(self, target: str, arguments: list[Any]) -> list[bytes]:
        """Carry out a method; returns what is to be sent right after its completion. Raises `MethodError`."""


class Dialogue:
    """Handshake first, then invocations and pings until somebody closes.

    `versions` are the protocol versions that are accepted; the real hub was seen to refuse 0.
    `is_open` says that the handshake is done, `is_over` that the connection has to be closed after sending.
    """

    def __init__(self, methods: Methods, versions: Collection[int] = (1,)) -> None:
        self.is_open = False
        self.is_over = False
        self._methods, self._versions = methods, versions
        self._rest = ""

    def hear(self, text: str) -> list[bytes]:
        """Take what came and return what to send. A message may end in a later piece of text."""
        *messages, self._rest = (self._rest + text).split("\x1e")
        out: list[bytes] = []
        for message in messages:
            if self.is_over:
                break
            out.extend(self._answer(message))
        return out

    def _answer(self, text: str) -> list[bytes]:
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            return self._give_up("Connection closed with an error.")
        if not self.is_open:
            return self._shake_hands(message)
        match message.get("type"):
            case 1:
                return self._invoke(message)
            case 4:
                return _completion(message, f"Failed to invoke '{message.get('target')}': it is not a stream.")
            case 7:
                self.is_over = True
        return []

    def _shake_hands(self, message: dict[str, Any]) -> list[bytes]:
        protocol, version = message.get("protocol"), message.get("version")
        if protocol != "json":
            return self._refuse_hand(f"The protocol '{protocol}' is not supported.")
        if version not in self._versions:
            return self._refuse_hand(f"The server does not support version {version} of the 'json' protocol.")
        self.is_open = True
        return [b"{}" + SEPARATOR]

    def _refuse_hand(self, sentence: str) -> list[bytes]:
        self.is_over = True
        return [encode({"error": sentence}) + SEPARATOR]

    def _give_up(self, sentence: str) -> list[bytes]:
        if not self.is_open:
            return self._refuse_hand("Handshake was canceled.")
        self.is_over = True
        return [close_message(sentence, allow_reconnect=False)]

    def _invoke(self, message: dict[str, Any]) -> list[bytes]:
        target, arguments = message.get("target"), message.get("arguments")
        try:
            if not isinstance(target, str) or not isinstance(arguments, list):
                raise MethodError("HubException: Method does not exist.")
            news = self._methods.invoke(target, arguments)
        except MethodError as error:
            return _completion(message, f"Failed to invoke '{target}' due to an error on the server. {error}")
        return [*_completion(message, None), *news]


def _completion(message: dict[str, Any], error: str | None) -> list[bytes]:
    """A completion, but only for an invocation that has an id; a void method has no result key."""
    invocation_id = message.get("invocationId")
    if invocation_id is None:
        return []
    completion = {"type": 3, "invocationId": invocation_id}
    return [encode(completion if error is None else {**completion, "error": error}) + SEPARATOR]


def invocation(target: str, arguments: list[Any]) -> bytes:
    """An event of the hub."""
    return b'{"type":1,"target":"%b","arguments":%b}\x1e' % (target.encode(), encode(arguments))


def close_message(error: str | None, *, allow_reconnect: bool) -> bytes:
    """The last word of a hub; without an error it is an orderly end."""
    message: dict[str, Any] = {"type": CLOSE_TYPE}
    if error is not None:
        message["error"] = error
    if allow_reconnect:
        message["allowReconnect"] = True
    return encode(message) + SEPARATOR
