"""The gateway as the daemon uses it: one login, two hubs, reads, and commands first in line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

import msgspec

from risk_manager.core.commands import Fetch
from risk_manager.core.events import AccountRead, AccountSeen, AnyEvent, CommandLost, Hub, PositionSeen
from risk_manager.core.model import AccountId, Contract, ContractId
from risk_manager.gateway.budget import Lane, Lanes
from risk_manager.gateway.connection import Call
from risk_manager.gateway.errors import GatewayError
from risk_manager.gateway.express import Express
from risk_manager.gateway.hub import HubLink
from risk_manager.gateway.machine import Machine
from risk_manager.gateway.reads import Reads, Want
from risk_manager.gateway.request import OrderCommand
from risk_manager.gateway.rest import Reply, Rest
from risk_manager.gateway.sender import Sender, Still
from risk_manager.gateway.session import Credentials, Session
from risk_manager.gateway.signalr import Timing
from risk_manager.gateway.status import GatewayStatus
from risk_manager.gateway.tasks import end, start
from risk_manager.gateway.verdict import Verdict


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where the gateway is. The defaults are TopstepX."""

    rest: str = "https://api.topstepx.com"
    user_hub: str = "https://rtc.topstepx.com/hubs/user"
    market_hub: str = "https://rtc.topstepx.com/hubs/market"


