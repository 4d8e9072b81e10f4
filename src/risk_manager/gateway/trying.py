"""One login and the list of its accounts, for a setup that wants to know whether they are right."""

from __future__ import annotations

from risk_manager.core.events import AccountSeen, AnyEvent, LoginRefused
from risk_manager.gateway.budget import Lanes
from risk_manager.gateway.errors import GatewayError
from risk_manager.gateway.machine import Machine
from risk_manager.gateway.reads import Reads
from risk_manager.gateway.rest import Rest
from risk_manager.gateway.session import Credentials, Session


class LoginFailedError(GatewayError):
    """The login was refused, or nobody answered. The text says what to look at."""


async def accounts_of(credentials: Credentials, url: str, machine: Machine | None = None) -> tuple[AccountSeen, ...]:
    """Log in once at `url` and list the active accounts. Raises LoginFailedError."""
    machine = machine or Machine()
    lanes = Lanes(machine.monotonic)
    heard: list[AnyEvent] = []
    async with machine.open_http(machine.tls()) as http:
        rest = Rest(url, http, lanes, token=lambda: session.token(), renew=lambda stale: session.replace(stale))
        session = Session(
            credentials,
            rest.post,
            heard.append,
            on_new_token=lambda _: None,
            clock=machine.monotonic,
            wall=machine.wall,
        )
        try:
            await session.another("")
            return await Reads(rest, heard.append, machine.now).accounts()
        except GatewayError as error:
            told = next((event.why for event in heard if isinstance(event, LoginRefused)), str(error))
            raise LoginFailedError(told) from None
