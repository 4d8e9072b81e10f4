"""Position/closeContract and partialCloseContract: a market order against what is held (reference, 4.9)."""

from datetime import datetime

from risk_manager.simulator.exchange import refusal
from risk_manager.simulator.exchange.account import Position
from risk_manager.simulator.exchange.catalogue import find_contract
from risk_manager.simulator.exchange.exchange import Exchange
from risk_manager.simulator.exchange.order import Order
from risk_manager.simulator.exchange.refusal import CloseCode, PartialCloseCode, Refusal
from risk_manager.simulator.exchange.session import Phase
from risk_manager.simulator.exchange.terms import OrderType, Side


def close_contract(
    exchange: Exchange, account_id: int, contract_id: str, now: datetime, *, by_hand: bool
) -> Refusal | None:
    """Flatten one contract; `None` means that the order is on its way."""
    account = exchange.ledger.accounts.get(account_id)
    if account is None:
        return Refusal(CloseCode.ACCOUNT_NOT_FOUND)
    if find_contract(contract_id) is None:
        return Refusal(CloseCode.CONTRACT_NOT_FOUND)
    position = exchange.ledger.positions.get((account_id, contract_id))
    if position is None:
        return Refusal(CloseCode.POSITION_NOT_FOUND)
    if not by_hand and not account.can_trade and exchange.conditions.refuse_closes_when_blocked:
        return Refusal(CloseCode.ACCOUNT_REJECTED)
    if not _can_execute(exchange, contract_id, now):
        return Refusal(CloseCode.ORDER_REJECTED)
    if _is_under_way(exchange, position):
        return Refusal(CloseCode.ORDER_PENDING)
    _send(exchange, position, abs(position.signed_size), now)
    return None


def partial_close(
    exchange: Exchange, account_id: int, contract_id: str, size: int, now: datetime, *, by_hand: bool
) -> Refusal | None:
    """Reduce one contract by `size`, which may be all of it but not more."""
    account = exchange.ledger.accounts.get(account_id)
    if account is None:
        return Refusal(PartialCloseCode.ACCOUNT_NOT_FOUND)
    if find_contract(contract_id) is None:
        return Refusal(PartialCloseCode.CONTRACT_NOT_FOUND)
    if not by_hand and not account.is_simulated:
        return Refusal(PartialCloseCode.ACCOUNT_REJECTED, refusal.LIVE_ACCOUNT)
    position = exchange.ledger.positions.get((account_id, contract_id))
    if position is None:
        return Refusal(PartialCloseCode.POSITION_NOT_FOUND)
    if not 0 < size <= abs(position.signed_size):
        return Refusal(PartialCloseCode.INVALID_CLOSE_SIZE)
    if not account.can_trade and exchange.conditions.refuse_closes_when_blocked:
        return Refusal(PartialCloseCode.ACCOUNT_REJECTED)
    if not _can_execute(exchange, contract_id, now):
        return Refusal(PartialCloseCode.ORDER_REJECTED)
    if _is_under_way(exchange, position):
        return Refusal(PartialCloseCode.ORDER_PENDING)
    _send(exchange, position, size, now)
    return None


def _can_execute(exchange: Exchange, contract_id: str, now: datetime) -> bool:
    market = exchange.market(contract_id)
    return bool(market and market.has_price and exchange.sessions.phase(now) is Phase.OPEN)


def _is_under_way(exchange: Exchange, position: Position) -> bool:
    """Whether a close of this position is in the engine and the venue takes no second one."""
    working = exchange.ledger.working.get(position.contract.id, {}).values()
    is_closing = any(order.closes_position and order.account_id == position.account_id for order in working)
    return is_closing and exchange.conditions.second_close == "pending"


def _send(exchange: Exchange, position: Position, size: int, now: datetime) -> None:
    side = Side.SELL if position.signed_size > 0 else Side.BUY
    order = Order(
        exchange.ledger.next_order_id(),
        position.account_id,
        position.contract,
        OrderType.MARKET,
        side,
        size,
        now,
        now,
        closes_position=True,
    )
    exchange.ledger.enter(order)
    exchange.ledger.tell_order(order)
    exchange.send_to_engine(order, now)
