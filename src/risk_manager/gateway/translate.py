"""The gateway's messages as events of ours. Pure; all that is odd about single messages is known here.

Each function takes one typed row and gives one event, or raises `AbsurdError` with a sentence. Shapes around
a row (wrapped, bare, lists) are `decode.py`'s subject.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from risk_manager.core.contracts import PRODUCTS, code_of, symbol_of
from risk_manager.core.events import AccountSeen, OrderSeen, PositionSeen, QuoteSeen, TradeSeen
from risk_manager.core.model import Contract, Trade
from risk_manager.gateway.wire import (
    AccountWire,
    ContractWire,
    MarketTradeWire,
    OrderWire,
    PositionWire,
    QuoteWire,
    TradeWire,
)

_PRICE_MIN: Final = Decimal("1e-9")
"""Far below the smallest tick of the catalogue (yen, 5e-7)."""
_PRICE_MAX: Final = Decimal(10**9)
"""Far above the highest price of the catalogue (bitcoin, some 1e5)."""
_MONEY_MAX: Final = Decimal(10**12)
_DELETED: Final = 2
_SHORT: Final = 2
_YEAR_MISSING: Final = 1
"""A time of the year 1 is .NET's word for "no time" (seen live in depth snapshots)."""
_ZERO: Final = Decimal(0)


class AbsurdError(ValueError):
    """A value that no message of the gateway can mean: why, in a sentence."""


def position_seen(row: PositionWire, action: int | None = None) -> PositionSeen:
    """The broker's word on one contract.

    A closed position comes as type 0, size 0, action 2, with the *entry* average still in it (seen live); any
    one of the three says that nothing is left. A size above 0 without a direction says nothing and is
    refused.
    """
    if row.size == 0 or action == _DELETED:
        average = _ZERO if row.averagePrice is None else _number(row.averagePrice, "averagePrice")
        return PositionSeen(
            account=row.accountId,
            contract=_ascii(row.contractId),
            signed_size=0,
            average_price=average,
            opened_at=_moment(row.creationTimestamp),
        )
    if row.type == 0:
        raise AbsurdError(f"A position of size {row.size} has type 0: neither long nor short.")
    return PositionSeen(
        account=row.accountId,
        contract=_ascii(row.contractId),
        signed_size=-row.size if row.type == _SHORT else row.size,
        average_price=_price(row.averagePrice, "averagePrice"),
        opened_at=_moment(row.creationTimestamp),
    )


def order_seen(row: OrderWire) -> OrderSeen:
    """News of one order. The action number is not asked: 1 comes for new ones too, 2 has no settled
    meaning."""
    return OrderSeen(
        account=row.accountId,
        order=row.id,
        contract=None if row.contractId is None else _ascii(row.contractId),
        side=row.side,
        type=row.type,
        status=row.status,
        size=row.size,
        filled=row.fillVolume,
        limit_price=_price_or_none(row.limitPrice, "limitPrice"),
        stop_price=_price_or_none(row.stopPrice, "stopPrice"),
        tag=row.customTag,
        created_at=_moment(row.creationTimestamp),
    )


def trade(row: TradeWire) -> Trade:
    """One fill. `profitAndLoss` absent means a fill that opens; fees and commissions that are absent count
    0."""
    if row.size == 0:
        raise AbsurdError("A trade of size 0 is not a trade.")
    at = _moment(row.creationTimestamp)
    if at is None:
        raise AbsurdError("A trade without a time belongs to no day.")
    return Trade(
        id=row.id,
        order=row.orderId,
        contract=_ascii(row.contractId),
        side=row.side,
        size=row.size,
        price=_price(row.price, "price"),
        profit_and_loss=None if row.profitAndLoss is None else _money(row.profitAndLoss, "profitAndLoss"),
        costs=_cost(row.fees, "fees") + _cost(row.commissions, "commissions"),
        at=at,
        voided=row.voided is True,
    )


def trade_seen(row: TradeWire) -> TradeSeen:
    """A fill as an event. The same id may come again (action 0, then 1: seen live); the core keys by id."""
    return TradeSeen(account=row.accountId, trade=trade(row))


def account_seen(row: AccountWire) -> AccountSeen:
    """The account's own word."""
    return AccountSeen(
        account=row.id,
        can_trade=row.canTrade,
        balance=None if row.balance is None else _money(row.balance, "balance"),
        name=row.name,
    )


def quote_seen(contract: str, row: QuoteWire) -> QuoteSeen:
    """New prices. Quotes are deltas after the first one (seen live): a missing price stays what it was, never
    0.

    The contract is the invocation's first argument: the payload's `symbol` is only the product. A bid or ask
    of 0 is "nobody there" (limit-down, closed) and read as missing; a last price of 0 is absurd.
    """
    last, bid, ask = row.lastPrice, row.bestBid, row.bestAsk
    return QuoteSeen(
        contract=_ascii(contract),
        last=None if last is None else _price(last, "lastPrice"),
        bid=None if bid is None else _price_or_none(bid, "bestBid"),
        ask=None if ask is None else _price_or_none(ask, "bestAsk"),
    )


def market_trade_seen(contract: str, row: MarketTradeWire) -> QuoteSeen:
    """A trade of the market: its price is the last one."""
    return QuoteSeen(contract=_ascii(contract), last=_price(row.price, "price"))


def contract_of(row: ContractWire) -> Contract:
    """What a contract is worth, by the gateway's own numbers; whether it is a micro, by the catalogue
    first."""
    tick_size, tick_value = _price(row.tickSize, "tickSize"), _price(row.tickValue, "tickValue")
    product = PRODUCTS.get(code_of(row.id))
    return Contract(
        id=_ascii(row.id),
        symbol=symbol_of(row.id),
        tick_size=tick_size,
        tick_value=tick_value,
        point_value=tick_value / tick_size,
        is_micro=product.is_micro if product is not None else "micro" in row.description.lower(),
    )


def _number(value: object, field: str) -> Decimal:
    if value.__class__ is Decimal:
        return value
    if value.__class__ is int:
        return Decimal(value)
    if value is None:
        raise AbsurdError(f"{field} is missing.")
    raise AbsurdError(f"{field} is not a number but {str(value)[:40]!r}.")


def _price(value: object, field: str) -> Decimal:
    price = _number(value, field)
    if _PRICE_MIN <= price <= _PRICE_MAX:
        return price
    raise AbsurdError(f"{field} is {price:.12g}: no price of a future.")


def _price_or_none(value: object, field: str) -> Decimal | None:
    """0 is "no price" here (a suspended bracket leg, an empty side of the book)."""
    return None if value is None or value == 0 else _price(value, field)


def _money(value: object, field: str) -> Decimal:
    amount = _number(value, field)
    if -_MONEY_MAX <= amount <= _MONEY_MAX:
        return amount
    raise AbsurdError(f"{field} is {amount:.12g}: no amount of money.")


def _cost(value: object, field: str) -> Decimal:
    if value is None:
        return _ZERO
    amount = _money(value, field)
    if amount < 0:
        raise AbsurdError(f"{field} is {amount}: costs are told as positive numbers.")
    return amount


def _moment(at: datetime | None) -> datetime | None:
    if at is None or at.year == _YEAR_MISSING:
        return None
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _ascii(contract: str) -> str:
    """Contract ids are plain (CON.F.US.MNQ.U26); anything else would only look like one."""
    if contract.isascii() and contract.isprintable():
        return contract
    raise AbsurdError("The contract id holds characters that no contract id has.")
