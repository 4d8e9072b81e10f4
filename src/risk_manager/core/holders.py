"""Who holds a contract: the accounts that a quote of it concerns."""

from __future__ import annotations

from risk_manager.core.model import AccountId, ContractId
from risk_manager.core.state import Account

Holders = dict[ContractId, tuple[AccountId, ...]]


def after(holders: Holders, before: Account, account: Account) -> Holders:
    """The holders when an account has become another.

    Contract by contract in the order of the positions: that of a set is another one in every process, and a replay of
    the journal would lead to another state.
    """
    if before.positions.keys() == account.positions.keys():
        return holders
    gone = [contract for contract in before.positions if contract not in account.positions]
    new = [contract for contract in account.positions if contract not in before.positions]
    holders = dict(holders)
    for contract in gone:
        rest = tuple(key for key in holders.get(contract, ()) if key != account.id)
        holders[contract] = rest
        if not rest:
            del holders[contract]
    for contract in new:
        holders[contract] = (*holders.get(contract, ()), account.id)
    return holders
