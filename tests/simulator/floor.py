"""A trading floor for tests: one venue on a clock of its own, with verbs that read like a story."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from risk_manager.simulator.exchange import (
    Account,
    Bracket,
    Conditions,
    FeeTable,
    Order,
    Placed,
    Sessions,
    Side,
    Ticket,
)
from risk_manager.simulator.exchange.terms import OrderType
from risk_manager.simulator.venue import Venue

MNQ, ES, ZN = "CON.F.US.MNQ.Z26", "CON.F.US.EP.Z26", "CON.F.US.TYA.Z26"
PRACTICE, COMBINE, LIVE, FOLLOWER, FOREIGN = 465, 466, 467, 468, 999
BUY, SELL = Side.BUY, Side.SELL
MONDAY_NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Floor:
    """One venue at MNQ 29500 (bid 29499.75, ask 29500.25), where time passes only by `pass_time`."""

    def __init__(self, conditions: Conditions | None = None, *, keeps_hours: bool = False) -> None:
        self.now = MONDAY_NOON
        self.venue = Venue(
            clock=lambda: self.now,
            accounts=[
                Account(PRACTICE, "PRAC-V2-100001-40000002", balance=Decimal(150_000), brackets="auto-oco"),
                Account(COMBINE, "50KTC-V2-DLL-100001-90000001", size_max=5),
                Account(LIVE, "LIVE-100001", is_simulated=False),
                Account(FOLLOWER, "50KTC-V2-100001-2", is_follower=True),
                Account(FOREIGN, "SOMEBODY-ELSES", owner="somebody"),
            ],
            contracts=[MNQ],
            conditions=conditions or Conditions(fees=FeeTable.free()),
            sessions=Sessions(keeps_hours=keeps_hours),
        )
        self.exchange, self.ledger = self.venue.exchange, self.venue.exchange.ledger
        self.desk = self.venue.endpoints.desk
        self.price("29500")
        self.exchange.outbox.drain()

    def price(self, last: str, bid: str | None = None, ask: str | None = None, contract: str = MNQ) -> None:
        """Put a price where the story wants it."""
        self.exchange.set_price(
            contract,
            Decimal(last),
            None if bid is None else Decimal(bid),
            None if ask is None else Decimal(ask),
            now=self.now,
        )

    def pass_time(self, seconds: float) -> None:
        """Let time pass and happen what is due."""
        self.now += timedelta(seconds=seconds)
        self.exchange.advance(self.now)

    def order(self, kind: OrderType, side: Side, size: int = 1, **more: Any) -> Order:
        """Place an order that is accepted."""
        placed = self.try_order(kind, side, size, **more)
        assert placed.refusal is None, placed.refusal
        assert placed.order_id is not None
        return self.ledger.orders[placed.order_id]

    def try_order(
        self, kind: int, side: int, size: int = 1, *, account: int = PRACTICE, contract: str = MNQ, **more: Any
    ) -> Placed:
        """Place an order and see."""
        prices: dict[str, Any] = {
            key: Decimal(value) if isinstance(value, str) and key != "custom_tag" else value
            for key, value in more.items()
        }
        ticket = Ticket(account_id=account, contract_id=contract, type=kind, side=side, size=size, **prices)
        return self.desk.place(ticket, self.now)

    def buy(self, size: int = 1, contract: str = MNQ, account: int = PRACTICE) -> Order:
        """Buy at the market."""
        return self.order(OrderType.MARKET, BUY, size, contract=contract, account=account)

    def sell(self, size: int = 1, contract: str = MNQ, account: int = PRACTICE) -> Order:
        """Sell at the market."""
        return self.order(OrderType.MARKET, SELL, size, contract=contract, account=account)

    def bracketed(self, side: Side, stop: int = -40, target: int = 80, size: int = 1, **more: Any) -> list[Order]:
        """Entry, stop and target of a bracketed market order."""
        entry = self.order(
            OrderType.MARKET,
            side,
            size,
            stop_loss=Bracket(ticks=stop, type=OrderType.STOP),
            take_profit=Bracket(ticks=target, type=OrderType.LIMIT),
            **more,
        )
        return [self.ledger.orders[entry.id + n] for n in range(3)]

    def net(self, contract: str = MNQ, account: int = PRACTICE) -> int:
        """What the account holds."""
        return self.ledger.signed_size(account, contract)

    def said(self) -> list[tuple[str, Any]]:
        """User events since the last call: short name of the event, and its data."""
        return [
            (message.target.removeprefix("GatewayUser"), message.arguments[0]["data"])
            for message in self.exchange.outbox.drain()
            if message.hub == "user"
        ]

    def story(self) -> list[str]:
        """User events since the last call in short: `Order 2`, `Position +1`."""
        return [f"{name} {_gist(name, data)}".strip() for name, data in self.said()]

    def ask(self, path: str, user: str = "trader", **fields: Any) -> dict[str, Any]:
        """Call an endpoint as the user; returns the body, with the HTTP status as `status` if it is not 200."""
        reply = self.venue.endpoints.answer(path, json.dumps(fields).encode(), user, self.now)
        body = reply.body if isinstance(reply.body, dict) else {"body": reply.body}
        return body if reply.status == 200 else {**body, "status": reply.status}


def _gist(name: str, data: Any) -> str:
    if name == "Order":
        return str(data["status"])
    if name == "Position":
        return f"{'+' if data['type'] == 1 else '-' if data['type'] == 2 else ''}{data['size']}"
    return ""
