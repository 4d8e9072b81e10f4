"""A plain client of the gateway for tests: REST by aiohttp, hubs by raw frames."""

import json
from collections import deque
from types import TracebackType
from typing import Any

import aiohttp


class HubSocket:
    """One hub connection that splits what it reads on 0x1E."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._messages: deque[dict[str, Any]] = deque()

    async def send(self, message: dict[str, Any]) -> None:
        """Send one protocol message."""
        await self.socket.send_str(json.dumps(message) + "\x1e")

    async def invoke(self, target: str, *arguments: Any, invocation_id: str | None = "1") -> None:
        """Call a hub method."""
        message: dict[str, Any] = {"type": 1, "target": target, "arguments": list(arguments)}
        await self.send(message if invocation_id is None else {**message, "invocationId": invocation_id})

    async def next(self) -> dict[str, Any]:
        """The next protocol message."""
        while not self._messages:
            text = await self.socket.receive_str(timeout=5)
            self._messages.extend(json.loads(part) for part in text.split("\x1e") if part)
        return self._messages.popleft()

    async def next_event(self) -> tuple[str, Any]:
        """Target and arguments of the next event; other messages are passed over."""
        while True:
            message = await self.next()
            if message["type"] == 1:
                return message["target"], message["arguments"]


class Caller:
    """A client with one token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = ""

    async def __aenter__(self) -> "Caller":
        self._session = aiohttp.ClientSession(self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def log_in(self) -> str:
        """Get a token and keep it."""
        _, body = await self.post("/api/Auth/loginKey", userName="trader", apiKey="simulator-key")
        self.token = body["token"]
        return self.token

    async def send(self, verb: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        """Any request; returns status, headers and text."""
        async with self._session.request(verb, path, data=body, headers=headers or self._headers()) as reply:
            return reply.status, reply.headers, await reply.text()

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        return {**headers, "Authorization": f"Bearer {self.token}"} if self.token else headers

    async def post(self, path: str, /, **fields: Any) -> tuple[int, Any]:
        """Status and parsed body of a POST; an empty body is `None`."""
        status, _, text = await self.send("POST", path, json.dumps(fields).encode())
        return status, json.loads(text) if text else None

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and parsed body of a GET."""
        status, _, text = await self.send("GET", path)
        return status, json.loads(text) if text else None

    async def open_socket(self, path: str, **query: str) -> aiohttp.ClientWebSocketResponse:
        """A bare WebSocket, before the handshake."""
        return await self._session.ws_connect(path, params={"access_token": self.token, **query})

    async def open_hub(self, name: str, **query: str) -> HubSocket:
        """A hub connection after its handshake."""
        hub = HubSocket(await self.open_socket(f"/hubs/{name}", **query))
        await hub.send({"protocol": "json", "version": 1})
        assert await hub.next() == {}
        return hub

    async def open_user_hub(self, account_id: int) -> HubSocket:
        """A user hub with all four subscriptions."""
        hub = await self.open_hub("user")
        await hub.invoke("SubscribeAccounts", invocation_id=None)
        for subject in ("Orders", "Positions", "Trades"):
            await hub.invoke(f"Subscribe{subject}", account_id, invocation_id=None)
        await hub.invoke("Nothing", invocation_id="last")
        assert (await hub.next())["invocationId"] == "last"
        return hub
