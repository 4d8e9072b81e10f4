"""What a fill does to the account.

Netting, half-turn trades, costs, balance (gateway reference, sections 9.4, 12.1).
"""

from datetime import datetime
from decimal import Decimal

from risk_manager.simulator.exchange.account import Position, Trade
from risk_manager.simulator.exchange.conditions import Conditions
from risk_manager.simulator.exchange.ledger import Ledger
from risk_manager.simulator.exchange.order import Order
from risk_manager.simulator.exchange.terms import OrderStatus


def book_fill(ledger: Ledger, conditions: Conditions, order: Order, size: int, price: Decimal, now: datetime) -> None:
    """Fill `size` contracts of the order at `price`: order event first, then trades, position and account.

    A fill that closes and reverses becomes two halves with two trades, or one, as the conditions say.
    """
    order.fill_volume += size
    order.filled_value += size * price
    ledger.set_status(order, OrderStatus.OPEN if order.remaining else OrderStatus.FILLED, now)
    held = ledger.signed_size(order.account_id, order.contract.id)
    closing = min(size, abs(held)) if held * order.side.sign < 0 else 0
    if conditions.reversal == "one" and 0 < closing < size:
        _book_half(ledger, conditions, order, size, closing, price, now)
        return
    for part, part_closing in ((closing, closing), (size - closing, 0)):
        if part:
            _book_half(ledger, conditions, order, part, part_closing, price, now)


def _book_half(
    ledger: Ledger,
    conditions: Conditions,
    order: Order,
    size: int,
    closing: int,
    price: Decimal,
    now: datetime,
) -> None:
    key = (order.account_id, order.contract.id)
    position = ledger.positions.get(key)
    product = order.contract.product
    profit: Decimal | None = None
    if closing and position:
        gain = (price - position.average_price) * -order.side.sign * closing
        profit = round(gain * product.tick_value / product.tick_size, 10)
    fees, commissions = conditions.fees.cost(product.root, size)
    trade = Trade(
        ledger.next_trade_id(),
        order.id,
        order.account_id,
        order.contract,
        now,
        order.side,
        size,
        price,
        profit,
        fees,
        commissions,
    )
    ledger.trades.append(trade)
    ledger.tell_trade(trade)
    ledger.tell_position(_net(ledger, order, position, size, price, now))
    ledger.change_balance(ledger.accounts[order.account_id], (profit or Decimal(0)) - fees - commissions)


def _net(ledger: Ledger, order: Order, position: Position | None, size: int, price: Decimal, now: datetime) -> Position:
    key = (order.account_id, order.contract.id)
    change = order.side.sign * size
    if position is None:
        position = Position(ledger.next_position_id(), order.account_id, order.contract, now, change, price)
        ledger.positions[key] = position
        return position
    before, after = position.signed_size, position.signed_size + change
    if before * change > 0:
        position.average_price = (position.average_price * abs(before) + price * size) / abs(after)
    elif before * after < 0:
        position.average_price = price
    position.signed_size = after
    if not after:
        del ledger.positions[key]
    return position
