"""Discord and Telegram on this machine, as strict as the real ones: what they would refuse is refused here with their
words, and what breaks their limits never counts as delivered. Written from their documents, not from our client."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from aiohttp import web

HOOK_ID, HOOK_TOKEN = "1234567890", "hook-token-that-nobody-may-see"
BOT_TOKEN: Final = "987654:bot-token-that-nobody-may-see"
CHAT: Final = -100200300
_PATIENCE_SECONDS: Final = 60.0
_EMBED_FIELDS: Final = {
    *("title", "type", "description", "url", "timestamp", "color", "footer", "image"),
    *("thumbnail", "video", "provider", "author", "fields"),
}
Answer = Callable[[], tuple[int, dict[str, Any], dict[str, str]]]


def units(text: str) -> int:
    """The length that both services count: units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


class Service:
    """What has been delivered, and what is answered instead while something is wrong."""

    def __init__(self) -> None:
        self.delivered: list[Any] = []
        self.refused: list[str] = []
        self.tries = 0
        self.troubles: list[Answer] = []
        """Each is the answer to one request, in order; then all is well."""
        self.headers: dict[str, str] = {}
        self.is_stuck = False
        self.url = ""
        self._news = asyncio.Event()

    async def until(self, is_so: Callable[[], bool], what: str = "") -> None:
        """Wait until something is so."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not is_so():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"It did not come true: {what or is_so}: {self.delivered} {self.refused}") from None

    async def got(self, text: str) -> Any:
        """Wait for a message with this text in it."""
        await self.until(lambda: any(text in json.dumps(one, ensure_ascii=False) for one in self.delivered), text)
        return next(one for one in self.delivered if text in json.dumps(one, ensure_ascii=False))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.tries += 1
        self._news.set()
        if self.is_stuck:
            await asyncio.sleep(_PATIENCE_SECONDS * 4)
        if self.troubles:
            status, body, headers = self.troubles.pop(0)()
            return web.json_response(body, status=status, headers=headers)
        return await self.judged(request)

    async def judged(self, request: web.Request) -> web.StreamResponse:
        self.delivered.append(await request.json())
        return web.json_response({}, headers=self.headers)

    def refuse(self, status: int, body: dict[str, Any]) -> web.StreamResponse:
        self.refused.append(json.dumps(body))
        return web.json_response(body, status=status)


class Discord(Service):
    """Execute Webhook, https://discord.com/developers/docs/resources/webhook."""

    @property
    def hook(self) -> str:
        return f"{self.url}/api/webhooks/{HOOK_ID}/{HOOK_TOKEN}"

    async def judged(self, request: web.Request) -> web.StreamResponse:
        if not re.fullmatch(rf"/api/webhooks/{HOOK_ID}/[^/]+", request.path):
            return self.refuse(404, {"message": "Unknown Webhook", "code": 10015})
        if not request.path.endswith(f"/{HOOK_TOKEN}"):
            return self.refuse(401, {"message": "Invalid Webhook Token", "code": 50027})
        if request.method != "POST" or request.content_type != "application/json":
            return self.refuse(405, {"message": "405: Method Not Allowed", "code": 0})
        told = await request.json()
        wrong = list(self.wrong(told))
        if wrong:
            return self.refuse(400, {"message": "Invalid Form Body", "code": 50035, "errors": wrong})
        if not told.get("content") and not told.get("embeds"):
            return self.refuse(400, {"message": "Cannot send an empty message", "code": 50006})
        self.delivered.append(told)
        if request.query.get("wait") == "true":
            return web.json_response({"id": str(len(self.delivered)), "type": 0}, headers=self.headers)
        return web.Response(status=204, headers=self.headers)

    @staticmethod
    def wrong(told: Any) -> list[str]:
        found: list[str] = []
        name = told.get("username", "")
        if units(name) > 80 or re.search("discord|clyde", name, re.IGNORECASE):
            found.append("username")
        if not isinstance(told.get("content", ""), str) or units(told.get("content", "")) > 2000:
            found.append("content: Must be 2000 or fewer in length.")
        embeds = told.get("embeds", [])
        if len(embeds) > 10:
            found.append("embeds: Must be 10 or fewer in length.")
        size = 0
        for embed in embeds:
            found += [f"embeds: unknown {key}" for key in embed if key not in _EMBED_FIELDS]
            title, description = embed.get("title", ""), embed.get("description", "")
            if units(title) > 256 or units(description) > 4096:
                found.append("embeds: title or description is too long")
            size += units(title) + units(description)
            if not (isinstance(embed.get("color", 0), int) and 0 <= embed.get("color", 0) <= 0xFFFFFF):
                found.append("embeds: color")
            if "timestamp" in embed and datetime.fromisoformat(embed["timestamp"]).tzinfo is None:
                found.append("embeds: timestamp")
        if size > 6000:
            found.append("embeds: Embed size exceeds maximum size of 6000")
        return found


class Telegram(Service):
    """sendMessage, https://core.telegram.org/bots/api#sendmessage."""

    async def judged(self, request: web.Request) -> web.StreamResponse:
        def refuse(status: int, why: str) -> web.StreamResponse:
            return self.refuse(status, {"ok": False, "error_code": status, "description": why})

        if request.path != f"/bot{BOT_TOKEN}/sendMessage":
            return refuse(401 if "/bot" in request.path else 404, "Unauthorized")
        told = await request.json()
        if told.get("chat_id") != CHAT:
            return refuse(400, "Bad Request: chat not found")
        text = told.get("text", "")
        if not text.strip():
            return refuse(400, "Bad Request: message text is empty")
        if units(text) > 4096:
            return refuse(400, "Bad Request: message is too long")
        if not isinstance(told.get("disable_notification", False), bool):
            return refuse(400, "Bad Request: disable_notification")
        unknown = set(told) - {"chat_id", "text", "disable_notification", "link_preview_options"}
        if unknown:
            return refuse(400, f"Bad Request: {unknown}")
        self.delivered.append(told)
        return web.json_response({"ok": True, "result": {"message_id": len(self.delivered)}})


def too_many_for_discord(seconds: float) -> Answer:
    """Its rate limit's answer."""
    return lambda: (
        429,
        {"message": "You are being rate limited.", "retry_after": seconds, "global": False},
        {"Retry-After": "1", "X-RateLimit-Scope": "shared"},
    )


def too_many_for_telegram(seconds: int) -> Answer:
    """Its flood control's answer."""
    why = f"Too Many Requests: retry after {seconds}"
    return lambda: (
        429,
        {"ok": False, "error_code": 429, "description": why, "parameters": {"retry_after": seconds}},
        {},
    )


def broken(status: int = 502) -> Answer:
    """A service in trouble."""
    return lambda: (status, {}, {})


@asynccontextmanager
async def open_service(service: Service) -> AsyncIterator[None]:
    """The service on a free port of this machine."""
    application = web.Application()
    application.router.add_route("*", "/{any:.*}", service.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()
