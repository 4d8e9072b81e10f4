"""The order desk: place, modify, cancel, close. Checks what is asked, then gives it to the engine.

The API's answers are here, code by code (gateway reference, sections 4.4 to 4.9 and 5). `by_hand` marks the
trader at the platform, for whom the API's own limits (live and follower accounts) do not hold.
"""

from datetime import datetime
from typing import NamedTuple

from risk_manager.simulator.exchange import brackets, checks, closing, refusal
from risk_manager.simulator.exchange.account import Account
from risk_manager.simulator.exchange.amendment import Change, apply_change, change_fault
from risk_manager.simulator.exchange.exchange import Exchange
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.order import Order, Ticket
from risk_manager.simulator.exchange.refusal import (
    ChangeCode,
    PlaceCode,
    Refusal,
)
from risk_manager.simulator.exchange.session import Phase
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType, Side


class Placed(NamedTuple):
    """The answer to a new order. A refused one has an id too, unless its account or contract is unknown."""

    order_id: int | None
    refusal: Refusal | None = None


class Desk:
    """One desk for all accounts of an exchange. Every method answers at once; `None` means accepted."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._ledger = exchange.ledger

    def place(self, ticket: Ticket, now: datetime, *, ordered: Refusal | None = None) -> Placed:
        """Take a new order. One that is refused still exists: with an id, status 5 and a hub event.

        `ordered` is a refusal that somebody wants to see, whatever is asked.
        """
        account = self._ledger.accounts.get(ticket.account_id)
        if account is None:
            return Placed(None, Refusal(PlaceCode.ACCOUNT_NOT_FOUND))
        market = self._exchange.market(ticket.contract_id)
        if market is None:
            return Placed(None, Refusal(PlaceCode.CONTRACT_NOT_FOUND))
        order_id = self._ledger.next_order_id()
        refused = ordered or self._why_not(ticket, account, market, now)
        order = _new_order(order_id, ticket, market, now, is_refused=refused is not None)
        if refused is not None:
            self._ledger.enter(order)
            self._ledger.tell_order(order)
            return Placed(order_id, refused)
        if ticket.custom_tag:
            account.used_tags.add(ticket.custom_tag)
        self._ledger.enter(order)
        children = brackets.make_children(self._ledger, order, ticket)
        for one in (*children[:1], order, *children[1:]):
            self._ledger.tell_order(one)
        self._exchange.send_to_engine(order, now)
        return Placed(order_id)

    def _why_not(self, ticket: Ticket, account: Account, market: Market, now: datetime) -> Refusal | None:
        conditions = self._exchange.conditions
        if not account.can_trade:
            return Refusal(PlaceCode.ACCOUNT_VIOLATION)
        if conditions.only_active_months and not self._exchange.is_active(market.contract, now):
            return Refusal(PlaceCode.CONTRACT_NOT_ACTIVE)
        if self._exchange.sessions.phase(now) is not Phase.OPEN:
            if conditions.outside_hours == "code":
                return Refusal(PlaceCode.OUTSIDE_TRADING_HOURS)
            return Refusal(PlaceCode.ORDER_REJECTED, refusal.MARKET_CLOSED)
        text = (
            checks.form_fault(ticket, conditions)
            or self._quote_fault(ticket, market)
            or checks.price_fault(ticket, market)
            or (refusal.TAG_IN_USE if ticket.custom_tag and ticket.custom_tag in account.used_tags else None)
            or checks.bracket_fault(ticket, account)
            or self._size_fault(ticket, account)
        )
        return Refusal(PlaceCode.ORDER_REJECTED, text) if text else None

    def _quote_fault(self, ticket: Ticket, market: Market) -> str | None:
        if market.has_price:
            return None
        return refusal.TRAIL_WITHOUT_LAST if ticket.type == OrderType.TRAILING_STOP else refusal.NO_QUOTE

    def _size_fault(self, ticket: Ticket, account: Account) -> str | None:
        if account.size_max is None:
            return None
        held = self._ledger.signed_size(account.id, ticket.contract_id)
        after = held + Side(ticket.side).sign * ticket.size
        return refusal.NOT_ENOUGH_MARGIN if abs(after) > max(account.size_max, abs(held)) else None

    def modify(self, account_id: int, order_id: int, change: Change, now: datetime) -> Refusal | None:
        """Change a working order's size or prices; a bracket child only once it is open."""
        account = self._ledger.accounts.get(account_id)
        if account is None:
            return Refusal(ChangeCode.ACCOUNT_NOT_FOUND)
        order = self._working_order(account_id, order_id)
        if order is None:
            return Refusal(ChangeCode.ORDER_NOT_FOUND)
        if not account.can_trade:
            return Refusal(ChangeCode.ACCOUNT_REJECTED)
        if order.status in (OrderStatus.PENDING, OrderStatus.PENDING_CANCELLATION):
            return Refusal(ChangeCode.PENDING)
        market = self._exchange.market(order.contract.id)
        if order.status is OrderStatus.SUSPENDED or market is None:
            return Refusal(ChangeCode.REJECTED)
        if text := change_fault(order, change, market):
            return Refusal(ChangeCode.REJECTED, text)
        apply_change(order, change, market)
        self._ledger.set_status(order, order.status, now)
        self._exchange.try_to_fill(order, now)
        return None

    def cancel(self, account_id: int, order_id: int, now: datetime, *, by_hand: bool = False) -> Refusal | None:
        """Ask for the end of an order; it can still fill until status 3 is told."""
        account = self._ledger.accounts.get(account_id)
        if account is None:
            return Refusal(ChangeCode.ACCOUNT_NOT_FOUND)
        if not by_hand and account.is_follower:
            return Refusal(ChangeCode.ACCOUNT_REJECTED, refusal.FOLLOWER)
        if not by_hand and not account.is_simulated:
            return Refusal(ChangeCode.ACCOUNT_REJECTED, refusal.LIVE_ACCOUNT)
        order = self._working_order(account_id, order_id)
        if order is None:
            return Refusal(ChangeCode.ORDER_NOT_FOUND)
        if order.status in (OrderStatus.PENDING, OrderStatus.PENDING_CANCELLATION):
            return Refusal(ChangeCode.PENDING)
        latency = self._exchange.conditions.cancel_latency
        if latency:
            self._ledger.set_status(order, OrderStatus.PENDING_CANCELLATION, now)
        self._exchange.after(latency, now, lambda at: self._end(order, at))
        return None

    def _end(self, order: Order, now: datetime) -> None:
        if not order.status.is_working:
            return
        self._ledger.set_status(order, OrderStatus.CANCELLED, now)
        if order.fill_volume and (market := self._exchange.market(order.contract.id)):
            brackets.activate_children(self._ledger, order, market, now)
        else:
            brackets.drop_children(self._ledger, order, now)

    def close_contract(
        self, account_id: int, contract_id: str, now: datetime, *, by_hand: bool = False
    ) -> Refusal | None:
        """Flatten one contract by a market order. Working orders stay alive (section 4.9)."""
        refused = closing.close_contract(self._exchange, account_id, contract_id, now, by_hand=by_hand)
        if refused is None and self._exchange.conditions.close_cancels_orders:
            for order in self._ledger.working_orders(account_id):
                if order.contract.id == contract_id and not order.closes_position:
                    self._end(order, now)
        return refused

    def partial_close(
        self, account_id: int, contract_id: str, size: int, now: datetime, *, by_hand: bool = False
    ) -> Refusal | None:
        """Reduce one contract by a market order of `size`; live accounts refuse it through the API (9)."""
        return closing.partial_close(self._exchange, account_id, contract_id, size, now, by_hand=by_hand)

    def _working_order(self, account_id: int, order_id: int) -> Order | None:
        order = self._ledger.orders.get(order_id)
        return order if order and order.account_id == account_id and order.status.is_working else None


def _new_order(order_id: int, ticket: Ticket, market: Market, now: datetime, *, is_refused: bool) -> Order:
    order = Order(
        order_id,
        ticket.account_id,
        market.contract,
        OrderType.MARKET,
        Side.BUY,
        ticket.size,
        now,
        now,
        limit_price=ticket.limit_price,
        stop_price=ticket.stop_price,
        custom_tag=ticket.custom_tag,
    )
    if ticket.type in set(OrderType):
        order.type = OrderType(ticket.type)
    if ticket.side in set(Side):
        order.side = Side(ticket.side)
    if is_refused:
        order.status = OrderStatus.REJECTED
    elif order.type is OrderType.TRAILING_STOP and ticket.trail_price is not None:
        order.ticks = checks.trail_ticks(ticket.trail_price, market)
    return order
