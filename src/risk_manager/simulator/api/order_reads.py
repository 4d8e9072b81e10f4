"""Order/search, searchOpen, searchById, v2/query (section 4.8)."""

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.form import INT64, BindingError
from risk_manager.simulator.api.reply import Reply, envelope
from risk_manager.simulator.exchange import Order, OrderStatus, Refusal
from risk_manager.simulator.exchange.spelling import Wire

NOT_FOUND = Refusal(1)
PAGE_SIZE, PAGE_SIZE_MAX = 100, 1000


def search(call: Call) -> Reply:
    """Orders created in a window, oldest first. Without `startTimestamp` the window is empty."""
    start, end = call.form.time_or_none("startTimestamp"), call.form.time_or_none("endTimestamp")
    account = call.own_account()
    if account is None:
        return envelope(NOT_FOUND, orders=None)
    orders = call.exchange.ledger.orders_of(account.id) if start else []
    return envelope(orders=[_wire(o) for o in orders if start and start <= o.created and (not end or o.created <= end)])


def search_open(call: Call) -> Reply:
    """Orders with status 1 and no others: suspended and pending ones are hidden here."""
    account = call.own_account()
    if account is None:
        return envelope(NOT_FOUND, orders=None)
    working = call.exchange.ledger.working_orders(account.id)
    return envelope(orders=[_wire(order) for order in working if order.status is OrderStatus.OPEN])


def search_by_id(call: Call) -> Reply:
    """One order of the account, whatever became of it."""
    order = call.exchange.ledger.orders.get(call.form.integer("orderId", below=INT64))
    account = call.own_account()
    if account is None or order is None or order.account_id != account.id:
        return envelope(NOT_FOUND, order=None)
    return envelope(order=_wire(order))


def query(call: Call) -> Reply:
    """Orders by status, contract and time, in pages. `pageOffset` counts rows, the default page has 100."""
    form = call.form
    chosen = form.form_or_none("filter")
    if chosen is None:
        raise BindingError("filter", "The filter field is required.")
    page_size = form.integer_or_none("pageSize") if form.has("pageSize") else PAGE_SIZE
    offset = form.integer_or_none("pageOffset") or 0
    sort_by, direction = form.integer_or_none("sortBy") or 0, form.integer_or_none("sortDirection") or 0
    if page_size is None or not 1 <= page_size <= PAGE_SIZE_MAX:
        raise BindingError("pageSize", f"pageSize must be between 1 and {PAGE_SIZE_MAX}.")
    if offset < 0 or sort_by not in (0, 1) or direction not in (0, 1):
        raise BindingError("filter", "pageOffset, sortBy or sortDirection is out of range.")
    statuses = chosen.integers("statuses")
    contract_id = chosen.text_or_none("contractId")
    after, before = chosen.time_or_none("createdAfter"), chosen.time_or_none("createdBefore")
    account = call.exchange.ledger.accounts.get(chosen.integer("accountId"))
    if account is None or account.owner.casefold() != call.user:
        return envelope(NOT_FOUND, orders=None, totalCount=None)
    orders = [
        order
        for order in call.exchange.ledger.orders_of(account.id)
        if (not statuses or order.status in statuses)
        and (contract_id is None or order.contract.id == contract_id)
        and (after is None or order.created >= after)
        and (before is None or order.created <= before)
    ]
    orders.sort(key=lambda o: o.id if sort_by else (o.created, o.id), reverse=direction == 1)
    total = len(orders) if form.flag("includeTotalCount", default=False) else None
    return envelope(orders=[_wire(order) for order in orders[offset : offset + page_size]], totalCount=total)


def _wire(order: Order) -> Wire:
    return order.wire(straight_from_engine=False)
