"""A trader on the project-x-py SDK: logs in, listens, buys, and prints what the SDK told him.

    python sdk_client.py '{"url": ..., "userName": ..., "apiKey": ..., "accountName": ..., "contractId": ...,
                           "size": 3, "leave": 0}'

With `leave` 0 he closes by himself; with more, he does nothing and waits until somebody else has brought his position
down to that size. Runs in the SDK's own environment, so it imports nothing of ours. The last line on stdout is JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from project_x_py import ProjectX, ProjectXRealtimeClient
from project_x_py.event_bus import EventBus
from project_x_py.models import ProjectXConfig
from project_x_py.order_manager import OrderManager
from project_x_py.position_manager import PositionManager

PATIENCE_SECONDS = 15
BUY, MARKET, FILLED = 0, 2, 2
HEARD = ("account_update", "position_update", "order_update", "trade_execution", "quote_update")

Row = dict[str, Any]


class Ear:
    """Keeps what the SDK's callbacks were handed, and waits for what fits."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Row]] = []
        self._more = asyncio.Event()

    def hears(self, kind: str) -> Callable[[Row], Any]:
        """A callback for this kind of event."""

        async def note(message: Row) -> None:
            self.rows.append((kind, message.get("data", message)))
            self._more.set()

        return note

    def heard(self, kind: str, fits: Callable[[Row], bool], since: int = 0) -> Row | None:
        """The first event of this kind that fits, if it has come."""
        return next((row for name, row in self.rows[since:] if name == kind and fits(row)), None)

    async def until(self, kind: str, fits: Callable[[Row], bool], since: int = 0) -> Row:
        """Wait for the first event of this kind that fits."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (row := self.heard(kind, fits, since)) is None:
                self._more.clear()
                await self._more.wait()
        return row


async def main(plan: Row) -> Row:
    """One trade, from login to flat; everything that was seen of it."""
    config = ProjectXConfig(
        api_url=f"{plan['url']}/api",
        user_hub_url=f"{plan['url']}/hubs/user",
        market_hub_url=f"{plan['url']}/hubs/market",
    )
    async with ProjectX(plan["userName"], plan["apiKey"], config=config, account_name=plan["accountName"]) as client:
        await client.authenticate()
        account = client.get_account_info()
        ear = Ear()
        hubs = ProjectXRealtimeClient(client.get_session_token(), str(account.id), config=config)
        for kind in HEARD:
            await hubs.add_callback(kind, ear.hears(kind))
        if not await hubs.connect():
            raise RuntimeError("The SDK did not get its two hubs")
        try:
            return await trade(plan, client, hubs, ear)
        finally:
            await hubs.disconnect()


async def trade(plan: Row, client: ProjectX, hubs: ProjectXRealtimeClient, ear: Ear) -> Row:
    """Buy, wait for the fill, get rid of it or have it taken away."""
    contract, size, leave = plan["contractId"], plan["size"], plan["leave"]
    bus = EventBus()
    orders, positions = OrderManager(client, bus), PositionManager(client, bus)
    await orders.initialize(hubs)
    await positions.initialize(order_manager=orders, realtime_client=hubs)
    subscribed = [await hubs.subscribe_user_updates(), await hubs.subscribe_market_data([contract])]
    quote = await ear.until("quote_update", lambda row: "lastPrice" in row)

    since = len(ear.rows)
    placed = await orders.place_order(contract, MARKET, BUY, size)
    await ear.until("order_update", lambda row: row["id"] == placed.orderId and row["status"] == FILLED)
    fill = await ear.until("trade_execution", lambda row: row["orderId"] == placed.orderId)
    opened = await ear.until("position_update", lambda row: row["contractId"] == contract and row["size"] == size)
    tracked = await positions.get_all_positions()

    if leave == 0:
        await positions.close_position_direct(contract)
    await ear.until("position_update", lambda row: row["contractId"] == contract and row["size"] == leave, since)
    exit_fill = await ear.until("trade_execution", lambda row: row.get("profitAndLoss") is not None, since)
    left = await client.search_open_positions()
    history = await client.search_trades(limit=10)
    return {
        "subscribed": subscribed,
        "quote": quote,
        "order_id": placed.orderId,
        "fill": fill,
        "opened": opened,
        "tracked": [[position.contractId, position.size] for position in tracked],
        "exit": exit_fill,
        "left": [[position.contractId, position.size] for position in left],
        "trades": [[trade.orderId, trade.size] for trade in history],
        "kinds": sorted({kind for kind, _ in ear.rows}),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.argv[1]))), default=str))
