"""Starting, stopping, and moving prices."""

import asyncio
import socket

from risk_manager.simulator.faults import Delay
from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller
from tests.simulator.floor import MNQ, PRACTICE


async def test_it_listens_on_loopback_and_frees_its_port() -> None:
    server = SimulatorServer(contracts=[])
    await server.start()
    port = server.port
    assert server.url == f"http://127.0.0.1:{port}"
    await server.stop()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))


async def test_it_starts_again_on_a_wanted_port() -> None:
    async with SimulatorServer(contracts=[]) as first:
        port = first.port
    async with SimulatorServer(contracts=[], port=port) as second, Caller(second.url) as caller:
        assert await caller.log_in()


async def test_stopping_cuts_off_who_is_connected() -> None:
    async with SimulatorServer(contracts=[]) as server, Caller(server.url) as caller:
        await caller.log_in()
        hub = await caller.open_hub("user")
        await server.stop()
        assert (await hub.socket.receive(timeout=5)).data is None


async def test_prices_move_by_themselves_if_wanted() -> None:
    async with SimulatorServer(quotes_per_second=200) as server, Caller(server.url) as caller:
        await caller.log_in()
        hub = await caller.open_hub("market")
        contracts = list(server.exchange.quoted)
        for contract_id in contracts:
            await hub.invoke("SubscribeContractQuotes", contract_id, invocation_id=None)
        heard: set[str] = set()
        while heard != set(contracts):
            heard.add((await hub.next_event())[1][0])


async def test_prices_stand_still_otherwise(server: SimulatorServer, caller: Caller) -> None:
    before = server.trader.price(MNQ).last
    await asyncio.sleep(0.05)
    assert server.trader.price(MNQ).last == before


async def test_a_delayed_message_comes_when_it_is_due(server: SimulatorServer, caller: Caller) -> None:
    hub = await caller.open_user_hub(PRACTICE)
    server.trader.install(Delay(target="GatewayUserTrade", seconds=0.05))
    server.trader.buy(PRACTICE, MNQ)
    events = [(await hub.next_event())[0][11:] for _ in range(5)]
    assert events == ["Order", "Order", "Position", "Account", "Trade"]