class Gateway:
    """One connection to the gateway with all its parts. Events go to the sink, at once and in order of
    arrival."""

    def __init__(
        self,
        credentials: Credentials,
        addresses: Addresses,
        accounts: Iterable[AccountId],
        sink: Callable[[AnyEvent], None],
        *,
        timing: Timing | None = None,
        machine: Machine | None = None,
    ) -> None:
        """`accounts` are those whose orders, positions and trades are listened to. `sink` must not block."""
        self._machine = machine or Machine()
        self._credentials = credentials
        self._addresses = addresses
        self._accounts = tuple(accounts)
        self._sink = sink
        self._timing = timing
        self._open: set[tuple[AccountId, ContractId]] = set()
        self._running: list[asyncio.Task[object]] = []
        self._rebuilding: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to log in and to connect; returns at once. What comes of it is told by events."""
        machine = self._machine
        tls = machine.tls()
        self._http = machine.open_http(tls)
        self._lanes = Lanes(machine.monotonic)
        self._session = Session(
            self._credentials,
            self._post,
            self._sink,
            on_new_token=self._use_token,
            on_no_token=self._forget_token,
            clock=machine.monotonic,
            wall=machine.wall,
            draw=machine.draw,
        )
        self._rest = Rest(
            self._addresses.rest, self._http, self._lanes, token=self._session.token, renew=self._session.replace
        )
        self._reads = Reads(self._rest, self._sink, machine.now)
        self._express = Express(self._addresses.rest, self._lanes, tls=tls, clock=machine.monotonic, draw=machine.draw)
        self._sender = Sender(self._express, self._lanes, token=self._session.token, renew=self._session.replace)
        self._keep_warm()
        self._user = self._hub(Hub.USER, self._addresses.user_hub, self._user_event, user_calls(self._accounts))
        self._market = self._hub(Hub.MARKET, self._addresses.market_hub, self._sink)
        self._running = [
            start(self._session.run(), "gateway: session"),
            start(self._express.run(), "gateway: warm connections"),
            start(self._user.run(), "gateway: user hub"),
            start(self._market.run(), "gateway: market hub"),
        ]

    def _hub(
        self, hub: Hub, url: str, sink: Callable[[AnyEvent], None], wanted: dict[Call, Call | None] | None = None
    ) -> HubLink:
        return HubLink(
            hub,
            url,
            self._http,
            sink,
            token=self._session.token,
            renew=self._session.another,
            wanted=wanted,
            timing=self._timing,
            clock=self._machine.monotonic,
            draw=self._machine.draw,
        )

    async def stop(self) -> None:
        """Leave both hubs and close everything. A command under way is lost. Harmless where nothing was
        started."""
        if not self._running:
            return
        await end(*self._running, *([self._rebuilding] if self._rebuilding else []))
        self._running = []
        await self._http.close()

    async def wait_until_ended(self) -> None:
        """Wait for the parts. They never end by themselves: what is raised here is a bug of ours."""
        await asyncio.gather(*self._running)

    def listen_to(self, accounts: Iterable[AccountId]) -> None:
        """Listen to these accounts from now on, and to no others."""
        self._accounts = tuple(accounts)
        self._user.want(user_calls(self._accounts))
        self._keep_warm()

    def subscribe_quotes(self, contracts: Iterable[ContractId]) -> None:
        """Have the quotes of exactly these contracts, now or as soon as the market hub is there."""
        self._market.want(quote_calls(contracts))

    def restart_market_hub(self, why: str) -> None:
        """Leave the market hub and come back at once: for quotes that stand still while the market is
        open."""
        self._market.restart(why)

    async def accounts(self) -> tuple[AccountSeen, ...]:
        """Every active account of the login. Raises `GatewayError`; likewise the other reads."""
        return await self._reads.accounts()

    async def read_account(self, account: AccountId, since: datetime, want: Want = Want.ALL) -> AccountRead:
        """What the gateway holds of `account`, trades from `since` on, dated with the moment before it was
        asked."""
        read = await self._reads.account(account, since, want)
        if read.positions is not None:
            self._open = {held for held in self._open if held[0] != account}
            self._open.update((account, row.contract) for row in read.positions if row.signed_size)
            self._keep_warm()
        return read

    async def fetch(self, command: Fetch, since: datetime) -> AccountRead | CommandLost:
        """`read_account` for a command: where there is no answer it is lost, never an exception."""
        try:
            return await self.read_account(command.account, since)
        except GatewayError as error:
            return CommandLost(account=command.account, command=command, why=str(error))

    async def resolve_contract(self, contract: ContractId) -> Contract | None:
        """What a contract is worth by the gateway's word; None where it has no such one."""
        return await self._reads.contract(contract)

    async def contracts(self) -> tuple[Contract, ...]:
        """The active month of each product."""
        return await self._reads.contracts()

    def send(self, command: OrderCommand, still: Still) -> Awaitable[Verdict]:
        """Send `command` once; how it ended is what is awaited, and is never an exception.

        Where a warm connection is free and the allowance is not used up, the request has left when this
        returns. Where not, `still` says what is left of it when it can leave.
        """
        return self._sender.send(command, still)

    def status(self) -> GatewayStatus:
        """The counters of all parts."""
        return GatewayStatus(
            user_hub=self._user.status(),
            market_hub=self._market.status(),
            requests_last_minute=self._lanes.count(),
            token_seconds_left=self._session.seconds_left(),
            warm_connections=self._express.idle,
            commands_fast=self._sender.fast,
            commands_slow=self._sender.slow,
        )

    async def _post(self, path: str, body: bytes, token: str | None, seconds: float) -> Reply:
        """Login and renewal: without a token nothing leaves, so they go with enforcement."""
        await self._lanes.pass_through(Lane.ENFORCEMENT)
        return await self._rest.post(path, body, token, seconds)

    def _use_token(self, token: str) -> None:
        self._express.use_token(token)
        if self._rebuilding is not None:
            self._rebuilding.cancel()
        self._rebuilding = start(self._rebuild(token), "gateway: rebuild the hubs")

    def _forget_token(self) -> None:
        self._express.forget_token()

    async def _rebuild(self, token: str) -> None:
        """Take both hubs over to a new token, one after the other, so that they are never both away for
        it."""
        while not await self._user.rebuild(token):
            continue
        await self._market.rebuild(token)

    def _user_event(self, event: AnyEvent) -> None:
        self._sink(event)
        if event.__class__ is PositionSeen:
            held = (event.account, event.contract)
            if (held in self._open) != bool(event.signed_size):
                self._open.symmetric_difference_update((held,))
                self._keep_warm()

    def _keep_warm(self) -> None:
        """One connection per account or open position, whichever are more, and a spare: all can close at
        once."""
        self._express.keep_warm(max(len(self._accounts), len(self._open)) + 1)


def user_calls(accounts: Iterable[AccountId]) -> dict[Call, Call | None]:
    """The user hub's subscriptions: all accounts of the login at once, the rest per account, its id a
    number."""
    calls: dict[Call, Call | None] = {("SubscribeAccounts", ()): ("UnsubscribeAccounts", ())}
    for account in accounts:
        for what in ("Orders", "Positions", "Trades"):
            calls[f"Subscribe{what}", (account,)] = (f"Unsubscribe{what}", (account,))
    return calls


def quote_calls(contracts: Iterable[ContractId]) -> dict[Call, Call | None]:
    """The market hub's subscriptions: quotes only. Depth and trades would be ten times the traffic for
    nothing."""
    return {
        ("SubscribeContractQuotes", (contract,)): ("UnsubscribeContractQuotes", (contract,)) for contract in contracts
    }
