"""Position/searchOpen, closeContract, partialCloseContract and Trade/search (sections 4.9 and 4.10)."""

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.reply import Reply, envelope
from risk_manager.simulator.exchange import Refusal
from risk_manager.simulator.exchange.refusal import CloseCode, PartialCloseCode

ACCOUNT_NOT_FOUND = Refusal(1)


def search_open(call: Call) -> Reply:
    """What the account holds; an empty list when flat."""
    account = call.own_account()
    if account is None:
        return envelope(ACCOUNT_NOT_FOUND, positions=None)
    return envelope(positions=[p.wire() for p in call.exchange.ledger.open_positions(account.id)])


def close_contract(call: Call) -> Reply:
    """Flatten one contract."""
    contract_id = call.form.text("contractId")
    account = call.own_account()
    if account is None:
        return envelope(Refusal(CloseCode.ACCOUNT_NOT_FOUND))
    return envelope(call.desk.close_contract(account.id, contract_id, call.now))


def partial_close(call: Call) -> Reply:
    """Reduce one contract."""
    contract_id, size = call.form.text("contractId"), call.form.integer("size")
    account = call.own_account()
    if account is None:
        return envelope(Refusal(PartialCloseCode.ACCOUNT_NOT_FOUND))
    return envelope(call.desk.partial_close(account.id, contract_id, size, call.now))


def search_trades(call: Call) -> Reply:
    """Half-turns of a window, newest first; none without `startTimestamp` (so a misspelt one)."""
    start, end = call.form.time_or_none("startTimestamp"), call.form.time_or_none("endTimestamp")
    account = call.own_account()
    if account is None:
        return envelope(ACCOUNT_NOT_FOUND, trades=None)
    trades = reversed(call.exchange.ledger.trades_of(account.id)) if start else iter(())
    within = (t for t in trades if start and start <= t.at and (not end or t.at <= end))
    return envelope(trades=[trade.wire(straight_from_engine=False) for trade in within])
