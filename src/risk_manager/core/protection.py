"""Is a position protected, and since when not: the working stop orders on its opposite side add up to its size."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from risk_manager.core.fills import left
from risk_manager.core.model import STOP_TYPES, ContractId
from risk_manager.core.state import Account


def stopped(account: Account, contract: ContractId) -> int:
    """Contracts of a position that working stop orders would close, at any price; 0 where it is flat."""
    position = account.positions.get(contract)
    if position is None:
        return 0
    total = 0
    for order in account.orders.values():
        if order.contract == contract and order.type in STOP_TYPES and order.is_working:
            if order.side.sign != position.sign:
                total += left(account, order)
    return total


def watch(account: Account, contract: ContractId, now: datetime) -> Account:
    """Note when a position becomes unprotected, and when that ends. A reversal begins anew."""
    position = account.positions.get(contract)
    since = account.unprotected.get(contract)
    if position is None or stopped(account, contract) >= position.size:
        if since is None:
            return account
        rest = {key: at for key, at in account.unprotected.items() if key != contract}
        return replace(account, unprotected=rest)
    if since is not None and since >= position.first_seen_at:
        return account
    return replace(account, unprotected={**account.unprotected, contract: now})
