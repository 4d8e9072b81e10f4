"""The reply parser of the fast lane: cut at every byte, and fed what is no reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.gateway.http_reply import HttpReply, NotHttpError

SIZED = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"success":true}'
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
    b'A;x=y\r\n{"success"\r\n6\r\n:true}\r\n0\r\nTrailer: 1\r\n\r\n'
)
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + SIZED


def fed(*segments: bytes) -> HttpReply:
    reply = HttpReply()
    for segment in segments:
        reply.feed(segment)
    return reply


@pytest.mark.parametrize("wire", [SIZED, CHUNKED, CONTINUED], ids=["sized", "chunked", "after a 100"])
def test_a_reply_is_whole_wherever_the_segments_end(wire: bytes) -> None:
    for border in range(len(wire)):
        assert not fed(wire[:border]).is_done
        reply = fed(wire[:border], wire[border:])
        assert reply.is_done
        assert (reply.status, reply.body, reply.keeps_alive) == (200, b'{"success":true}', True)
    assert fed(*(bytes([byte]) for byte in wire)).is_done


@pytest.mark.parametrize(
    ("head", "keeps"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 429 Too Many\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
    ],
)
def test_whether_the_connection_stays(head: bytes, keeps: bool) -> None:
    reply = HttpReply()
    reply.feed(head)
    assert reply.is_done
    assert reply.keeps_alive is keeps


def test_without_a_size_the_reply_ends_with_the_connection() -> None:
    reply = HttpReply()
    reply.feed(b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>")
    assert not reply.is_done
    reply.end()
    assert (reply.is_done, reply.body, reply.keeps_alive) == (True, b"<html>", False)


@pytest.mark.parametrize("wire", [b"", SIZED[:-1], CHUNKED[:-2], b"HTTP/1.1"])
def test_a_connection_that_ends_too_early_is_no_reply(wire: bytes) -> None:
    reply = HttpReply()
    reply.feed(wire)
    with pytest.raises(NotHttpError):
        reply.end()


@pytest.mark.parametrize(
    "wire",
    [
        b"220 smtp.example\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n",
        SIZED + SIZED,
        b"x" * 70_000,
    ],
)
def test_what_is_not_understood_is_refused(wire: bytes) -> None:
    with pytest.raises(NotHttpError):
        HttpReply().feed(wire)


@given(
    st.lists(st.binary(max_size=30) | st.sampled_from([b"HTTP/1.1 200 OK\r\n", b"\r\n\r\n", b"Content-Length: 5\r\n"]))
)
def test_arbitrary_bytes_raise_nothing_else(segments: list[bytes]) -> None:
    reply = HttpReply()
    try:
        for segment in segments:
            reply.feed(segment)
        reply.end()
    except NotHttpError as error:
        assert str(error).endswith(".")  # noqa: PT017
