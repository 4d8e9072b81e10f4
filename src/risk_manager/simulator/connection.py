"""One WebSocket of a hub: moves bytes, keeps the times of ping and patience, decides nothing else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from risk_manager.simulator.dialogue import PING, Dialogue

_UNSENT_BYTES_MAX = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after which a hub pings, gives up a mute client, and gives up waiting for the handshake."""

    ping_seconds: float = 15.0
    client_seconds: float = 30.0
    handshake_seconds: float = 15.0


def text_frame(payload: bytes) -> bytes:
    """The payload as one unmasked WebSocket text frame: the same bytes for every listener."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Connection:
    """A connected client. `send_frame` may be called at any time and never waits."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        patience: Patience,
        is_mute: Callable[[], bool],
    ) -> None:
        self.user = ""
        self._socket = socket
        self._transport = transport
        self._patience = patience
        self._is_mute = is_mute
        self._loop = asyncio.get_running_loop()
        self._opened = self._last_sent = self._last_heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    def send_frame(self, frame: bytes) -> None:
        """Write a ready frame, unless the hub is mute. A client that reads nothing for 32 MiB is cut off."""
        if self._is_mute() or self._transport.is_closing():
            return
        self._last_sent = self._loop.time()
        self._transport.write(frame)
        if self._transport.get_write_buffer_size() > _UNSENT_BYTES_MAX:
            self._transport.abort()

    def close(self, last_word: bytes | None = None) -> None:
        """Say the last word and close the WebSocket."""
        if last_word is not None:
            self.send_frame(text_frame(last_word))
        if self._closing is None:
            self._closing = self._loop.create_task(self._close(), name="simulator: close a hub connection")

    async def _close(self) -> None:
        await self._socket.close()

    def cut(self) -> None:
        """Reset the connection without a word."""
        self._transport.abort()

    async def listen(self, dialogue: Dialogue) -> None:
        """Feed the dialogue until one side ends it."""
        self._watch(dialogue)
        try:
            async for message in self._socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    continue
                self._last_heard = self._loop.time()
                text = message.data if message.type is WSMsgType.TEXT else message.data.decode(errors="replace")
                was_open = dialogue.is_open
                for payload in dialogue.hear(text):
                    self.send_frame(text_frame(payload))
                if dialogue.is_open and not was_open:
                    self._watch(dialogue)
                if dialogue.is_over:
                    break
        finally:
            if self._timer:
                self._timer.cancel()
        await self._socket.close()

    def _watch(self, dialogue: Dialogue) -> None:
        if self._timer:
            self._timer.cancel()
        now, patience = self._loop.time(), self._patience
        if dialogue.is_open:
            give_up = self._last_heard + patience.client_seconds
            ping = self._last_sent + patience.ping_seconds
        else:
            give_up = ping = self._opened + patience.handshake_seconds
        if now >= give_up:
            self.close()
            return
        if now >= ping:
            self.send_frame(text_frame(PING))
            ping = now + patience.ping_seconds
        self._timer = self._loop.call_at(min(give_up, ping), self._watch, dialogue)
