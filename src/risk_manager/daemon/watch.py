"""One login watched: the gateway's events into the engine, its commands out, reads when they are due, listeners told.

Start: log in, read every account, judge, and only then take what the hubs have told meanwhile. After a hub comes back
everything is read again, and at a slow steady pace besides, for a user hub that is silent may be dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from risk_manager.config import Configuration
from risk_manager.core import booking
from risk_manager.core.commands import Fetch
from risk_manager.core.contracts import contract_known
from risk_manager.core.events import (
    AccountRead,
    AnyEvent,
    CommandLost,
    ContractSeen,
    Hub,
    HubBack,
    HubLost,
)
from risk_manager.core.leaving import still_wanted
from risk_manager.core.model import AccountId, ContractId
from risk_manager.core.state import State
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.early import Early
from risk_manager.daemon.guard import Guard, Taken
from risk_manager.enforcement.broker import OrderCommand, Still
from risk_manager.enforcement.enforcement import Enforcement
from risk_manager.gateway.client import Addresses, Gateway
from risk_manager.gateway.errors import GatewayError
from risk_manager.gateway.machine import Machine
from risk_manager.gateway.session import Credentials
from risk_manager.gateway.tasks import end, start

READ_AGAIN_SECONDS = 30.0
"""How often all accounts are read although nothing says that it is needed."""
_RETRY_SECONDS = 1.0
_RETRY_MOST_SECONDS = 10.0


T = TypeVar("T")


class UnknownAccountError(Exception):
    """A configured account that this login does not have. The text is the sentence for the admin."""


class Watch:
    """The guard of one login."""

    def __init__(
        self, configuration: Configuration, clock: Clock, state: State | None = None, machine: Machine | None = None
    ) -> None:
        """`state` is what stood when the last guard ended; without one nothing is believed yet."""
        machine = machine or Machine(now=clock.now)
        login = configuration.login
        self._clock = clock
        self.gateway = Gateway(
            Credentials(user_name=login.username, api_key=login.api_key.reveal()),
            Addresses(rest=login.api_url, user_hub=login.user_hub_url, market_hub=login.market_hub_url),
            configuration.settings,
            self._heard,
            machine=machine,
        )
        self.enforcement = Enforcement(self.gateway, self, self._put, standing=self._standing, clock=machine.monotonic)
        self.guard = Guard(configuration.settings, self.enforcement.carry_out, clock, state)
        self.guard.listen(self._follow)
        self._early = Early(configuration.settings)
        self._quoted: frozenset[ContractId] = frozenset()
        self._is_open = False
        """The gateway can be asked."""
        self._is_connected = asyncio.Event()
        self.is_guarding = asyncio.Event()
        """Set when every account has been read and judged."""

    async def run(self) -> None:
        """Watch until cancelled. Raises UnknownAccountError, and whatever a part of ours fails with."""
        for hub in Hub:
            self.guard.put(HubLost(hub=hub, why="not connected yet"))
        await self.gateway.start()
        self._is_open = True
        self._want_quotes(self.guard.state)  # of what the last guard left open, too
        parts = [start(self.gateway.wait_until_ended(), "watch: gateway"), start(self._keep_reading(), "watch: reads")]
        try:
            await asyncio.gather(*parts)
        finally:
            await end(*parts)
            self.guard.stop()
            await self.enforcement.stop()
            await self.gateway.stop()

    async def is_ready(self) -> None:
        """Wait until every account is guarded and both hubs are there."""
        await self.is_guarding.wait()
        await self._is_connected.wait()

    def reconnects(self) -> int:
        """How often a hub has been connected anew."""
        status = self.gateway.status()
        return max(0, status.user_hub.connects - 1) + max(0, status.market_hub.connects - 1)

    # Events

    def _heard(self, event: AnyEvent) -> None:
        """What the gateway tells. Before its first read what is told of an account is kept: it would be judged on what
        was believed long ago."""
        if self._early.keeps(event, self._clock.now()):
            return
        self.guard.put(event)
        if isinstance(event, HubBack) and event.hub is Hub.USER:
            self._read_soon()

    def _put(self, event: AnyEvent) -> None:
        self.guard.put(event)

    def _standing(self, command: OrderCommand) -> Still:
        """How to find out what is left of a command while it waits to leave."""
        before = self.guard.state.accounts[command.account]

        def still() -> OrderCommand | None:
            wanted = still_wanted(command, before, self.guard.state.accounts[command.account])
            return None if isinstance(wanted, Fetch) else wanted

        return still

    def _follow(self, taken: Taken) -> None:
        """Have the quotes of what is open, working, or about to be."""
        state = taken.step.state
        if not state.away:
            self._is_connected.set()
        if self._is_open:
            self._want_quotes(state)

    def _want_quotes(self, state: State) -> None:
        wanted = frozenset(
            contract
            for account in (state.accounts[key] for key in self.guard.settings)
            for contract in (*account.positions, *(order.contract for order in account.orders.values()))
        )
        for contract in wanted - self._quoted:
            if contract_known(contract) is None:
                start(self._learn(contract), f"watch: what {contract} is")
        if not wanted <= self._quoted:
            self._quoted = wanted | self._quoted
            self.gateway.subscribe_quotes(self._quoted)

    async def _learn(self, contract: ContractId) -> None:
        """Ask the gateway what a contract is worth that the catalogue does not have."""
        known = await self._until_there(lambda: self.gateway.resolve_contract(contract))
        if known is not None:
            seen = ContractSeen(contract=contract, tick_size=known.tick_size, tick_value=known.tick_value)
            self.guard.put(seen)

    # Reads

    async def _keep_reading(self) -> None:
        await self._begin()
        while True:
            await asyncio.sleep(READ_AGAIN_SECONDS)
            self._read_soon()

    async def _begin(self) -> None:
        """Read everything for the first time, judge it, then take what came meanwhile."""
        await self._check_accounts()
        await asyncio.gather(*(self._begin_with(account) for account in self.guard.settings))
        self.is_guarding.set()
        self._read_soon()  # a hub that came up between the read and its subscription has told nothing of it

    async def _begin_with(self, account: AccountId) -> None:
        """None waits for another's read."""
        read = await self._read_until_there(account)
        self.guard.put(replace(read, after_restart=True))
        for event in self._early.end(account, read.asked_at):
            self.guard.put(event)

    async def _check_accounts(self) -> None:
        known = await self._until_there(self.gateway.accounts)
        ids = {seen.account for seen in known}
        missing = [account for account in self.guard.settings if account not in ids]
        if missing:
            names = ", ".join(f"{seen.account} ({seen.name})" for seen in known) or "none"
            raise UnknownAccountError(
                f"This login has no account {missing[0]}. It has: {names}. Correct account_id in accounts.yaml."
            )

    def _read_soon(self) -> None:
        for account in self.guard.settings:
            if self._early.is_over(account):
                self.enforcement.carry_out([Fetch(account=account, why="to compare")])

    async def read(self, command: Fetch) -> AccountRead | CommandLost:
        """The read that a Fetch asks for; without an answer it is lost, and comes again at the steady pace."""
        try:
            return await self._read_account(command.account)
        except GatewayError as error:
            return CommandLost(account=command.account, command=command, why=str(error))

    async def _read_account(self, account: AccountId) -> AccountRead:
        return await self.gateway.read_account(
            account, booking.read_from(self.guard.settings[account], self._clock.now())
        )

    async def _read_until_there(self, account: AccountId) -> AccountRead:
        return await self._until_there(lambda: self._read_account(account))

    async def _until_there(self, read: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer; without one there is nothing to guard by."""
        pause = _RETRY_SECONDS
        while True:
            try:
                return await read()
            except GatewayError:
                await asyncio.sleep(pause)
                pause = min(_RETRY_MOST_SECONDS, pause * 2)
