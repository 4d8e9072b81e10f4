"""Order/place, modify, cancel (sections 4.4 to 4.7)."""

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.form import INT64, Form
from risk_manager.simulator.api.reply import Reply, envelope
from risk_manager.simulator.exchange import Bracket, Change, Refusal, Ticket
from risk_manager.simulator.exchange.refusal import ChangeCode, PlaceCode


def place(call: Call) -> Reply:
    """A new order. `linkedOrderId` is ignored (section 17, point 4)."""
    form = call.form
    ticket = Ticket(
        account_id=form.integer("accountId"),
        contract_id=form.text("contractId"),
        type=form.integer("type"),
        side=form.integer("side"),
        size=form.integer("size"),
        limit_price=form.decimal_or_none("limitPrice"),
        stop_price=form.decimal_or_none("stopPrice"),
        trail_price=form.decimal_or_none("trailPrice"),
        custom_tag=form.text_or_none("customTag"),
        stop_loss=_bracket(form.form_or_none("stopLossBracket")),
        take_profit=_bracket(form.form_or_none("takeProfitBracket")),
    )
    if call.own_account() is None:
        return envelope(Refusal(PlaceCode.ACCOUNT_NOT_FOUND), orderId=None)
    order_id, refusal = call.desk.place(ticket, call.now, ordered=call.ordered)
    return envelope(refusal, orderId=order_id)


def _bracket(form: Form | None) -> Bracket | None:
    return None if form is None else Bracket(ticks=form.integer("ticks"), type=form.integer("type"))


def modify(call: Call) -> Reply:
    """New size or prices for a working order."""
    form = call.form
    order_id = form.integer("orderId", below=INT64)
    change = Change(
        size=form.integer_or_none("size"),
        limit_price=form.decimal_or_none("limitPrice"),
        stop_price=form.decimal_or_none("stopPrice"),
        trail_price=form.decimal_or_none("trailPrice"),
    )
    account = call.own_account()
    if account is None:
        return envelope(Refusal(ChangeCode.ACCOUNT_NOT_FOUND))
    return envelope(call.desk.modify(account.id, order_id, change, call.now))


def cancel(call: Call) -> Reply:
    """The end of an order, asked for."""
    order_id = call.form.integer("orderId", below=INT64)
    account = call.own_account()
    if account is None:
        return envelope(Refusal(ChangeCode.ACCOUNT_NOT_FOUND))
    return envelope(call.desk.cancel(account.id, order_id, call.now))
