"""One client of the WebSocket, as far as it is told things: written to at once, and never waited for.

What it has not read yet waits in the operating system and then with us, up to a bound; who is further behind is let go.
A WebSocket frame of a server looks the same for everybody, so it is made once and written as it is.
"""

from __future__ import annotations

import asyncio
from typing import Final

BEHIND_BYTES_MAX: Final = 1024 * 1024
_TEXT: Final = 0x81
"""A whole message of text, not masked."""


def framed(text: bytes) -> bytes:
    """A text as one WebSocket frame (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((_TEXT, size)) + text
    if size < 65_536:
        return bytes((_TEXT, 126)) + size.to_bytes(2) + text
    return bytes((_TEXT, 127)) + size.to_bytes(8) + text


class Listener:
    """One client's connection."""

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport

    def write(self, frames: bytes) -> bool:
        """Send frames after those before them; False where the client was let go because it does not read."""
        if self._transport.is_closing():
            return True
        self._transport.write(frames)
        if self._transport.get_write_buffer_size() <= BEHIND_BYTES_MAX:
            return True
        self._transport.abort()
        return False
