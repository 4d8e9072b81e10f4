"""The project-x-py SDK: its callbacks, its own way to close a position.

python -m benchmarks.peers.project_x_py URL CONNECTIONS
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

from project_x_py import ProjectX, ProjectXRealtimeClient
from project_x_py.event_bus import EventBus
from project_x_py.models import ProjectXConfig
from project_x_py.order_manager import OrderManager
from project_x_py.position_manager import PositionManager

from benchmarks._messages import ES
from benchmarks._process import ended, ready
from benchmarks.peers._task import LOGIN, is_too_much


class _NoAllowance:
    """Its own limit of requests a minute would rightly stop a benchmark, as the guard's would."""

    async def acquire(self) -> None:
        """Let everything pass."""


async def main(url: str) -> None:
    """Log in, listen, close."""
    config = ProjectXConfig(api_url=f"{url}/api", user_hub_url=f"{url}/hubs/user", market_hub_url=f"{url}/hubs/market")
    async with ProjectX(LOGIN["userName"], LOGIN["apiKey"], config=config) as client:
        client.rate_limiter = _NoAllowance()
        await client.authenticate()
        hubs = ProjectXRealtimeClient(client.get_session_token(), str(client.get_account_info().id), config=config)
        bus = EventBus()
        orders, positions = OrderManager(client, bus), PositionManager(client, bus)
        prices: dict[str, float] = {}

        async def on_position(told: dict[str, Any]) -> None:
            position = told.get("data", told)
            if is_too_much(position):
                await positions.close_position_direct(position["contractId"])

        async def on_quote(told: dict[str, Any]) -> None:
            prices[told["contract_id"]] = told["data"]["lastPrice"]

        # Before the SDK's own, which keeps its book: callbacks are called in the order in which they were added.
        await hubs.add_callback("position_update", on_position)
        await hubs.add_callback("quote_update", on_quote)
        assert await hubs.connect()
        await orders.initialize(hubs)
        await positions.initialize(order_manager=orders, realtime_client=hubs)
        assert await hubs.subscribe_user_updates()
        assert await hubs.subscribe_market_data([ES])
        ready()
        await ended()
        await hubs.disconnect()


if __name__ == "__main__":
    logging.disable()
    asyncio.run(main(sys.argv[1]))
