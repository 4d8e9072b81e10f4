"""The trader's HTTP door under /simulator: JSON of its own, no token, no limit, no fault.

It is not part of the imitation. Bodies are the fields below; an answer is JSON, HTTP 400 with `error` if the
request makes no sense.

POST /simulator/place, /modify, /cancel, /close, /reduce, /liquidate   act on an account
POST /simulator/price, /freeze, /tick, /can-trade, /balance, /conditions, /tokens
POST /simulator/faults   install; DELETE /simulator/faults[?number=] lifts; GET lists
GET  /simulator/record?accountId=, /simulator/requests?since=&path=, /simulator/accounts, /simulator/quotes
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from risk_manager.simulator.api.form import INT64, BindingError, Form
from risk_manager.simulator.exchange import Bracket, Change, Refusal, Ticket
from risk_manager.simulator.exchange.spelling import encode
from risk_manager.simulator.faults import Fault

if TYPE_CHECKING:
    from risk_manager.simulator.server import SimulatorServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SETTABLE = (
    "slippage_ticks_max",
    "fill_parts",
    "reversal",
    "second_close",
    "close_is_capped",
    "close_cancels_orders",
    "sibling_survives",
    "stop_limit_accepted",
    "only_active_months",
    "refuse_closes_when_blocked",
    "outside_hours",
    "shuffle_fill_events",
)
_SETTABLE_SECONDS = ("fill_latency", "close_latency", "cancel_latency")


class SideChannel:
    """Turns requests into acts of the server's trader."""

    def __init__(self, server: "SimulatorServer") -> None:
        self._server = server
        self._trader = server.trader

    def add_routes(self, application: web.Application) -> None:
        """Put the door into an application."""
        acts: dict[str, Callable[[Form], Any]] = {
            "place": self._place,
            "modify": self._modify,
            "cancel": self._cancel,
            "close": self._close,
            "reduce": self._reduce,
            "liquidate": self._liquidate,
            "price": self._price,
            "freeze": self._freeze,
            "tick": self._tick,
            "can-trade": self._can_trade,
            "balance": self._balance,
            "conditions": self._conditions,
            "tokens": self._tokens,
        }
        router = application.router
        for name, act in acts.items():
            router.add_post(f"/simulator/{name}", _posted(act))
        router.add_post("/simulator/faults", self._install)
        router.add_get("/simulator/faults", self._in_force)
        router.add_delete("/simulator/faults", self._clear)
        router.add_get("/simulator/record", self._record)
        router.add_get("/simulator/requests", self._requests)
        router.add_get("/simulator/accounts", self._accounts)
        router.add_get("/simulator/quotes", self._quotes)

    def _place(self, form: Form) -> Any:
        order_id, refusal = self._trader.place(
            Ticket(
                account_id=form.integer("accountId"),
                contract_id=form.text("contractId"),
                type=form.integer_or_none("type") or 2,
                side=form.integer("side"),
                size=form.integer("size"),
                limit_price=form.decimal_or_none("limitPrice"),
                stop_price=form.decimal_or_none("stopPrice"),
                trail_price=form.decimal_or_none("trailPrice"),
                custom_tag=form.text_or_none("customTag"),
                stop_loss=_bracket(form.form_or_none("stopLossBracket")),
                take_profit=_bracket(form.form_or_none("takeProfitBracket")),
            )
        )
        return {"orderId": order_id, **_outcome(refusal)}

    def _modify(self, form: Form) -> Any:
        change = Change(
            size=form.integer_or_none("size"),
            limit_price=form.decimal_or_none("limitPrice"),
            stop_price=form.decimal_or_none("stopPrice"),
            trail_price=form.decimal_or_none("trailPrice"),
        )
        order_id = form.integer("orderId", below=INT64)
        return _outcome(self._trader.modify(form.integer("accountId"), order_id, change))

    def _cancel(self, form: Form) -> Any:
        return _outcome(self._trader.cancel(form.integer("accountId"), form.integer("orderId", below=INT64)))

    def _close(self, form: Form) -> Any:
        return _outcome(self._trader.close(form.integer("accountId"), form.text("contractId")))

    def _reduce(self, form: Form) -> Any:
        return _outcome(self._trader.reduce(form.integer("accountId"), form.text("contractId"), form.integer("size")))

    def _liquidate(self, form: Form) -> Any:
        self._trader.liquidate(form.integer("accountId"))
        return {}

    def _price(self, form: Form) -> Any:
        contract_id, last = form.text("contractId"), form.decimal_or_none("last")
        if last is None:
            self._trader.take_price_away(contract_id)
        else:
            self._trader.set_price(contract_id, last, form.decimal_or_none("bid"), form.decimal_or_none("ask"))
        return {}

    def _freeze(self, form: Form) -> Any:
        self._trader.freeze_price(form.text("contractId"), frozen=form.flag("frozen", default=True))
        return {}

    def _tick(self, form: Form) -> Any:
        contract_id = form.text_or_none("contractId")
        for _ in range(form.integer_or_none("steps") or 1):
            self._server.exchange.tick(self._server.venue.clock(), [contract_id] if contract_id else None)
        self._server.settle()
        return {}

    def _can_trade(self, form: Form) -> Any:
        self._trader.set_can_trade(form.integer("accountId"), form.flag("canTrade"))
        return {}

    def _balance(self, form: Form) -> Any:
        balance = form.decimal_or_none("balance")
        if balance is not None:
            self._trader.set_balance(form.integer("accountId"), balance)
        return {}

    def _conditions(self, form: Form) -> Any:
        conditions = self._server.exchange.conditions
        for name in _SETTABLE:
            if form.has(name):
                setattr(conditions, name, form.value(name))
        for name in _SETTABLE_SECONDS:
            seconds = form.decimal_or_none(f"{name}_seconds")
            if seconds is not None:
                setattr(conditions, name, timedelta(seconds=float(seconds)))
        return {}

    def _tokens(self, form: Form) -> Any:
        if form.flag("revoke", default=False):
            self._server.tokens.revoke_all()
        seconds = form.decimal_or_none("lifetimeSeconds")
        if seconds is not None:
            self._server.tokens.lifetime = timedelta(seconds=float(seconds))
        return {}

    async def _install(self, request: web.Request) -> web.StreamResponse:
        try:
            fault = msgspec.json.decode(await request.read(), type=Fault)
        except msgspec.MsgspecError as error:
            return _json({"error": str(error)}, 400)
        return _json({"number": self._trader.install(fault)})

    async def _in_force(self, _: web.Request) -> web.StreamResponse:
        faults = self._server.faults.in_force()
        return _json({"faults": [{"number": number, **msgspec.to_builtins(fault)} for number, fault in faults.items()]})

    async def _clear(self, request: web.Request) -> web.StreamResponse:
        number = request.query.get("number")
        self._trader.clear(int(number) if number else None)
        return _json({})

    async def _record(self, request: web.Request) -> web.StreamResponse:
        account_id = int(request.query.get("accountId", "0"))
        if account_id not in self._server.exchange.ledger.accounts:
            return _json({"error": f"There is no account {account_id}."}, 404)
        return _json(self._trader.record(account_id))

    async def _requests(self, request: web.Request) -> web.StreamResponse:
        rows = self._trader.requests(request.query.get("path"), int(request.query.get("since", "0")))
        return _json({"requests": rows, "last": self._server.arrivals.last_number})

    async def _accounts(self, _: web.Request) -> web.StreamResponse:
        return _json({"accounts": [account.wire() for account in self._server.exchange.ledger.accounts.values()]})

    async def _quotes(self, _: web.Request) -> web.StreamResponse:
        now, exchange = self._server.venue.clock(), self._server.exchange
        return _json({"quotes": [exchange.quote(contract_id).full_quote(now) for contract_id in exchange.quoted]})


def _posted(act: Callable[[Form], Any]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return _json(act(Form.read(await request.read() or b"{}")))
        except (BindingError, ValueError, KeyError) as error:
            return _json({"error": str(error)}, 400)

    return answer


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(body), content_type="application/json")


def _outcome(refusal: Refusal | None) -> dict[str, Any]:
    code, text = refusal or (0, None)
    return {"errorCode": code, "errorMessage": text}


def _bracket(form: Form | None) -> Bracket | None:
    return None if form is None else Bracket(ticks=form.integer("ticks"), type=form.integer("type"))
