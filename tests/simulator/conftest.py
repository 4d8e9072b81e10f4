"""Fixtures: a floor without sockets, a server with them."""

from collections.abc import AsyncIterator

import pytest

from risk_manager.simulator.exchange import Account, Conditions
from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller
from tests.simulator.floor import LIVE, MNQ, PRACTICE, Floor


@pytest.fixture
def floor() -> Floor:
    """One venue on a clock of its own."""
    return Floor()


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    """A running simulator with MNQ at 29500, where orders fill at once."""
    accounts = [Account(PRACTICE, "PRAC-V2-1", brackets="auto-oco"), Account(LIVE, "LIVE-1", is_simulated=False)]
    async with SimulatorServer(accounts=accounts, contracts=[MNQ], conditions=Conditions()) as running:
        running.trader.set_price(MNQ, "29500")
        yield running


@pytest.fixture
async def caller(server: SimulatorServer) -> AsyncIterator[Caller]:
    """A client of the running simulator, logged in."""
    async with Caller(server.url) as client:
        await client.log_in()
        yield client
