"""One HTTP/1.1 reply, taken in byte by byte as it comes. No I/O. Knows what a JSON server sends, refuses the
rest."""

from __future__ import annotations

import enum
from typing import Final

HEAD_MAX: Final = 64 * 1024
BODY_MAX: Final = 4 * 1024 * 1024
_NO_BODY: Final = frozenset({204, 304})
_INFORMATIONAL: Final = 200


class NotHttpError(ValueError):
    """What came is no reply that is understood here."""


class _Part(enum.Enum):
    HEAD = enum.auto()
    SIZED = enum.auto()
    CHUNK_SIZE = enum.auto()
    CHUNK = enum.auto()
    TRAILER = enum.auto()
    UNTIL_CLOSE = enum.auto()
    DONE = enum.auto()


class HttpReply:
    """A reply that is being received."""

    __slots__ = ("_body", "_buffer", "_left", "_part", "keeps_alive", "status")

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.status = 0
        self.keeps_alive = True
        """False: the server closes the connection after this reply."""
        self._buffer = b""
        self._body: list[bytes] = []
        self._left = 0
        self._part = _Part.HEAD

    @property
    def is_done(self) -> bool:
        """True when the reply is whole."""
        return self._part is _Part.DONE

    @property
    def body(self) -> bytes:
        """The body as far as it has come."""
        return b"".join(self._body)

    def feed(self, data: bytes) -> None:
        """Take in `data`. Raises `NotHttpError` for what is not understood, and for more than one reply."""
        self._buffer += data
        while self._step():
            pass
        if self._part is _Part.DONE and self._buffer:
            raise NotHttpError("More than one reply came to one request.")

    def end(self) -> None:
        """The connection has ended. Raises `NotHttpError` where the reply is not whole."""
        if self._part is _Part.UNTIL_CLOSE:
            self._part = _Part.DONE
        if self._part is not _Part.DONE:
            raise NotHttpError("The connection ended before the reply did.")

    def _step(self) -> bool:
        """Read one part; False where more bytes are needed."""
        match self._part:
            case _Part.HEAD:
                return self._read_head()
            case _Part.SIZED:
                if len(self._buffer) < self._left:
                    return False
                self._take(self._left)
                self._part = _Part.DONE
                return False
            case _Part.CHUNK_SIZE:
                return self._read_chunk_size()
            case _Part.CHUNK:
                if len(self._buffer) < self._left + 2:
                    return False
                self._take(self._left)
                if self._buffer[:2] != b"\r\n":
                    raise NotHttpError("A chunk is longer than its size says.")
                self._buffer = self._buffer[2:]
                self._part = _Part.CHUNK_SIZE
                return True
            case _Part.TRAILER:
                line = self._line()
                if line == b"":
                    self._part = _Part.DONE
                return bool(line)
            case _Part.UNTIL_CLOSE:
                self._take(len(self._buffer))
                return False
            case _Part.DONE:
                return False

    def _read_head(self) -> bool:
        head, border, rest = self._buffer.partition(b"\r\n\r\n")
        if not border:
            if len(self._buffer) > HEAD_MAX:
                raise NotHttpError("The head of the reply does not end.")
            return False
        self._buffer = rest
        first, *lines = head.split(b"\r\n")
        words = first.split(b" ", 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit() or len(words[1]) != 3:
            raise NotHttpError("The reply does not begin like HTTP/1.1.")
        self.status = int(words[1])
        if self.status < _INFORMATIONAL:
            return True
        headers = {}
        for line in lines:
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip().lower()
        connection = headers.get(b"connection", b"")
        self.keeps_alive = b"close" not in connection and (words[0] != b"HTTP/1.0" or b"keep-alive" in connection)
        self._choose_body(headers)
        return True

    def _choose_body(self, headers: dict[bytes, bytes]) -> None:
        length = headers.get(b"content-length")
        if headers.get(b"content-encoding", b"identity") != b"identity":
            raise NotHttpError("The body is compressed, which was not asked for.")
        if self.status in _NO_BODY:
            self._part = _Part.DONE
        elif b"chunked" in headers.get(b"transfer-encoding", b""):
            self._part = _Part.CHUNK_SIZE
        elif length is not None:
            self._left = _size(length, 10)
            self._part = _Part.SIZED
        else:
            self.keeps_alive = False
            self._part = _Part.UNTIL_CLOSE

    def _read_chunk_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._left = _size(line.split(b";")[0].strip(), 16)
        self._part = _Part.CHUNK if self._left else _Part.TRAILER
        return True

    def _line(self) -> bytes | None:
        line, border, rest = self._buffer.partition(b"\r\n")
        if not border:
            if len(self._buffer) > HEAD_MAX:
                raise NotHttpError("A line of the reply does not end.")
            return None
        self._buffer = rest
        return line

    def _take(self, size: int) -> None:
        self._body.append(self._buffer[:size])
        self._buffer = self._buffer[size:]
        if sum(map(len, self._body)) > BODY_MAX:
            raise NotHttpError(f"The body is longer than {BODY_MAX} bytes.")


def _size(digits: bytes, base: int) -> int:
    try:
        size = int(digits, base)
    except ValueError:
        raise NotHttpError("A size in the reply is not a number.") from None
    if not 0 <= size <= BODY_MAX:
        raise NotHttpError(f"A size in the reply is not between 0 and {BODY_MAX}.")
    return size
