"""The broker's own truth in a story: what the scenario and the broker's answers have told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from risk_manager.core.model import ENDED, AccountId, ContractId, OrderId, TradeId
from risk_manager.rehearse.numbering import Numbering
from risk_manager.rehearse.wire import Message

_ENDED = frozenset(int(status) for status in ENDED)


class Books:
    """Positions, orders, trades and prices of one account, as the gateway's own rows."""

    def __init__(self, account: AccountId, *, can_trade: bool) -> None:
        self.account = account
        self.can_trade = can_trade
        self.positions: dict[ContractId, dict[str, Any]] = {}
        self.orders: dict[OrderId, dict[str, Any]] = {}
        """Those that are alive: working, suspended, on their way out."""
        self.trades: dict[TradeId, dict[str, Any]] = {}
        self.quotes: dict[ContractId, dict[str, Any]] = {}
        self.numbers = Numbering()

    def filled_in(self, kind: str, message: Message, now: datetime) -> dict[str, Any]:
        """The message with what a scenario may leave out: ids, account, timestamps, and the usual values."""
        at = now.isoformat()
        fields: dict[str, Any] = dict(message)
        if kind == "quote":
            return {"timestamp": at, "lastUpdated": at, **fields}
        if kind == "account":
            return {"id": self.account, "isVisible": True, "simulated": True, **fields}
        fields.setdefault("accountId", self.account)
        known: dict[str, Any] = {}
        if kind == "position":
            contract = fields.get("contractId")
            known = self.positions.get(str(contract), {})
            fields.setdefault("id", self.numbers.position(str(contract)))
        elif kind == "order":
            fields.setdefault("id", self.numbers.order())
            known = self.orders.get(fields["id"], {})
            fields = {"updateTimestamp": at, "status": 1, **fields}
        else:
            fields.setdefault("id", self.numbers.trade())
            fields = {"fees": 0, "voided": False, "profitAndLoss": None, **fields}
            fields.setdefault("orderId", self.numbers.order())
        fields.setdefault("creationTimestamp", known.get("creationTimestamp", at))
        self.numbers.use(kind, fields)
        return fields

    def note(self, kind: str, message: Message) -> None:
        """Keep what a hub message says. Other accounts' affairs are not in these books."""
        fields = {key: value for key, value in message.items() if value is not None}
        if kind == "quote":
            self.quotes.setdefault(str(fields["contractId"]), {}).update(fields)
        elif kind == "account":
            if fields["id"] == self.account and "canTrade" in fields:
                self.can_trade = bool(fields["canTrade"])
        elif fields["accountId"] == self.account:
            self._note_own(kind, fields)

    def note_all(self, kind: str, messages: Iterable[Message]) -> None:
        """Keep what each of them says."""
        for message in messages:
            self.note(kind, message)

    def _note_own(self, kind: str, fields: dict[str, Any]) -> None:
        if kind == "position":
            contract = str(fields["contractId"])
            self.positions.pop(contract, None)
            if fields.get("size"):
                self.positions[contract] = fields
        elif kind == "order":
            order = {**self.orders.pop(fields["id"], {}), **fields}
            if order.get("status") not in _ENDED and "contractId" in order:
                self.orders[order["id"]] = order
        else:
            self.trades[fields["id"]] = {**self.trades.get(fields["id"], {}), **fields}

    def closing_price(self, contract: ContractId) -> Decimal:
        """Where a market order of the story fills: the last price, else the side that one gets out at, else the
        average price."""
        position, quote = self.positions[contract], self.quotes.get(contract, {})
        side = quote.get("bestBid") if position["type"] == 1 else quote.get("bestAsk")
        for price in (quote.get("lastPrice"), side, position["averagePrice"]):
            if price is not None:
                return Decimal(price)
        raise AssertionError(f"A position of {contract} without an average price is in the books")
