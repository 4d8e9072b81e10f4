"""How well the broker's messages tell what is so: what came twice or too late to be news, and what no message told."""

from __future__ import annotations

from typing import Any

from risk_manager.core.events import AccountRead, OrderSeen, PositionSeen, TradeSeen
from risk_manager.core.model import AccountId
from risk_manager.core.state import Account
from risk_manager.daemon.guard import Taken


class Hearsay:
    """Counts over all accounts, since the start."""

    def __init__(self) -> None:
        self.repeated = 0
        """Messages about a position, an order or a trade that changed nothing: a second copy, or one that came behind
        newer ones."""
        self.missed = 0
        """Reads that showed something which no message had told of until then."""
        self._accounts: dict[AccountId, Account] = {}

    def heard(self, taken: Taken) -> None:
        """Compare what is believed before and after a step; to be told of every step in order."""
        event = taken.event
        account = getattr(event, "account", None)
        if isinstance(event, AccountRead):
            self.missed += bool(taken.step.differences) and not event.after_restart
        elif isinstance(event, PositionSeen | OrderSeen | TradeSeen):
            before, after = self._accounts.get(event.account), taken.step.state.accounts.get(event.account)
            if before is not None and after is not None:
                self.repeated += _told(before, event) == _told(after, event)
        if account is None:
            self._accounts = dict(taken.step.state.accounts)
        elif account in taken.step.state.accounts:
            self._accounts[account] = taken.step.state.accounts[account]


def _told(account: Account, event: PositionSeen | OrderSeen | TradeSeen) -> Any:
    """What the account is believed to be, as far as the event can tell of it."""
    match event:
        case PositionSeen():
            position = account.positions.get(event.contract)
            return position and (position.signed_size, position.average_price)
        case OrderSeen():
            return _order(account, event.order)
        case TradeSeen():
            return account.trades.get(event.trade.id)


def _order(account: Account, order_id: int) -> Any:
    order = account.orders.get(order_id)
    if order is None:
        return order_id in account.ended
    return order.status, order.size, order.filled, order.limit_price, order.stop_price
