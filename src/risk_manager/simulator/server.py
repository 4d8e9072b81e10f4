"""The whole simulator on one loopback port: REST, both hubs, and the side channel of the trader."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

from aiohttp import web

from risk_manager.simulator.api.token import Login
from risk_manager.simulator.connection import Patience
from risk_manager.simulator.exchange import Account, Conditions, HubMessage, Sessions
from risk_manager.simulator.exchange.outbox import HubName
from risk_manager.simulator.faults import CloseHub, CutHub, Logout, Stroke
from risk_manager.simulator.hubs import Hub
from risk_manager.simulator.rate_limit import RateLimit
from risk_manager.simulator.rest import Rest
from risk_manager.simulator.side_channel import SideChannel
from risk_manager.simulator.venue import Venue

HUB_NAMES: tuple[HubName, ...] = ("user", "market")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SimulatorServer:
    """A gateway on 127.0.0.1. `async with SimulatorServer() as server:` starts and stops it.

    `port=0` takes a free port, known after `start()`. Prices stand still until somebody sets them, unless
    `quotes_per_second` (per contract) is positive. Orders take `conditions.fill_latency`, 5 ms by default.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 1,
        accounts: Iterable[Account] | None = None,
        contracts: Iterable[str] | None = None,
        conditions: Conditions | None = None,
        sessions: Sessions | None = None,
        logins: Iterable[Login] | None = None,
        quotes_per_second: float = 0.0,
        token_lifetime: timedelta = timedelta(hours=24),
        patience: Patience | None = None,
        requests_per_minute: int = 200,
        history_requests_per_half_minute: int = 50,
    ) -> None:
        self.venue = Venue(
            clock=_utc_now,
            settle=self.settle,
            seed=seed,
            accounts=accounts,
            contracts=contracts,
            conditions=conditions or Conditions(fill_latency=timedelta(milliseconds=5)),
            sessions=sessions,
            logins=logins,
            token_lifetime=token_lifetime,
            secret=token_bytes(32),
        )
        self.exchange, self.faults, self.trader = self.venue.exchange, self.venue.faults, self.venue.trader
        self.arrivals, self.tokens, self.logins = self.venue.arrivals, self.venue.tokens, self.venue.logins
        self.limit = RateLimit(requests_per_minute, 60.0)
        self.history_limit = RateLimit(history_requests_per_half_minute, 30.0)
        self.hubs: dict[HubName, Hub] = {
            name: Hub(name, self.venue, patience=patience or Patience()) for name in HUB_NAMES
        }
        self.quotes_per_second = quotes_per_second
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._quotes: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; the wanted one before the start."""
        if self._runner is None or not self._runner.addresses:
            return self._wanted_port
        port: int = self._runner.addresses[0][1]
        return port

    @property
    def url(self) -> str:
        """Where a client finds the gateway, without a path at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on the loopback address."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._wanted_port).start()
        if self.quotes_per_second > 0:
            self._quotes = asyncio.get_running_loop().create_task(self._move_prices(), name="simulator: prices")

    async def stop(self) -> None:
        """Cut everybody off and free the port."""
        if self._quotes:
            self._quotes.cancel()
            self._quotes = None
        if self._wake:
            self._wake.cancel()
            self._wake = None
        for hub in self.hubs.values():
            hub.cut()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "SimulatorServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _application(self) -> web.Application:
        rest = Rest(self.venue, limit=self.limit, history_limit=self.history_limit, settle=self.settle)
        application = web.Application(client_max_size=1024 * 1024)
        for hub in self.hubs.values():
            application.router.add_post(f"{hub.path}/negotiate", hub.negotiate)
            application.router.add_get(hub.path, hub.connect)
        SideChannel(self).add_routes(application)
        application.router.add_route("*", "/api/{call:.*}", rest.answer)
        return application

    async def _move_prices(self) -> None:
        """One contract after another, evenly over the second; what a busy loop missed is made up for."""
        loop = asyncio.get_running_loop()
        next_at = loop.time()
        while True:
            for contract_id in list(self.exchange.quoted):
                next_at += 1 / (self.quotes_per_second * len(self.exchange.quoted))
                if next_at > loop.time():
                    await asyncio.sleep(next_at - loop.time())
                self.exchange.tick(self.venue.clock(), [contract_id])
                self.settle()
            next_at = max(next_at, loop.time() - 1.0)
            await asyncio.sleep(0)

    def settle(self) -> None:
        """Let what is due happen, send what is said, and come back when the next thing is due."""
        self._send(self.venue.said())
        for stroke in self.faults.take_strokes():
            self._carry_out(stroke)
        if self._wake:
            self._wake.cancel()
            self._wake = None
        if due := self.venue.next_due():
            delay = max((due - self.venue.clock()).total_seconds(), 0.0)
            self._wake = asyncio.get_running_loop().call_later(delay, self.settle)

    def _send(self, messages: list[HubMessage]) -> None:
        if len(messages) == 1:
            self.hubs[messages[0].hub].send(messages)
        elif messages:
            for name, hub in self.hubs.items():
                hub.send([message for message in messages if message.hub == name])

    def _carry_out(self, stroke: Stroke) -> None:
        if isinstance(stroke, Logout) and stroke.ends_tokens:
            self.tokens.revoke_all()
        for name, hub in self.hubs.items():
            if stroke.hub not in ("*", name):
                continue
            match stroke:
                case CloseHub():
                    hub.close(stroke.error, allow_reconnect=stroke.allow_reconnect)
                case CutHub():
                    hub.cut()
                case Logout():
                    hub.send([HubMessage(name, "GatewayLogout", None, [])])
