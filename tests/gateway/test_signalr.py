"""The hub protocol, fed by hand: no socket, no clock."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.gateway.signalr import (
    BUFFER_MAX,
    PING,
    Closed,
    Completed,
    Invoked,
    Message,
    Odd,
    Protocol,
    Ready,
    Timing,
)

NEWS = b'{"type":1,"target":"GatewayQuote","arguments":["C",{"lastPrice":5}]}'
STREAM = b'{}\x1e{"type":6}\x1e' + NEWS + b'\x1e{"type":3,"invocationId":"1"}\x1e{"type":7,"error":"bye"}\x1e'
STORY = [Ready(), Invoked(b"GatewayQuote", NEWS), Completed("1", None), Closed("bye")]


def opened(now: float = 0.0) -> Protocol:
    protocol = Protocol(now)
    assert protocol.receive(b"{}\x1e", now) == [Ready()]
    return protocol


def test_a_story_is_the_same_wherever_the_frames_end() -> None:
    for border in range(len(STREAM) + 1):
        protocol = Protocol(0.0)
        protocol.invoke("SubscribeAccounts", (), 0.0)
        assert protocol.receive(STREAM[:border], 0.0) + protocol.receive(STREAM[border:], 0.0) == STORY
    protocol = Protocol(0.0)
    protocol.invoke("SubscribeAccounts", (), 0.0)
    told: list[Message] = []
    for byte in STREAM:
        told += protocol.receive(bytes([byte]), 0.0)
    assert told == STORY


def test_a_refused_handshake_closes() -> None:
    assert Protocol(0.0).receive(b'{"error":"no such version"}\x1e', 0.0) == [
        Closed("The handshake was refused: no such version")
    ]
    assert isinstance(Protocol(0.0).receive(b"<html>\x1e", 0.0)[0], Closed)


@pytest.mark.parametrize(
    "record",
    [
        b'{"type":9,"sequenceId":1}',
        b'{"type":2,"invocationId":"1","item":1}',
        b'{"type":99}',
        b"{}",
        b'{"type":6,"more":[]}',
    ],
)
def test_what_is_not_spoken_is_passed_over(record: bytes) -> None:
    assert opened().receive(record + b"\x1e", 0.0) == []


def test_invocations_are_known_in_any_order_of_keys_and_with_more_in_them() -> None:
    record = b'{"headers":{"a":"b"},"arguments":[1],"invocationId":"7","target":"T","type":1,"new":{}}'
    assert opened().receive(record + b"\x1e", 0.0) == [Invoked(b"T", record)]


@pytest.mark.parametrize("record", [b"", b"junk", b"[]", b'{"type":"1"}', b'{"type":1,"target":7}', b"\xff"])
def test_an_odd_record_is_told_and_survived(record: bytes) -> None:
    protocol = opened()
    told = protocol.receive(record + b"\x1e" + NEWS + b"\x1e", 0.0)
    assert isinstance(told[0], Odd)
    assert told[1] == Invoked(b"GatewayQuote", NEWS)


def test_invocations_have_ids_and_answers() -> None:
    protocol = opened()
    first, sent = protocol.invoke("SubscribeOrders", (7,), 0.0)
    assert msgspec.json.decode(sent[:-1]) == {
        "type": 1,
        "invocationId": first,
        "target": "SubscribeOrders",
        "arguments": [7],
    }
    second, _ = protocol.invoke("X", (), 1.0)
    assert first != second
    answer = b'{"type":3,"invocationId":"%s","error":"Failed to invoke"}\x1e' % second.encode()
    assert protocol.receive(answer, 1.0) == [Completed(second, "Failed to invoke")]
    assert protocol.receive(answer, 1.0) == []
    assert protocol.receive(b'{"type":3,"error":"for nobody"}\x1e', 1.0) == []


def test_an_answer_that_does_not_come_is_overdue() -> None:
    protocol = opened()
    protocol.invoke("SubscribeOrders", (7,), 1.0)
    assert protocol.next_deadline() == 6.0
    assert protocol.overdue(5.9) is None
    assert "not answered within 5 s" in str(protocol.overdue(6.0))


def test_a_handshake_that_does_not_come_is_overdue() -> None:
    protocol = Protocol(100.0)
    assert protocol.next_deadline() == 110.0
    assert protocol.overdue(109.9) is None
    assert "handshake" in str(protocol.overdue(110.0))


def test_silence_is_overdue_and_any_record_ends_it() -> None:
    protocol = opened()
    assert protocol.overdue(29.9) is None
    protocol.receive(b'{"type":6}\x1e', 29.9)
    assert protocol.overdue(59.8) is None
    protocol.receive(b'{"type":', 59.8)
    assert "30 s" in str(protocol.overdue(59.9))


def test_pings_are_sent_when_nothing_else_was() -> None:
    protocol = Protocol(0.0, Timing(ping_every=10))
    assert protocol.ping(10.0) == b""
    protocol.receive(b"{}\x1e", 0.0)
    assert protocol.next_deadline() == 10.0
    assert protocol.ping(10.0) == PING
    assert protocol.ping(10.1) == b""
    protocol.invoke("X", (), 15.0)
    assert protocol.ping(24.9) == b""
    assert protocol.ping(25.0) == PING


def test_nothing_is_read_after_a_close() -> None:
    protocol = opened()
    assert protocol.receive(b'{"type":7,"allowReconnect":true}\x1e' + NEWS + b"\x1e", 0.0) == [
        Closed("The server closed the connection.")
    ]
    assert protocol.receive(NEWS + b"\x1e", 0.0) == []


def test_a_record_without_end_closes() -> None:
    assert isinstance(opened().receive(b"x" * (BUFFER_MAX + 1), 0.0)[0], Closed)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"\x1e", b"{}\x1e", NEWS + b"\x1e", b'{"type":3}\x1e'])))
def test_arbitrary_bytes_never_raise(frames: list[bytes]) -> None:
    protocol = Protocol(0.0)
    for now, frame in enumerate(frames):
        protocol.receive(frame, float(now))
        protocol.ping(float(now))
        protocol.overdue(float(now))
        protocol.next_deadline()
