"""`risk-manager simulator`: serve until a signal comes, and say first how to log in."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from risk_manager.simulator.api.token import Login
from risk_manager.simulator.exchange import Account, Conditions, Sessions
from risk_manager.simulator.server import SimulatorServer
from risk_manager.simulator.world import API_KEY, USER_NAME, default_accounts


def run(
    *,
    port: int = 0,
    seed: int = 1,
    accounts: Sequence[tuple[int, str, Decimal]] | None = None,
    quotes_per_second: float = 4.0,
    bracket_mode: Literal["position", "auto-oco"] = "auto-oco",
    user_name: str = USER_NAME,
    api_key: str = API_KEY,
    fill_latency_milliseconds: float = 8.0,
    slippage_ticks_max: int = 1,
    fill_parts: int = 1,
    keeps_hours: bool = False,
    requests_per_minute: int = 200,
    token_lifetime_hours: float = 24.0,
) -> int:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM; returns the exit code (0; 1 if the port is taken).

    `accounts` are triples of id, name and balance; `None` gives the two of `world.default_accounts`. The
    first lines on stdout are the address, the login and the accounts.
    """
    chosen = default_accounts() if accounts is None else [Account(*row) for row in accounts]
    for account in chosen:
        account.owner, account.brackets = user_name, bracket_mode
    conditions = Conditions(
        fill_latency=timedelta(milliseconds=fill_latency_milliseconds),
        slippage_ticks_max=slippage_ticks_max,
        fill_parts=fill_parts,
    )
    server = SimulatorServer(
        port=port,
        seed=seed,
        accounts=chosen,
        conditions=conditions,
        sessions=Sessions(keeps_hours=keeps_hours),
        logins=[Login(user_name, api_key)],
        quotes_per_second=quotes_per_second,
        token_lifetime=timedelta(hours=token_lifetime_hours),
        requests_per_minute=requests_per_minute,
    )
    try:
        return asyncio.run(_serve(server))
    except KeyboardInterrupt:  # only where the loop cannot take signals itself
        return 0


async def _serve(server: SimulatorServer) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no signal handlers in the loop: Ctrl+C ends asyncio.run
            loop.add_signal_handler(number, ended.set)
    try:
        await server.start()
    except OSError as error:
        sys.stderr.write(f"The simulator cannot listen on port {server.port}: {error.strerror or error}.\n")
        return 1
    sys.stdout.write(introduction(server))
    sys.stdout.flush()
    try:
        await ended.wait()
    finally:
        await server.stop()
    return 0


def introduction(server: SimulatorServer) -> str:
    """How to reach the simulator and log in, in lines."""
    login = server.logins[0]
    accounts = server.exchange.ledger.accounts.values()
    lines = [
        f"Simulator ready at {server.url}",
        f"User hub: {server.url}/hubs/user",
        f"Market hub: {server.url}/hubs/market",
        f"User name: {login.user_name}",
        f"API key: {login.api_key}",
        *(f"Account: {account.id} {account.name} {account.balance}" for account in accounts),
        f"Contracts: {' '.join(server.exchange.quoted)}",
    ]
    return "\n".join(lines) + "\n"
