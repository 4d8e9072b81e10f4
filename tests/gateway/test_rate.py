"""The gateway's own limit, as the simulator counts it: 200 requests of a login in 60 s, 429 beyond."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from risk_manager.core.commands import Cancel, Close, Command
from risk_manager.core.events import CommandAccepted
from risk_manager.enforcement.enforcement import Enforcement
from risk_manager.gateway.client import Addresses, Gateway
from risk_manager.gateway.errors import GatewayError
from risk_manager.gateway.reads import Want
from risk_manager.gateway.session import Credentials
from risk_manager.gateway.tasks import end, start
from risk_manager.simulator.exchange import Account, OrderType, Side, Ticket
from risk_manager.simulator.server import SimulatorServer

ACCOUNTS: Final = range(1, 11)
ROOTS: Final = ("MNQ", "MES", "M2K", "EP")
SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)
ALLOWED, HALF = 200, 100


class Nobody:
    """Reads nothing: enforcement is not asked to."""

    async def read(self, command: object) -> object:
        raise AssertionError(command)


def stop(account: int, contract: str) -> Ticket:
    return Ticket(
        account_id=account,
        contract_id=contract,
        type=OrderType.STOP,
        side=Side.SELL,
        size=1,
        stop_price=Decimal(4000),
    )


async def test_reads_without_end_leave_room_to_flatten_ten_accounts() -> None:
    async with SimulatorServer(accounts=[Account(one, f"PRAC-{one}") for one in ACCOUNTS]) as server:
        contracts = [name for name in server.exchange.quoted if name.split(".")[3] in ROOTS]
        assert len(contracts) == len(ROOTS)
        flatten: list[Command] = []
        for contract in contracts:
            server.trader.set_price(contract, 5000, 5000, 5000)
            for account in ACCOUNTS:
                server.trader.buy(account, contract, 1)
                flatten.append(Close(account=account, contract=contract))
                placed = server.trader.place(stop(account, contract))
                assert placed.order_id is not None
                flatten.append(Cancel(account=account, order=placed.order_id))
        ends: list[object] = []
        gateway = Gateway(
            Credentials("trader", "simulator-key"),
            Addresses(rest=server.url, user_hub=f"{server.url}/hubs/user", market_hub=f"{server.url}/hubs/market"),
            ACCOUNTS,
            lambda _: None,
        )
        await gateway.start()
        enforcement = Enforcement(gateway, Nobody(), ends.append, standing=lambda command: lambda: command)  # type: ignore[arg-type]

        async def read_on() -> None:
            while True:
                try:
                    await asyncio.gather(*(gateway.read_account(one, SINCE, Want.EXPOSURE) for one in ACCOUNTS))
                except GatewayError:
                    continue

        reading = start(read_on(), "test: reads without end")
        try:
            async with asyncio.timeout(15):
                while len(server.trader.requests()) < HALF - 2:
                    await asyncio.sleep(0.01)
                enforcement.carry_out(flatten)
                while len(ends) < len(flatten):
                    await asyncio.sleep(0.01)
        finally:
            await end(reading)
            await enforcement.stop()
            await gateway.stop()
        asked = [one for one in server.trader.requests() if one.kind == "rest"]
        assert {type(one) for one in ends} == {CommandAccepted}
        assert not [one for one in asked if one.status == 429]
        reads = [one for one in asked if "search" in one.path or "query" in one.path]
        assert len(reads) < HALF
        assert len(asked) <= ALLOWED
