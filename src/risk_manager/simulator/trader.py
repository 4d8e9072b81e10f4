"""The human at the other screen.

Acts on the accounts without token, limit or fault, and sees the venue's own record.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from risk_manager.simulator.arrivals import Arrival, Arrivals
from risk_manager.simulator.exchange import (
    Change,
    Desk,
    Exchange,
    Order,
    Placed,
    Refusal,
    Side,
    Ticket,
    Trade,
)
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.spelling import Wire
from risk_manager.simulator.exchange.terms import Action, OrderType
from risk_manager.simulator.faults import Fault
from risk_manager.simulator.trouble import Faults

Price = Decimal | int | str


class Trader:
    """A second actor. Acts take place at once, at the time of `clock`; `settle` sends what follows.

    Works on a virtual clock too: hand in its `clock`, and a `settle` that drains the outbox or does nothing.
    """

    def __init__(
        self,
        exchange: Exchange,
        desk: Desk,
        faults: Faults,
        arrivals: Arrivals,
        *,
        clock: Callable[[], datetime],
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self.exchange = exchange
        self.faults = faults
        self.arrivals = arrivals
        self._desk, self._clock, self._settle = desk, clock, settle

    # Orders

    def place(self, ticket: Ticket) -> Placed:
        """Any order."""
        placed = self._desk.place(ticket, self._clock())
        self._settle()
        return placed

    def buy(self, account_id: int, contract_id: str, size: int = 1) -> Placed:
        """Buy at the market."""
        return self.place(
            Ticket(
                account_id=account_id,
                contract_id=contract_id,
                type=OrderType.MARKET,
                side=Side.BUY,
                size=size,
            )
        )

    def sell(self, account_id: int, contract_id: str, size: int = 1) -> Placed:
        """Sell at the market."""
        return self.place(
            Ticket(
                account_id=account_id,
                contract_id=contract_id,
                type=OrderType.MARKET,
                side=Side.SELL,
                size=size,
            )
        )

    def modify(self, account_id: int, order_id: int, change: Change) -> Refusal | None:
        """Move or resize an order."""
        return self._done(self._desk.modify(account_id, order_id, change, self._clock()))

    def cancel(self, account_id: int, order_id: int) -> Refusal | None:
        """Cancel an order, on live and follower accounts too."""
        return self._done(self._desk.cancel(account_id, order_id, self._clock(), by_hand=True))

    def close(self, account_id: int, contract_id: str) -> Refusal | None:
        """Flatten one contract."""
        return self._done(self._desk.close_contract(account_id, contract_id, self._clock()))

    def reduce(self, account_id: int, contract_id: str, size: int) -> Refusal | None:
        """Close a part, on live accounts too."""
        return self._done(self._desk.partial_close(account_id, contract_id, size, self._clock(), by_hand=True))

    def liquidate(self, account_id: int) -> None:
        """What the platform itself does to a breached account: cancel all, close all, blocked or not."""
        now = self._clock()
        for order in self.working(account_id):
            self._desk.cancel(account_id, order.id, now, by_hand=True)
        for position in self.exchange.ledger.open_positions(account_id):
            self._desk.close_contract(account_id, position.contract.id, now, by_hand=True)
        self._settle()

    def _done(self, refusal: Refusal | None) -> Refusal | None:
        self._settle()
        return refusal

    # Market and account

    def set_price(self, contract_id: str, last: Price, bid: Price | None = None, ask: Price | None = None) -> None:
        """Put a price where it is wanted; it fills what it reaches.

        Bid and ask are one tick away unless given.
        """
        self.exchange.set_price(
            contract_id,
            Decimal(last),
            None if bid is None else Decimal(bid),
            None if ask is None else Decimal(ask),
            now=self._clock(),
        )
        self._settle()

    def freeze_price(self, contract_id: str, *, frozen: bool = True) -> None:
        """Stop the price walk of a contract, or let it go on. A price can still be set by hand."""
        self.exchange.quote(contract_id).is_frozen = frozen

    def take_price_away(self, contract_id: str) -> None:
        """No quote for the contract any more, until a price is set."""
        self.exchange.quote(contract_id).take_away()

    def price(self, contract_id: str) -> Market:
        """The venue's own idea of a price."""
        return self.exchange.quote(contract_id)

    def set_can_trade(self, account_id: int, can_trade: bool) -> None:
        """Block an account at the venue, or free it; the account event tells."""
        account = self.exchange.ledger.accounts[account_id]
        account.can_trade = can_trade
        self.exchange.ledger.tell_account(account)
        self._settle()

    def set_balance(self, account_id: int, balance: Price) -> None:
        """Pay in or out; the account event tells."""
        account = self.exchange.ledger.accounts[account_id]
        self.exchange.ledger.change_balance(account, Decimal(balance) - account.balance)
        self._settle()

    def void_trade(self, trade: Trade) -> None:
        """Take a trade back: it is told once more, voided, with action 1. Position and balance stay."""
        trade.is_voided = True
        self.exchange.ledger.tell_trade(trade, Action.UPDATE)
        self._settle()

    # Faults

    def install(self, fault: Fault) -> int:
        """Put a fault in force; the number lifts it again."""
        number = self.faults.install(fault)
        self._settle()
        return number

    def clear(self, number: int | None = None) -> None:
        """Lift one fault, or all."""
        self.faults.clear(number)
        self._settle()

    # The venue's own record

    def net(self, account_id: int, contract_id: str) -> int:
        """Signed size that the account really holds."""
        return self.exchange.ledger.signed_size(account_id, contract_id)

    def working(self, account_id: int) -> list[Order]:
        """Orders that can still do something, suspended ones too."""
        return self.exchange.ledger.working_orders(account_id)

    def requests(self, path: str | None = None, since: int = 0) -> list[Arrival]:
        """What reached the venue, in order of arrival."""
        return self.arrivals.since(since, path)

    def record(self, account_id: int) -> dict[str, Any]:
        """Account, positions, orders and trades in the REST spelling, all of them, whatever the hubs said."""
        ledger = self.exchange.ledger
        orders: list[Wire] = [order.wire(straight_from_engine=False) for order in ledger.orders_of(account_id)]
        return {
            "account": ledger.accounts[account_id].wire(),
            "positions": [position.wire() for position in ledger.open_positions(account_id)],
            "orders": orders,
            "trades": [trade.wire(straight_from_engine=False) for trade in ledger.trades_of(account_id)],
        }
