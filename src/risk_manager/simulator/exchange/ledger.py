"""The venue's own record.

Accounts, orders, positions and trades, and the hub events that tell of their changes.
"""

from datetime import datetime
from decimal import Decimal
from itertools import count

from risk_manager.simulator.exchange.account import Account, Position, Trade
from risk_manager.simulator.exchange.order import Order
from risk_manager.simulator.exchange.outbox import HubMessage, Outbox
from risk_manager.simulator.exchange.spelling import Wire, without_nulls
from risk_manager.simulator.exchange.terms import Action, OrderStatus

FIRST_ORDER_ID, FIRST_TRADE_ID, FIRST_POSITION_ID = 3_424_798_597, 3_005_729_736, 825_245_547


class Ledger:
    """Everything that is true at the venue.

    Positions are kept by account and contract, one row each, netted.
    """

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.accounts: dict[int, Account] = {}
        self.orders: dict[int, Order] = {}
        self.working: dict[str, dict[int, Order]] = {}
        self.positions: dict[tuple[int, str], Position] = {}
        self.trades: list[Trade] = []
        self._orders_by_account: dict[int, list[Order]] = {}
        self._order_ids = count(FIRST_ORDER_ID)
        self._trade_ids = count(FIRST_TRADE_ID)
        self._position_ids = count(FIRST_POSITION_ID)

    def next_order_id(self) -> int:
        """An id beyond the reach of int32, as real ones are."""
        return next(self._order_ids)

    def next_trade_id(self) -> int:
        """An id that no trade had before."""
        return next(self._trade_ids)

    def next_position_id(self) -> int:
        """A new id for each opening."""
        return next(self._position_ids)

    def signed_size(self, account_id: int, contract_id: str) -> int:
        """What the account holds of the contract; 0 when flat."""
        position = self.positions.get((account_id, contract_id))
        return position.signed_size if position else 0

    def orders_of(self, account_id: int) -> list[Order]:
        """Every order that the account ever had, oldest first."""
        return list(self._orders_by_account.get(account_id, ()))

    def working_orders(self, account_id: int) -> list[Order]:
        """Orders that can still do something: open, pending, being cancelled, suspended; oldest first."""
        working = (order for orders in self.working.values() for order in orders.values())
        return sorted((order for order in working if order.account_id == account_id), key=lambda order: order.id)

    def open_positions(self, account_id: int) -> list[Position]:
        """Positions that are not flat."""
        return [position for position in self.positions.values() if position.account_id == account_id]

    def trades_of(self, account_id: int) -> list[Trade]:
        """The account's half-turns, oldest first."""
        return [trade for trade in self.trades if trade.account_id == account_id]

    def enter(self, order: Order) -> None:
        """Take a new order into the books; says nothing yet."""
        self.orders[order.id] = order
        self._orders_by_account.setdefault(order.account_id, []).append(order)
        if order.status.is_working:
            self.working.setdefault(order.contract.id, {})[order.id] = order

    def set_status(self, order: Order, status: OrderStatus, now: datetime) -> None:
        """Move an order to another stage of its life and tell the hub."""
        order.status, order.updated = status, now
        if not status.is_working:
            self.working.get(order.contract.id, {}).pop(order.id, None)
        self.tell_order(order)

    def change_balance(self, account: Account, amount: Decimal) -> None:
        """Book an amount and tell the hub."""
        account.balance += amount
        self.tell_account(account)

    def tell_account(self, account: Account) -> None:
        """Say the account as it stands now."""
        self._tell("GatewayUserAccount", account.owner.casefold(), Action.UPDATE, account.wire())

    def tell_order(self, order: Order) -> None:
        """Say the order as it stands now."""
        self._tell("GatewayUserOrder", order.account_id, Action.UPDATE, order.wire(straight_from_engine=True))

    def tell_position(self, position: Position) -> None:
        """Say the position as it stands now; a closed one with action 2."""
        action = Action.UPDATE if position.signed_size else Action.DELETE
        self._tell("GatewayUserPosition", position.account_id, action, position.wire())

    def tell_trade(self, trade: Trade, action: Action = Action.CREATE) -> None:
        """Say a half-turn; the same one may be said again with another action."""
        self._tell("GatewayUserTrade", trade.account_id, action, trade.wire(straight_from_engine=True))

    def _tell(self, target: str, topic: int | str, action: Action, wire: Wire) -> None:
        payload = {"action": int(action), "data": without_nulls(wire)}
        self.outbox.put(HubMessage("user", target, topic, [payload]))
