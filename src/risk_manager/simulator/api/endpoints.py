"""The table of all endpoints, and the one way in: `Endpoints.answer`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from risk_manager.simulator.api import accounts, contracts, order_reads, orders, positions
from risk_manager.simulator.api.auth import Auth
from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.form import BindingError, Form
from risk_manager.simulator.api.reply import Reply, envelope, problem
from risk_manager.simulator.api.token import Login, Tokens
from risk_manager.simulator.exchange import Desk, Exchange, Refusal

PLACE = "/api/Order/place"


class Endpoint(NamedTuple):
    """One row of the table: `payload` is the field beside the envelope, null in a refusal.

    Open ones need no token; those without a body ignore whatever comes.
    """

    path: str
    answer: Callable[[Call], Reply]
    payload: str | None = None
    verb: str = "POST"
    is_open: bool = False
    has_body: bool = True


class Endpoints:
    """Every REST call of the gateway (section 3.2), asked by path in any case."""

    def __init__(self, exchange: Exchange, logins: Iterable[Login], tokens: Tokens) -> None:
        self.exchange = exchange
        self.desk = Desk(exchange)
        self.logins = {login.user_name.casefold(): login for login in logins}
        self.tokens = tokens
        auth = Auth(self.logins, tokens)
        table = (
            Endpoint("/api/Auth/loginKey", auth.login_key, "token", is_open=True),
            Endpoint("/api/Auth/loginApp", auth.login_app, "token", is_open=True),
            Endpoint("/api/Auth/validate", auth.validate, "newToken", has_body=False),
            Endpoint("/api/Auth/logout", auth.logout, has_body=False),
            Endpoint("/api/Account/search", accounts.search_accounts, "accounts"),
            Endpoint("/api/Contract/search", contracts.search, "contracts"),
            Endpoint("/api/Contract/searchById", contracts.search_by_id, "contract"),
            Endpoint("/api/Contract/available", contracts.available, "contracts"),
            Endpoint("/api/History/retrieveBars", contracts.retrieve_bars, "bars"),
            Endpoint(PLACE, orders.place, "orderId"),
            Endpoint("/api/Order/modify", orders.modify),
            Endpoint("/api/Order/cancel", orders.cancel),
            Endpoint("/api/Order/search", order_reads.search, "orders"),
            Endpoint("/api/Order/searchOpen", order_reads.search_open, "orders"),
            Endpoint("/api/Order/searchById", order_reads.search_by_id, "order"),
            Endpoint("/api/Order/v2/query", order_reads.query, "orders"),
            Endpoint("/api/Position/searchOpen", positions.search_open, "positions"),
            Endpoint("/api/Position/closeContract", positions.close_contract),
            Endpoint("/api/Position/partialCloseContract", positions.partial_close),
            Endpoint("/api/Trade/search", positions.search_trades, "trades"),
            Endpoint("/api/Status/ping", lambda _: Reply(200, "pong"), verb="GET", is_open=True, has_body=False),
        )
        self._by_path = {endpoint.path.casefold(): endpoint for endpoint in table}

    @property
    def paths(self) -> list[str]:
        """Every path, in the gateway's spelling."""
        return [endpoint.path for endpoint in self._by_path.values()]

    def find(self, path: str) -> Endpoint | None:
        """The endpoint of a path; `None` if there is none."""
        return self._by_path.get(path.casefold())

    def answer(
        self, path: str, body: bytes, user: str, now: datetime, token: str = "", ordered: Refusal | None = None
    ) -> Reply:
        """Do what is asked in the name of `user`, whose token was checked by the caller, and answer.

        An `ordered` refusal is the answer instead; a refused place leaves its rejected order behind all the same.
        """
        endpoint = self.find(path)
        if endpoint is None:
            return Reply(404)
        try:
            form = Form.read(body) if endpoint.has_body else Form({})
            if ordered and endpoint.path != PLACE:
                return envelope(ordered, **({endpoint.payload: None} if endpoint.payload else {}))
            return endpoint.answer(Call(self.exchange, self.desk, form, user.casefold(), now, token, ordered))
        except BindingError as error:
            return problem(error.errors)
