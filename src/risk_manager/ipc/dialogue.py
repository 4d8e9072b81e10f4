"""One WebSocket of the door, from its first message to its end.

A client may ask for a snapshot, four times a second at most: it is not read again before that. All else that it sends
is refused, and who goes on and on is shown out.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from risk_manager.ipc.broadcast import Broadcast
from risk_manager.ipc.listener import Listener
from risk_manager.ipc.messages import SnapshotWanted

TAKEN_MAX: Final = 4096
"""Characters that a client may send at once; more end the conversation with close code 1009."""
_FRAME_BYTES_MAX: Final = 65_536
"""A frame of more is not even read to its end."""
REFUSALS_MAX: Final = 10
PAUSE_SECONDS: Final = 0.25
_NOT_UNDERSTOOD: Final = 'That is not understood. The one thing that can be asked here is {"type":"snapshot"}.'
_NO_FRAME: Final = b"That is no WebSocket frame (RFC 6455)."
_TOO_LARGE: Final = b"That is larger than anything that can be asked here."
_ENOUGH: Final = b"Too much was sent that is not understood."
_WHY: Final[dict[int, bytes]] = {
    WSCloseCode.MESSAGE_TOO_BIG: _TOO_LARGE,
    WSCloseCode.PROTOCOL_ERROR: _NO_FRAME,
    WSCloseCode.INVALID_TEXT: b"That is no text in UTF-8.",
}
_DECODER: Final = msgspec.json.Decoder(SnapshotWanted)


class Socket(web.WebSocketResponse):
    """A WebSocket that says why it closes, also where what came could not be read."""

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Close it; without a message the code's own sentence is sent, where it has one."""
        return await super().close(code=code, message=message or _WHY.get(code, b""), drain=drain)


def socket() -> web.WebSocketResponse:
    """A WebSocket as the door wants it; nothing is compressed, since it goes no further than this machine."""
    return Socket(compress=False, max_msg_size=_FRAME_BYTES_MAX)


async def hold(request: web.Request, socket: web.WebSocketResponse, broadcast: Broadcast) -> None:
    """Tell one client everything until it leaves, or is let go because it does not read."""
    await socket.prepare(request)
    transport = request.transport
    if not isinstance(transport, asyncio.WriteTransport):
        return  # it has left already
    listener = Listener(transport)
    broadcast.join(listener)
    try:
        await _listen(socket, listener, broadcast)
    finally:
        broadcast.leave(listener)


async def _listen(socket: web.WebSocketResponse, listener: Listener, broadcast: Broadcast) -> None:
    refused = 0
    async for frame in socket:
        if len(frame.data) > TAKEN_MAX:
            await socket.close(code=WSCloseCode.MESSAGE_TOO_BIG)
            return
        if frame.type is WSMsgType.TEXT and _is_snapshot_wanted(frame.data):
            broadcast.snapshot(listener)
        else:
            refused += 1
            if refused > REFUSALS_MAX:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=_ENOUGH)
                return
            broadcast.refuse(listener, _NOT_UNDERSTOOD)
        await asyncio.sleep(PAUSE_SECONDS)


def _is_snapshot_wanted(text: str) -> bool:
    try:
        _DECODER.decode(text)
    except msgspec.MsgspecError:
        return False
    return True
