"""pysignalr for the hubs, httpx for the request: both on one asyncio loop.

python -m benchmarks.peers.pysignalr_httpx URL CONNECTIONS
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import httpx
from pysignalr.client import SignalRClient

from benchmarks._process import ended, ready
from benchmarks.peers._task import (
    CLOSE,
    LOGIN,
    MARKET_SUBSCRIPTION,
    USER_SUBSCRIPTIONS,
    close_of,
    is_too_much,
)


async def main(url: str) -> None:
    """Log in, listen, close."""
    async with httpx.AsyncClient(base_url=url) as http:
        login = await http.post("/api/Auth/loginKey", json=LOGIN)
        token = login.json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"

        async def on_position(arguments: list[dict[str, Any]]) -> None:
            for told in arguments:
                if is_too_much(told["data"]):
                    await http.post(CLOSE, json=close_of(told["data"]))

        async def on_quote(arguments: list[Any]) -> None:
            _contract, quote = arguments
            prices[_contract] = quote["lastPrice"]

        prices: dict[str, float] = {}
        user = SignalRClient(f"{url}/hubs/user?access_token={token}")
        market = SignalRClient(f"{url}/hubs/market?access_token={token}")
        user.on("GatewayUserPosition", on_position)
        market.on("GatewayQuote", on_quote)
        opened = [_opened(user), _opened(market)]
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(hub.run()) for hub in (user, market)]
            for is_open in opened:
                await is_open.wait()
            for method, arguments in USER_SUBSCRIPTIONS:
                await user.send(method, arguments)
            await market.send(*MARKET_SUBSCRIPTION)
            ready()
            await ended()
            for hub in running:
                hub.cancel()


def _opened(hub: SignalRClient) -> asyncio.Event:
    is_open = asyncio.Event()

    async def on_open() -> None:
        is_open.set()

    hub.on_open(on_open)
    return is_open


if __name__ == "__main__":
    logging.disable()
    asyncio.run(main(sys.argv[1]))
