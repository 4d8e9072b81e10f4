"""The SignalR protocol without sockets."""

import json
from typing import Any

import pytest

from risk_manager.simulator.dialogue import Dialogue, MethodError, close_message, invocation

HANDSHAKE = '{"protocol":"json","version":1}\x1e'


class Methods:
    """Two methods: Echo answers with an event, Fail refuses."""

    def invoke(self, target: str, arguments: list[Any]) -> list[bytes]:
        if target == "Echo":
            return [invocation("Echoed", arguments)]
        raise MethodError("No such thing.")


def _open() -> Dialogue:
    dialogue = Dialogue(Methods())
    assert dialogue.hear(HANDSHAKE) == [b"{}\x1e"]
    return dialogue


def _read(payloads: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(payload.removesuffix(b"\x1e")) for payload in payloads]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"protocol":"json","version":0}\x1e', "The server does not support version 0 of the 'json' protocol."),
        ('{"protocol":"messagepack","version":1}\x1e', "The protocol 'messagepack' is not supported."),
        ("nonsense\x1e", "Handshake was canceled."),
    ],
)
def test_a_wrong_handshake_is_answered_and_ends_it(text: str, error: str) -> None:
    dialogue = Dialogue(Methods())
    assert _read(dialogue.hear(text)) == [{"error": error}]
    assert dialogue.is_over
    assert not dialogue.is_open


def test_other_versions_can_be_let_in() -> None:
    dialogue = Dialogue(Methods(), {0, 1})
    assert dialogue.hear('{"protocol":"json","version":0}\x1e') == [b"{}\x1e"]


def test_handshake_and_invocation_may_share_a_piece_of_text_or_be_cut_anywhere() -> None:
    text = HANDSHAKE + '{"type":1,"invocationId":"0","target":"Echo","arguments":[1]}\x1e'
    whole = Dialogue(Methods()).hear(text)
    pieces = Dialogue(Methods())
    assert [payload for character in text for payload in pieces.hear(character)] == whole
    assert _read(whole)[1:] == [
        {"type": 3, "invocationId": "0"},
        {"type": 1, "target": "Echoed", "arguments": [1]},
    ]


def test_a_completion_comes_only_if_there_is_an_id() -> None:
    dialogue = _open()
    assert _read(dialogue.hear('{"type":1,"target":"Echo","arguments":[]}\x1e')) == [
        {"type": 1, "target": "Echoed", "arguments": []}
    ]
    assert dialogue.hear('{"type":1,"target":"Heartbeat","arguments":[{"timestamp":1}]}\x1e') == []
    assert not dialogue.is_over


@pytest.mark.parametrize(
    "message",
    [
        {"target": "Fail", "arguments": []},
        {"target": 5, "arguments": []},
        {"target": "Echo"},
    ],
)
def test_a_failed_invocation_completes_with_an_error(message: dict[str, Any]) -> None:
    text = json.dumps({"type": 1, "invocationId": "7", **message}) + "\x1e"
    [completion] = _read(_open().hear(text))
    assert (completion["type"], completion["invocationId"]) == (3, "7")
    assert completion["error"].startswith("Failed to invoke ")


def test_streams_are_refused_and_pings_and_unknown_types_ignored() -> None:
    dialogue = _open()
    assert "error" in _read(dialogue.hear('{"type":4,"invocationId":"1","target":"Echo","arguments":[]}\x1e'))[0]
    assert dialogue.hear('{"type":6}\x1e{"type":9}\x1e{"type":5,"invocationId":"1"}\x1e') == []


def test_a_close_ends_it_without_a_word() -> None:
    dialogue = _open()
    assert dialogue.hear('{"type":7}\x1e{"type":1,"invocationId":"1","target":"Echo","arguments":[]}\x1e') == []
    assert dialogue.is_over


@pytest.mark.parametrize("text", ["{\x1e", "[]\x1e", "\x1e"])
def test_what_is_no_message_ends_it_with_a_close_message(text: str) -> None:
    dialogue = _open()
    assert _read(dialogue.hear(text)) == [{"type": 7, "error": "Connection closed with an error."}]
    assert dialogue.is_over


def test_close_messages() -> None:
    assert close_message(None, allow_reconnect=False) == b'{"type":7}\x1e'
    assert close_message("x", allow_reconnect=True) == b'{"type":7,"error":"x","allowReconnect":true}\x1e'
