"""Everything of a simulated gateway but the sockets and the clock: what a server, or a test on its own clock, drives.

A driver asks `trouble_of` and `answer` for each request, calls `said` after every act and whenever `next_due` has
come, and carries out the strokes. Nothing here waits: delays of faults are told to the driver, in seconds.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from risk_manager.simulator.api.endpoints import Endpoints
from risk_manager.simulator.api.reply import Reply
from risk_manager.simulator.api.token import Login, Tokens
from risk_manager.simulator.arrivals import Arrivals
from risk_manager.simulator.exchange import Account, Conditions, Exchange, HubMessage, Sessions
from risk_manager.simulator.trader import Trader
from risk_manager.simulator.trouble import Faults, RequestTrouble
from risk_manager.simulator.world import default_accounts, default_contracts


class Venue:
    """One exchange with its endpoints, logins, faults, record of arrivals, and trader.

    `clock` says what time it is; on a virtual clock it is that clock. `settle` is called after each act of the trader.
    `secret` signs the tokens.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        settle: Callable[[], None] = lambda: None,
        seed: int = 1,
        accounts: Iterable[Account] | None = None,
        contracts: Iterable[str] | None = None,
        conditions: Conditions | None = None,
        sessions: Sessions | None = None,
        logins: Iterable[Login] | None = None,
        token_lifetime: timedelta = timedelta(hours=24),
        secret: bytes = b"a virtual venue",
    ) -> None:
        self.clock = clock
        self.exchange = Exchange(
            seed=seed,
            accounts=default_accounts() if accounts is None else accounts,
            contracts=default_contracts(clock()) if contracts is None else contracts,
            conditions=conditions,
            sessions=sessions,
        )
        self.faults = Faults(seed)
        self.arrivals = Arrivals()
        self.logins = [Login()] if logins is None else list(logins)
        self.tokens = Tokens(secret, token_lifetime)
        self.endpoints = Endpoints(self.exchange, self.logins, self.tokens)
        self.trader = Trader(self.exchange, self.endpoints.desk, self.faults, self.arrivals, clock=clock, settle=settle)

    def trouble_of(self, path: str) -> RequestTrouble:
        """What goes wrong with a request; counts against the faults in force."""
        return self.faults.for_request(path)

    def answer(self, path: str, body: bytes, user: str, trouble: RequestTrouble, token: str = "") -> Reply:
        """Carry out a request as far as its trouble allows. Whether the reply arrives is the driver's business."""
        if trouble.status is not None:
            return Reply(trouble.status)
        if trouble.lost is not None and not trouble.lost.acts:
            return Reply(200)
        return self.endpoints.answer(path, body, user, self.clock(), token, trouble.refusal)

    def said(self) -> list[HubMessage]:
        """Let happen what is due and return what the hubs say now, after the faults had their way with it."""
        now = self.clock()
        self.exchange.advance(now)
        return self.faults.deliver(self.exchange.outbox.drain(), now)

    def next_due(self) -> datetime | None:
        """When `said` has to be called next; `None` while nothing is under way."""
        due = [at for at in (self.exchange.next_due(), self.faults.next_due()) if at]
        return min(due, default=None)
