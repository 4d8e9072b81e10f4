"""What a simulator holds if nobody says otherwise."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from risk_manager.simulator.exchange import Account
from risk_manager.simulator.exchange.catalogue import active_contract

USER_NAME, API_KEY = "trader", "simulator-key"
QUOTED_ROOTS = ("MNQ", "MES", "ENQ", "EP", "RTY", "M2K", "YM", "GCE", "MGC", "CLE", "MCLE", "EU6", "TYA")


def default_accounts() -> list[Account]:
    """A practice account and a 50K Combine with a daily loss limit."""
    return [
        Account(465, "PRAC-V2-100001-40000002", balance=Decimal(150_000)),
        Account(466, "50KTC-V2-DLL-100001-90000001", balance=Decimal(50_000)),
    ]


def default_contracts(now: datetime, roots: Iterable[str] = QUOTED_ROOTS) -> list[str]:
    """The active months of the usual products."""
    return [active_contract(root, now.date()).id for root in roots]
