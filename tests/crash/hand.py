"""The trader who goes on trading whatever happens to the guard, by the broker's other screen. All chance is seeded."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random
from typing import Any, Final

from tests.crash.house import ACCOUNT
from tests.daemon.programs import Side

BUY, SELL = 0, 1
LIMIT: Final = 1
ALIVE: Final = (1, 6, 7, 8)
"""The statuses of orders that can still do something."""
_TICK: Final = Decimal("0.25")


class Hand:
    """Buys too much MNQ and lets the guard cut it; goes in and out of ES, mostly at a loss; rests orders."""

    def __init__(self, side: Side, draw: Random) -> None:
        self.side = side
        self.orders: set[int] = set()
        """All that it has placed. Every other order is the guard's."""
        self._draw = draw
        self._contracts: dict[str, str] = {}
        self._prices: dict[str, Decimal] = {}
        self._resting: list[int] = []

    async def begin(self) -> None:
        """Find the contracts and their prices."""
        for quote in (await self.side.get("quotes"))["quotes"]:
            code = quote["contract"].split(".")[3]
            self._contracts[code], self._prices[code] = quote["contract"], Decimal(str(quote["lastPrice"]))

    async def trade(self, acts: int, pause_seconds: float = 0.02) -> None:
        """So many acts, one after the other."""
        for _ in range(acts):
            await self.act()
            await asyncio.sleep(self._draw.uniform(0, 2 * pause_seconds))

    async def trade_until(self, is_enough: asyncio.Event) -> None:
        """Act after act until somebody says that it is enough."""
        while not is_enough.is_set():
            await self.trade(1)

    async def act(self) -> None:
        """One act, drawn."""
        what = self._draw.choices(["more", "in and out", "rest", "cancel", "price", "blocked"], [3, 4, 2, 1, 4, 0.3])[0]
        if what == "more":
            await self.place("MNQ", BUY, self._draw.randint(1, 3))
        elif what == "in and out":
            held = await self._held("EP")
            await self.place("EP", SELL if held > 0 else BUY, max(1, abs(held)))
        elif what == "rest":
            far = self._prices["MNQ"] - self._draw.randint(400, 800) * _TICK
            self._resting.append(await self.place("MNQ", BUY, 1, type=LIMIT, limitPrice=far))
        elif what == "cancel" and self._resting:
            order = self._resting.pop(self._draw.randrange(len(self._resting)))
            await self.side.post("cancel", accountId=ACCOUNT, orderId=order)
        elif what == "blocked":
            await self.place("RTY", BUY, 1)
        else:
            code = self._draw.choice(["MNQ", "EP"])
            price = self._prices[code] + self._draw.randint(-8, 8) * _TICK
            await self.side.post("price", contractId=self._contracts[code], last=float(price))

    async def place(self, code: str, side: int, size: int, **fields: Any) -> int:
        """Place an order and remember that it is ours."""
        told = {name: float(value) if isinstance(value, Decimal) else value for name, value in fields.items()}
        reply = await self.side.post(
            "place", accountId=ACCOUNT, contractId=self._contracts[code], side=side, size=size, **told
        )
        order = int(reply["orderId"] or 0)
        self.orders.add(order)
        return order

    async def go_flat(self) -> None:
        """Close what is open and cancel what rests; only while nobody else does."""
        for code, contract in self._contracts.items():
            held = await self._held(code, contract)
            if held:
                await self.place(code, SELL if held > 0 else BUY, abs(held))
        for order in (await self.record())["orders"]:
            if order["status"] in ALIVE:
                await self.side.post("cancel", accountId=ACCOUNT, orderId=order["id"])
        async with asyncio.timeout(10):
            while await self.side.net():
                await asyncio.sleep(0.01)

    async def record(self) -> Any:
        """The broker's own record of the account."""
        return await self.side.get(f"record?accountId={ACCOUNT}")

    async def _held(self, code: str, contract: str | None = None) -> int:
        wanted = contract or self._contracts[code]
        found = [row for row in (await self.record())["positions"] if row["contractId"] == wanted]
        return sum(row["size"] * (1 if row["type"] == 1 else -1) for row in found)
