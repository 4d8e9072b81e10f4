"""Hub messages in shapes that a client has to live with, or cannot read."""

from typing import Any

import msgspec

from risk_manager.simulator.exchange.outbox import HubMessage


def with_action(message: HubMessage, action: int | None) -> HubMessage:
    """The same user event with another number in its wrapper; `None` leaves it, and so does having no wrapper."""
    if action is None or not _is_wrapped(message):
        return message
    return _with_payload(message, {**message.arguments[0], "action": action})


def _is_wrapped(message: HubMessage) -> bool:
    """A user event as it comes by default: not reshaped, not broken."""
    is_user_event = message.hub == "user" and len(message.arguments) == 1
    return is_user_event and isinstance(message.arguments[0], dict) and "data" in message.arguments[0]


def _with_payload(message: HubMessage, payload: Any) -> HubMessage:
    return msgspec.structs.replace(message, arguments=[*message.arguments[:-1], payload])


def shaped(message: HubMessage, shape: str) -> HubMessage:
    """The same user event bare, in a list, or both."""
    if not _is_wrapped(message):
        return message
    wrapped = message.arguments[0]
    shapes = {"bare": wrapped["data"], "list": [wrapped], "bare-list": [wrapped["data"]]}
    return _with_payload(message, shapes[shape])


def malformed(message: HubMessage, kind: str) -> HubMessage:
    """The message made unreadable in one of the ways of `faults.Malformed`. One that says nothing stays as it is."""
    if not message.arguments:
        return message
    if kind == "empty":
        return msgspec.structs.replace(message, arguments=[])
    if kind == "types":
        return _with_payload(message, _as_words(message.arguments[-1]))
    broken = {"broken": msgspec.Raw(b'{"action":1,"data":{'), "null": None, "word": "unreadable"}
    return _with_payload(message, broken[kind])


def _as_words(payload: Any) -> Any:
    if isinstance(payload, dict):
        return {key: _as_words(value) for key, value in payload.items()}
    return f"{payload}?"
