"""Contract/search, searchById, available, and History/retrieveBars (sections 4.2 and 4.3).

`live: true` asks for data that users of the simulation do not have: no rows.
"""

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.reply import Reply, envelope
from risk_manager.simulator.exchange.bars import LIMIT_MAX, UNIT_SECONDS, make_bars
from risk_manager.simulator.exchange.catalogue import active_contracts, find_contract, search_contracts
from risk_manager.simulator.exchange.refusal import Refusal

CONTRACT_NOT_FOUND, UNIT_INVALID, UNIT_NUMBER_INVALID, LIMIT_INVALID = 1, 2, 3, 4


def search(call: Call) -> Reply:
    """At most 20 active contracts that fit a text."""
    is_live = call.form.flag("live")
    found = [] if is_live else search_contracts(call.form.text_or_none("searchText") or "", call.now.date())
    return envelope(contracts=[contract.wire(is_active=True) for contract in found])


def search_by_id(call: Call) -> Reply:
    """One contract, of any month."""
    contract = find_contract(call.form.text("contractId"))
    if contract is None:
        return envelope(Refusal(CONTRACT_NOT_FOUND), contract=None)
    return envelope(contract=contract.wire(is_active=call.exchange.is_active(contract, call.now)))


def available(call: Call) -> Reply:
    """The active month of every product, and what this venue quotes besides."""
    if call.form.flag("live"):
        return envelope(contracts=[])
    active = {contract.id: contract for contract in active_contracts(call.now.date())}
    for contract_id in call.exchange.quoted:
        contract = find_contract(contract_id)
        if contract and call.exchange.is_active(contract, call.now):
            active.setdefault(contract_id, contract)
    return envelope(contracts=[contract.wire(is_active=True) for contract in active.values()])


def retrieve_bars(call: Call) -> Reply:
    """Bars of a window, newest first."""
    form = call.form
    market = call.exchange.market(form.text("contractId"))
    unit, number, limit = form.integer("unit"), form.integer("unitNumber"), form.integer("limit")
    start, end = form.time_or_none("startTime"), form.time_or_none("endTime")
    is_live = form.flag("live")
    has_partial = form.flag("includePartialBar")
    if market is None:
        return envelope(Refusal(CONTRACT_NOT_FOUND), bars=None)
    if unit not in UNIT_SECONDS:
        return envelope(Refusal(UNIT_INVALID), bars=None)
    if number < 1:
        return envelope(Refusal(UNIT_NUMBER_INVALID), bars=None)
    if not 1 <= limit <= LIMIT_MAX:
        return envelope(Refusal(LIMIT_INVALID), bars=None)
    if start is None or end is None or is_live:
        return envelope(bars=[])
    seconds = UNIT_SECONDS[unit] * number
    bars = make_bars(market, start, end, seconds=seconds, limit=limit, seed=call.exchange.seed, has_partial=has_partial)
    return envelope(bars=list(bars))
